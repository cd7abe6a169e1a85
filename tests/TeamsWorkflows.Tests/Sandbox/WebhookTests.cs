using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed class WebhookTests(SandboxFixture fixture)
{
    private readonly SandboxTenant _tenant = fixture.Server.CreateTenant();

    [Fact]
    public async Task A_card_is_accepted_without_an_id_and_the_flow_posts_it()
    {
        using var answer = await fixture.Http.PostAsJsonAsync(_tenant.WorkflowAddress, Card("Disk is full"));

        var team = _tenant.Team("Operations");
        var message = Assert.Single(_tenant.Messages(team.Id, team.Channel("Alerts").Id));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Null(message.FromUserId);
        Assert.Contains("Disk is full", message.Attachments[0].Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Four_requests_in_a_second_are_accepted_and_a_fifth_is_throttled()
    {
        var statuses = new List<HttpStatusCode>();
        await using var server = await SandboxServer.StartAsync(
            SandboxFixture.AnyPorts(), new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56)), CancellationToken.None);
        using var http = SandboxFixture.Client(server);

        for (var i = 0; i < 5; i++)
        {
            using var answer = await http.PostAsJsonAsync(server.DefaultTenant.WorkflowAddress, Card("hello"));
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.Accepted, 4), HttpStatusCode.TooManyRequests], statuses);
    }

    [Fact]
    public async Task A_wrong_signature_a_large_payload_and_a_disabled_flow_are_refused()
    {
        using var unsigned = await fixture.Http.PostAsJsonAsync(_tenant.WorkflowAddress + "x", Card("hello"));
        using var large = await fixture.Http.PostAsJsonAsync(_tenant.WorkflowAddress, Card(new string('x', 28 * 1024)));
        _tenant.EnableWorkflow(false);
        using var disabled = await fixture.Http.PostAsJsonAsync(_tenant.WorkflowAddress, Card("hello"));

        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.NotFound),
            (unsigned.StatusCode, large.StatusCode, disabled.StatusCode));
        Assert.Empty(_tenant.AllMessages());
    }

    private static JsonObject Card(string text) => new()
    {
        ["type"] = "message",
        ["attachments"] = new JsonArray(new JsonObject
        {
            ["contentType"] = "application/vnd.microsoft.card.adaptive",
            ["contentUrl"] = null,
            ["content"] = new JsonObject
            {
                ["type"] = "AdaptiveCard",
                ["body"] = new JsonArray(new JsonObject { ["type"] = "TextBlock", ["text"] = text }),
            },
        }),
    };
}
