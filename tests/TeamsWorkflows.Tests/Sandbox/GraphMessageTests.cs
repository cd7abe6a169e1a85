using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed class GraphMessageTests(SandboxFixture fixture)
{
    private const string AttachmentId = "0f3a5f2be3a04a8f9a6c1b6f4a4f1d11";

    private readonly SandboxTenant _tenant = fixture.Server.CreateTenant();

    private SandboxTeam Team => _tenant.Team("Finance");

    private string Channel => Team.Channel("Reports").Id;

    [Fact]
    public async Task A_card_is_posted_and_found_again_by_its_attachment_id()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var messages = graph.Teams[Team.Id].Channels[Channel].Messages;

        var posted = await messages.PostAsync(GraphDriver.Card(AttachmentId));
        var page = await messages.GetAsync(request => request.QueryParameters.Top = 50);

        var read = Assert.Single(page!.Value!);
        Assert.Equal(posted!.Id, read.Id);
        Assert.Equal(AttachmentId, Assert.Single(read.Attachments!).Id);
        Assert.Equal(_tenant.Service.Id, read.From!.User!.Id);
        Assert.Equal(posted.Id, Assert.Single(_tenant.Messages(Team.Id, Channel)).Id);
    }

    [Fact]
    public async Task White_space_of_body_and_card_does_not_survive_but_their_content_does()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var card = GraphDriver.Card(AttachmentId);

        var posted = await graph.Teams[Team.Id].Channels[Channel].Messages.PostAsync(card);

        Assert.Equal($"<p>Month end</p><attachment id=\"{AttachmentId}\"></attachment>", posted!.Body!.Content);
        var content = posted.Attachments![0].Content!;
        Assert.NotEqual(card.Attachments![0].Content, content);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(card.Attachments![0].Content!), JsonNode.Parse(content)));
    }

    [Fact]
    public async Task Delta_gives_what_is_newer_than_a_time_and_a_link_for_later()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var messages = graph.Teams[Team.Id].Channels[Channel].Messages;
        var first = await messages.PostAsync(GraphDriver.Card(AttachmentId));
        var second = await messages.PostAsync(GraphDriver.Card(AttachmentId, "again"));
        var after = first!.CreatedDateTime!.Value.ToString("O", CultureInfo.InvariantCulture);

        var delta = await messages.Delta.GetAsDeltaGetResponseAsync(
            request => request.QueryParameters.Filter = $"lastModifiedDateTime gt {after}");

        Assert.Equal(second!.Id, Assert.Single(delta!.Value!).Id);
        Assert.Contains("$deltatoken=", delta.OdataDeltaLink, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_is_changed_by_its_sender_alone_and_shows_as_modified()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var messages = graph.Teams[Team.Id].Channels[Channel].Messages;
        var posted = await messages.PostAsync(GraphDriver.Card(AttachmentId));
        var after = posted!.CreatedDateTime!.Value.ToString("O", CultureInfo.InvariantCulture);

        await messages[posted.Id].PatchAsync(GraphDriver.Card("1e3a5f2be3a04a8f9a6c1b6f4a4f1d11", "Corrected"));
        var read = await messages[posted.Id].GetAsync();
        var delta = await messages.Delta.GetAsDeltaGetResponseAsync(
            request => request.QueryParameters.Filter = $"lastModifiedDateTime gt {after}");

        Assert.Equal("1e3a5f2be3a04a8f9a6c1b6f4a4f1d11", Assert.Single(read!.Attachments!).Id);
        Assert.Equal(posted.CreatedDateTime, read.CreatedDateTime);
        Assert.True(read.LastEditedDateTime > read.CreatedDateTime, "It does not show as edited.");
        Assert.Equal(posted.Id, Assert.Single(delta!.Value!).Id);
        foreach (var other in new[] { await GraphDriver.SignedInAsync(fixture, _tenant, _tenant.Operator), await GraphDriver.AppOnlyAsync(fixture, _tenant) })
        {
            var error = await Assert.ThrowsAsync<ODataError>(
                () => other.Teams[Team.Id].Channels[Channel].Messages[posted.Id].PatchAsync(GraphDriver.Card(AttachmentId)));
            Assert.Equal(403, error.ResponseStatusCode);
        }
    }

    [Fact]
    public async Task A_reply_hangs_below_its_message_and_not_in_the_list()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var messages = graph.Teams[Team.Id].Channels[Channel].Messages;
        var parent = await messages.PostAsync(GraphDriver.Card(AttachmentId));

        var reply = await messages[parent!.Id].Replies.PostAsync(
            new ChatMessage { Body = new ItemBody { Content = "Corrected figures follow" } });

        Assert.Equal(reply!.Id, Assert.Single((await messages[parent.Id].Replies.GetAsync())!.Value!).Id);
        Assert.Single((await messages.GetAsync())!.Value!);
        Assert.Equal(parent.Id, reply.ReplyToId);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repeat()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var messages = graph.Teams[Team.Id].Channels[Channel].Messages;
        for (var i = 0; i < 5; i++)
        {
            await messages.PostAsync(GraphDriver.Card(AttachmentId));
        }

        var first = await messages.GetAsync(request => request.QueryParameters.Top = 2);
        var second = await messages.WithUrl(first!.OdataNextLink!).GetAsync();
        var third = await messages.WithUrl(second!.OdataNextLink!).GetAsync();

        var ids = first.Value!.Concat(second.Value!).Concat(third!.Value!).Select(message => message.Id).ToArray();
        Assert.Equal(_tenant.Messages(Team.Id, Channel).Select(message => message.Id).Reverse(), ids);
        Assert.Null(third.OdataNextLink);
    }

    [Fact]
    public async Task An_app_without_a_user_may_read_but_never_post()
    {
        var graph = await GraphDriver.AppOnlyAsync(fixture, _tenant);
        var messages = graph.Teams[Team.Id].Channels[Channel].Messages;

        var error = await Assert.ThrowsAsync<ODataError>(() => messages.PostAsync(GraphDriver.Card(AttachmentId)));

        Assert.Equal((401, "Unauthorized"), (error.ResponseStatusCode, error.Error!.Code));
        Assert.Contains("only for import purposes", error.Error.Message, StringComparison.Ordinal);
        Assert.Empty((await messages.GetAsync())!.Value!);
    }

    [Fact]
    public async Task Who_is_not_a_member_is_refused_until_somebody_adds_them()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant, _tenant.Outsider);
        var messages = graph.Teams[Team.Id].Channels[Channel].Messages;

        var error = await Assert.ThrowsAsync<ODataError>(() => messages.PostAsync(GraphDriver.Card(AttachmentId)));
        _tenant.AddMember(Team, _tenant.Outsider);

        Assert.Equal(403, error.ResponseStatusCode);
        Assert.NotNull(await messages.PostAsync(GraphDriver.Card(AttachmentId)));
    }

    [Fact]
    public async Task Without_the_scope_a_post_is_refused_and_the_answer_names_the_scope()
    {
        _tenant.RemoveConsent(_tenant.Connector, "ChannelMessage.Send");
        var driver = new SignInDriver(fixture.Http, _tenant);
        var app = driver.Builder(_tenant.Connector).WithClientSecret(_tenant.Connector.ClientSecret).Build();
        string[] scopes = ["https://graph.microsoft.com/ChannelMessage.Read.All"];
        var address = await app.GetAuthorizationRequestUrl(scopes).WithPkce(out var verifier).ExecuteAsync();
        var answer = await driver.SubmitAsync(address, ("username", _tenant.Service.UserName));
        var token = await app.AcquireTokenByAuthorizationCode(scopes, answer["code"]).WithPkceCodeVerifier(verifier).ExecuteAsync();
        var messages = GraphDriver.Client(fixture.Server, token.AccessToken).Teams[Team.Id].Channels[Channel].Messages;

        var error = await Assert.ThrowsAsync<ODataError>(() => messages.PostAsync(GraphDriver.Card(AttachmentId)));

        Assert.Equal(403, error.ResponseStatusCode);
        Assert.StartsWith("Missing scope permissions on the request. API requires one of 'ChannelMessage.Send", error.Error!.Message);
    }

    [Theory]
    [InlineData("another")]
    [InlineData("")]
    public async Task A_body_that_names_another_attachment_is_refused(string tagId)
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var card = GraphDriver.Card(AttachmentId);
        card.Body!.Content = tagId.Length == 0 ? "<p>none</p>" : $"<attachment id=\"{tagId}\"></attachment>";

        var error = await Assert.ThrowsAsync<ODataError>(
            () => graph.Teams[Team.Id].Channels[Channel].Messages.PostAsync(card));

        Assert.Equal((400, "BadRequest"), (error.ResponseStatusCode, error.Error!.Code));
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_with_413()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);

        var error = await Assert.ThrowsAsync<ODataError>(() => graph.Teams[Team.Id].Channels[Channel].Messages.PostAsync(
            GraphDriver.Card(AttachmentId, new string('x', 28 * 1024))));

        Assert.Equal(413, error.ResponseStatusCode);
        Assert.Empty(_tenant.Messages(Team.Id, Channel));
    }
}
