using System.Net;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Testing;

namespace TeamsWorkflows.Server.Tests;

[Collection(nameof(SharedServer))]
public sealed class OperatingApiTests(ServerHost host)
{
    [Fact]
    public async Task Connections_show_who_they_act_as_and_no_secret()
    {
        using var oversight = await host.OperatorAsync();
        var list = await oversight.GetJsonAsync("/api/v1/connections");
        var connection = await oversight.GetJsonAsync("/api/v1/connections/finance-posts");

        Assert.Equal("finance-posts", list.GetProperty("connections")[0].Text("id"));
        Assert.Equal("Healthy", connection.Text("state"));
        Assert.Equal(host.Tenant.Service.UserName, connection.Text("username"));
        Assert.DoesNotContain(host.Tenant.Connector.ClientSecret, list.ToString() + connection, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R49")]
    public async Task Orchestrations_show_their_history_without_tokens()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var report = await host.DeliverAsync(publisher, Calls.Unique("Followed"));
        var address = report.GetProperty("deliveries")[0].GetProperty("links").Text("orchestration");

        var instance = await administrator.GetJsonAsync(address);
        var history = await administrator.GetJsonAsync(address + "/history");
        var list = await administrator.GetJsonAsync($"/api/v1/orchestrations?status=completed&prefix=delivery-{report.Text("id")}");

        Assert.Equal("Completed", instance.Text("status"));
        Assert.Equal(instance.Text("id"), list.GetProperty("orchestrations")[0].Text("id"));
        var types = history.GetProperty("events").EnumerateArray().Select(e => e.Text("type")).ToList();
        Assert.Equal("OrchestratorStarted", types[0]);
        Assert.Contains("TaskScheduled", types);
        Assert.Equal("ExecutionCompleted", types[^1]);
        Assert.DoesNotContain("eyJ", instance.ToString() + history, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B13")]
    [Trait("Requirement", "R49")]
    public async Task An_exported_history_replays_against_the_code_that_made_it_and_holds_no_token()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var report = await host.DeliverAsync(publisher, Calls.Unique("Exported"));
        var address = new Uri(report.GetProperty("deliveries")[0].GetProperty("links").Text("orchestration") + "/history/export", UriKind.Relative);

        using var response = await administrator.GetAsync(address);
        var json = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("DeliverToDestination-delivery-", response.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", json, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Tenant.Connector.ClientSecret, json, StringComparison.Ordinal);
        Assert.DoesNotContain("Figures for", json, StringComparison.Ordinal);

        var history = HistoryJson.Read(json);
        Assert.IsType<ExecutionCompletedEvent>(history.Events[^1]);
        new OrchestrationReplayer(host.Server.Services.GetRequiredService<DurableTaskRegistry>()).Replay(history).ThrowUnlessMatches();

        using var unknown = await administrator.GetAsync(new Uri("/api/v1/orchestrations/nobody/history/export", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var refused = await publisher.GetAsync(address);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var document = await administrator.GetJsonAsync("/openapi/v1.json");
        var operation = document.GetProperty("paths").GetProperty("/api/v1/orchestrations/{id}/history/export").GetProperty("get");
        Assert.Contains("HistoryExport", operation.GetProperty("responses").GetProperty("200").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestrations_come_in_pages()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        await host.DeliverAsync(publisher, Calls.Unique("Paged"));

        var first = await administrator.GetJsonAsync("/api/v1/orchestrations?limit=1");
        var second = await administrator.GetJsonAsync($"/api/v1/orchestrations?limit=1&continuationToken={first.Text("continuationToken")}");
        Assert.NotEqual(first.GetProperty("orchestrations")[0].Text("id"), second.GetProperty("orchestrations")[0].Text("id"));
    }

    [Fact]
    public async Task Terminating_needs_a_reason_and_something_to_terminate()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var report = await host.DeliverAsync(publisher, Calls.Unique("Ended"));
        var address = $"/api/v1/orchestrations/report-{report.Text("id")}/terminate";

        using var silent = await administrator.PostJsonAsync(address, """{"reason":" "}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, silent.StatusCode);
        using var late = await administrator.PostJsonAsync(address, """{"reason":"tidying up"}""");
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.EndsWith("orchestration-state", (await late.JsonAsync()).Text("type"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/deliveries?state=lost", "Delivered")]
    [InlineData("/api/v1/deliveries?state=4", "Delivered")]
    [InlineData("/api/v1/deliveries?limit=0", "200")]
    [InlineData("/api/v1/deliveries?limit=many", "limit")]
    [InlineData("/api/v1/deliveries?from=yesterday", "from")]
    [InlineData("/api/v1/deliveries?to=2026-13-01", "to")]
    [InlineData("/api/v1/cases?open=perhaps", "open")]
    [InlineData("/api/v1/orchestrations?status=gone", "Completed")]
    [InlineData("/api/v1/orchestrations?limit=5000", "1,000")]
    [InlineData("/api/v1/orchestrations?createdFrom=yesterday", "createdFrom")]
    [InlineData("/api/v1/orchestrations?tag=loose", "name=value")]
    [InlineData("/api/v1/orchestrations?continuationToken=x", "continuationToken")]
    public async Task A_parameter_that_cannot_be_is_refused_with_what_can(string path, string named)
    {
        using var administrator = await host.AdministratorAsync();
        using var response = await administrator.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.JsonAsync();
        Assert.EndsWith("invalid-parameter", problem.Text("type"), StringComparison.Ordinal);
        Assert.Contains(named, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_can_be_begun_for_a_connection()
    {
        using var oversight = await host.OperatorAsync();
        using var begun = await oversight.PostJsonAsync("/api/v1/connections/finance-posts/sign-in", "{}");
        var url = (await begun.JsonAsync()).Text("signInUrl");
        Assert.Contains("code_challenge_method=S256", url, StringComparison.Ordinal);
        Assert.Contains("response_mode=form_post", url, StringComparison.Ordinal);
    }
}
