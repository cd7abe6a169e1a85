using System.Text;
using Microsoft.Graph;
using Microsoft.Graph.Me.SendMail;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed class GraphTests(SandboxFixture fixture)
{
    private readonly SandboxTenant _tenant = fixture.Server.CreateTenant();

    private SandboxTeam Team => _tenant.Team("Finance");

    [Fact]
    public async Task A_user_sees_the_teams_they_are_in_and_their_channels()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);

        var teams = await graph.Me.JoinedTeams.GetAsync();
        var channels = await graph.Teams[Team.Id].Channels.GetAsync();

        Assert.Equal(["Finance", "Operations"], teams!.Value!.Select(team => team.DisplayName));
        Assert.Equal(["General", "Reports"], channels!.Value!.Select(channel => channel.DisplayName));
        Assert.Matches("^19:[0-9a-f]{32}@thread\\.tacv2$", channels.Value![0].Id);
    }

    [Fact]
    public async Task A_channel_is_created_once()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var channels = graph.Teams[Team.Id].Channels;

        var created = await channels.PostAsync(new Channel { DisplayName = "Audit", Description = "Findings" });
        var again = await Assert.ThrowsAsync<ODataError>(() => channels.PostAsync(new Channel { DisplayName = "audit" }));

        Assert.Equal(created!.Id, _tenant.Team("Finance").Channel("Audit").Id);
        Assert.Equal(409, again.ResponseStatusCode);
    }

    [Fact]
    public async Task A_one_on_one_chat_is_the_same_the_second_time_and_takes_messages()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);

        var first = await graph.Chats.PostAsync(OneOnOne());
        var second = await graph.Chats.PostAsync(OneOnOne());
        var message = await graph.Chats[first!.Id].Messages.PostAsync(
            new ChatMessage { Body = new ItemBody { Content = "Please approve" } });

        Assert.Equal(first.Id, second!.Id);
        Assert.Equal(message!.Id, Assert.Single((await graph.Chats[first.Id].Messages.GetAsync())!.Value!).Id);
    }

    [Fact]
    public async Task A_group_chat_is_another_one_each_time_and_in_the_list_of_its_members()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var outside = await GraphDriver.SignedInAsync(fixture, _tenant, _tenant.Administrator);
        var first = await graph.Chats.PostAsync(Group());
        var second = await graph.Chats.PostAsync(Group());
        var message = await graph.Chats[first!.Id].Messages.PostAsync(new ChatMessage { Body = new ItemBody { Content = "Draft" } });
        await graph.Chats[first.Id].Messages[message!.Id].PatchAsync(new ChatMessage { Body = new ItemBody { Content = "Final" } });

        var mine = (await graph.Me.Chats.GetAsync(request => request.QueryParameters.Expand = ["members"]))!.Value!;

        Assert.Equal([second!.Id, first.Id], mine.Select(chat => chat.Id));
        Assert.Equal(
            [_tenant.Service.Id, _tenant.Operator.Id],
            mine[0].Members!.Cast<AadUserConversationMember>().Select(member => member.UserId).OrderBy(id => id == _tenant.Operator.Id));
        Assert.Empty((await outside.Me.Chats.GetAsync())!.Value!);
        Assert.Equal("Final", (await graph.Chats[first.Id].Messages[message.Id].GetAsync())!.Body!.Content);

        Chat Group()
        {
            var chat = OneOnOne();
            (chat.ChatType, chat.Topic) = (ChatType.Group, "Month end");
            return chat;
        }
    }

    [Fact]
    public async Task A_file_goes_into_the_channels_folder_and_a_second_upload_replaces_it()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var folder = await graph.Teams[Team.Id].Channels[Team.Channel("Reports").Id].FilesFolder.GetAsync();
        var target = graph.Drives[folder!.ParentReference!.DriveId].Items[folder.Id].ItemWithPath("report.txt").Content;

        var first = await target.PutAsync(Text("one"));
        var second = await target.PutAsync(Text("two"));
        await using var content = await graph.Drives[folder.ParentReference.DriveId].Items[first!.Id].Content.GetAsync();

        Assert.Equal(first.Id, second!.Id);
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal("two", await new StreamReader(content!).ReadToEndAsync());
        Assert.StartsWith("https://", second.WebUrl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_on_the_way_to_a_file_are_made_and_lead_nowhere_else()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var folder = await graph.Teams[Team.Id].Channels[Team.Channel("Reports").Id].FilesFolder.GetAsync();
        var items = graph.Drives[folder!.ParentReference!.DriveId].Items[folder.Id];

        var stored = await items.ItemWithPath("2026/november/report.txt").Content.PutAsync(Text("one"));

        Assert.Equal("report.txt", stored!.Name);
        Assert.EndsWith("/2026/november/report.txt", stored.WebUrl, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ODataError>(() => items.ItemWithPath("2026//report.txt").Content.PutAsync(Text("one")));
    }

    [Fact]
    public async Task Mail_sent_through_Graph_lies_in_the_inbox()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);

        await graph.Me.SendMail.PostAsync(new SendMailPostRequestBody
        {
            Message = new Message
            {
                Subject = "Month end",
                Body = new ItemBody { ContentType = BodyType.Html, Content = "<p>Closed</p>" },
                ToRecipients = [new Recipient { EmailAddress = new EmailAddress { Address = "cfo@example.com" } }],
                InternetMessageHeaders = [new InternetMessageHeader { Name = "x-report-key", Value = "k1" }],
            },
            SaveToSentItems = false,
        });

        var mail = Assert.Single(_tenant.Mails);
        Assert.Equal(("graph", _tenant.Service.UserName, "Month end", "<p>Closed</p>"), (mail.Via, mail.From, mail.Subject, mail.HtmlBody));
        Assert.Equal(["cfo@example.com"], mail.To);
        Assert.Contains(mail.Headers, header => header is { Name: "x-report-key", Value: "k1" });
    }

    [Fact]
    public async Task A_daemon_reads_when_credentials_end_and_adds_a_secret_that_works()
    {
        var graph = await GraphDriver.AppOnlyAsync(fixture, _tenant);

        var app = await graph.ApplicationsWithAppId(_tenant.Connector.ClientId).GetAsync();
        var added = await graph.Applications[app!.Id].AddPassword.PostAsync(new() { PasswordCredential = new() { DisplayName = "next" } });
        var client = new SignInDriver(fixture.Http, _tenant).Builder(_tenant.Connector).WithClientSecret(added!.SecretText).Build();
        var daemon = await graph.Applications.GetAsync(
            request => request.QueryParameters.Filter = $"appId eq '{_tenant.Daemon.ClientId}'");

        Assert.Single(app.PasswordCredentials!);
        Assert.NotNull((await client.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync()).AccessToken);
        Assert.NotNull(Assert.Single(Assert.Single(daemon!.Value!).KeyCredentials!).EndDateTime);
    }

    [Fact]
    public async Task Every_answer_carries_its_ids_and_every_request_is_logged()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var id = "6f5d1d3e-4f6c-4d2f-9a5e-1c2b3a4d5e6f";

        var error = await Assert.ThrowsAsync<ODataError>(() => graph.Users["nobody"].GetAsync(
            request => request.Headers.Add("client-request-id", id)));

        var logged = Assert.Single(_tenant.Requests, request => request.ClientRequestId == id);
        Assert.Equal(error.Error!.InnerError!.RequestId, logged.RequestId);
        Assert.Equal((404, "GET", _tenant.Connector.ClientId, _tenant.Service.Id), (logged.Status, logged.Method, logged.ClientId, logged.UserId));
        Assert.Contains("x-ms-ags-diagnostic", error.ResponseHeaders!.Keys, StringComparer.OrdinalIgnoreCase);
    }

    private Chat OneOnOne() => new()
    {
        ChatType = ChatType.OneOnOne,
        Members = [.. new[] { _tenant.Service, _tenant.Operator }.Select(user => new AadUserConversationMember
        {
            Roles = ["owner"],
            AdditionalData = new Dictionary<string, object>
            {
                ["user@odata.bind"] = $"https://graph.microsoft.com/v1.0/users('{user.Id}')",
            },
        })],
    };

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));
}
