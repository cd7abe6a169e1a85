using System.Net;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Approvals over HTTP: the API for people who are signed in, and the links in mails for those who are not.</summary>
[Collection(nameof(SharedServer))]
public sealed class ApprovalTests(ServerHost host)
{
    private const string Cfo = "cfo@contoso.example";

    [Fact]
    [Trait("Requirement", "R44")]
    public async Task A_person_with_a_role_sees_what_would_be_posted_and_approves_and_the_receipt_says_so()
    {
        using var publisher = await host.PublisherAsync();
        using var olivia = await host.OperatorAsync();
        var title = Calls.Unique("Outlook");
        var report = await host.SubmitForApprovalAsync(publisher, title, """ "approvers": [{ "role": "Operator" }], "note": "Final?" """);
        var id = report.Text("id");
        Assert.Equal("Waiting", report.GetProperty("approval").Text("state"));
        Assert.Empty(host.Tenant.MessagesAbout(title));

        var listed = (await olivia.GetJsonAsync("/api/v1/approvals?open=true")).GetProperty("approvals").EnumerateArray().Single(a => a.Text("id") == id);
        Assert.True(listed.GetProperty("mayDecide").GetBoolean());
        var shown = await olivia.GetJsonAsync(listed.GetProperty("links").Text("self"));
        Assert.Contains(title, shown.GetProperty("destinations")[0].Text("payload"), StringComparison.Ordinal);
        var decide = listed.GetProperty("links").Text("decide");
        using var approved = await olivia.PostJsonAsync(decide, """{"decision": "Approve", "comment": "Fine"}""");
        Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
        using var again = await olivia.PostJsonAsync(decide, """{"decision": "approve"}""");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        using var otherwise = await olivia.PostJsonAsync(decide, """{"decision": "Refuse", "comment": "after all"}""");
        Assert.EndsWith(":approval-already-decided", (await otherwise.JsonAsync()).Text("type"), StringComparison.Ordinal);

        await host.WaitForEndAsync(id);
        Assert.Single(host.Tenant.MessagesAbout(title));
        var receipt = (await publisher.GetJsonAsync($"/api/v1/reports/{id}/receipt")).GetProperty("approval");
        Assert.Equal(("Approved", host.Tenant.Operator.UserName, "Api"), (receipt.Text("state"), receipt.GetProperty("decisions")[0].Text("person"), receipt.GetProperty("decisions")[0].Text("way")));
    }

    [Fact]
    public async Task Approvers_see_what_asks_for_them_and_nothing_else_and_others_cannot_decide()
    {
        using var publisher = await host.PublisherAsync();
        using var olivia = await host.OperatorAsync();
        using var paula = host.With(await host.Tokens.OfAsync(host.Tenant.Approver!));
        var mine = (await host.SubmitForApprovalAsync(publisher, Calls.Unique("Mine"), $$""" "approvers": [{ "email": "{{host.Tenant.Approver!.UserName}}" }] """)).Text("id");
        var others = (await host.SubmitForApprovalAsync(publisher, Calls.Unique("Other"), $$""" "approvers": [{ "email": "{{Cfo}}" }] """)).Text("id");

        var seen = (await paula.GetJsonAsync("/api/v1/approvals")).GetProperty("approvals").EnumerateArray().Select(static a => a.Text("id")).ToArray();
        Assert.Contains(mine, seen);
        Assert.DoesNotContain(others, seen);
        using var hidden = await paula.GetAsync(new Uri($"/api/v1/approvals/{others}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        using var decided = await paula.PostJsonAsync($"/api/v1/approvals/{others}/decide", """{"decision": "Approve"}""");
        Assert.Equal(HttpStatusCode.NotFound, decided.StatusCode);
        using var notAsked = await olivia.PostJsonAsync($"/api/v1/approvals/{others}/decide", """{"decision": "Approve"}""");
        Assert.Equal(HttpStatusCode.Forbidden, notAsked.StatusCode);
        Assert.EndsWith(":approval-not-asked", (await notAsked.JsonAsync()).Text("type"), StringComparison.Ordinal);
        using var elsewhere = await paula.GetAsync(new Uri("/api/v1/deliveries", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);

        foreach (var (body, field) in new[] { ("""{"decision": "Perhaps"}""", "decision"), ("{}", "decision"), ("""{"decision": "Refuse", "comment": " "}""", "comment") })
        {
            using var invalid = await paula.PostJsonAsync($"/api/v1/approvals/{mine}/decide", body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, invalid.StatusCode);
            Assert.True((await invalid.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _));
        }

        using var refused = await paula.PostJsonAsync($"/api/v1/approvals/{mine}/decide", """{"decision": "Refuse", "comment": "Wrong quarter"}""");
        Assert.Equal("Refused", (await refused.JsonAsync()).GetProperty("approval").Text("state"));
        await ApprovalCalls.UntilAsync(publisher, mine, "NotApproved");
    }

    [Fact]
    public async Task What_is_wrong_with_an_approval_is_said_by_its_field()
    {
        using var publisher = await host.PublisherAsync();
        foreach (var address in (string[])["/api/v1/reports", "/api/v1/reports/preview"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Headers = { { "Idempotency-Key", Guid.NewGuid().ToString() } } };
            request.Content = new StringContent(
                host.Tenant.Report("x", ""","approval": { "approvers": [{ "email": "nobody" }], "onExpiry": "Release" }"""), System.Text.Encoding.UTF8, "application/json");
            using var refused = await publisher.SendAsync(request);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Equal(
                ["approval.approvers[0].email", "approval.onExpiry"],
                (await refused.JsonAsync()).GetProperty("errors").EnumerateObject().Select(static e => e.Name).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public async Task A_link_shows_by_GET_and_decides_by_one_POST_from_its_own_page()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("By link");
        var report = await host.SubmitForApprovalAsync(publisher, title, $$""" "approvers": [{ "email": "{{Cfo}}" }] """);
        var link = await host.Tenant.LinkAsync(Cfo, title);
        using var scanner = host.Anonymous();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(scanner, link)).Status);
        }

        using var head = await scanner.SendAsync(new HttpRequestMessage(HttpMethod.Head, link));
        Assert.Equal(HttpStatusCode.Redirect, head.StatusCode); // it takes no HEAD, and strangers are sent to the sign-in
        using var forged = new FormUrlEncodedContent([new("key", link.Split('=')[1]), new("decision", "Approve")]);
        using var refused = await scanner.PostAsync(new Uri("/approve", UriKind.Relative), forged);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("Waiting", (await publisher.GetJsonAsync($"/api/v1/reports/{report.Text("id")}")).GetProperty("approval").Text("state"));

        using var person = ConsoleSession.Stranger(host);
        var (unsaid, _) = await person.SendAsync(link, "/approve", ("decision", "Refuse"), ("comment", ""));
        Assert.Contains("Say in a few words why you refuse", unsaid, StringComparison.Ordinal);
        var (done, address) = await person.SendAsync(link, "/approve", ("decision", "Approve"), ("comment", "Good"));
        Assert.Equal("/approve/done", address.AbsolutePath);
        Assert.Contains("Your decision is kept", done, StringComparison.Ordinal);
        using var administrator = await host.AdministratorAsync();
        var audited = (await administrator.GetJsonAsync($"/api/v1/audit?target=approval/{report.Text("id")}")).GetProperty("entries");
        Assert.Equal((Cfo, "by link"), (audited[0].Text("actor"), audited[0].Text("role")));
        await host.WaitForEndAsync(report.Text("id"));
        Assert.Single(host.Tenant.MessagesAbout(title));
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public async Task Links_that_open_nothing_look_alike_whatever_the_reason()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("Alike");
        await host.SubmitForApprovalAsync(publisher, title, $$""" "approvers": [{ "email": "{{Cfo}}" }, { "email": "controller@contoso.example" }] """);
        var (used, over) = (await host.Tenant.LinkAsync(Cfo, title), await host.Tenant.LinkAsync("controller@contoso.example", title));
        using var person = ConsoleSession.Stranger(host);
        await person.SendAsync(used, "/approve", ("decision", "Refuse"), ("comment", "Not yet"));

        using var stranger = host.Anonymous();
        var known = await GetAsync(stranger, "/approve?key=nothing");
        Assert.Equal(HttpStatusCode.NotFound, known.Status);
        foreach (var link in (string[])[used, over, used[..^1] + (used[^1] == 'A' ? 'E' : 'A'), "/approve", "/approve?key=" + new string('A', 64)])
        {
            Assert.Equal(known, await GetAsync(stranger, link));
        }
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public async Task A_forwarded_link_is_nothing_to_a_colleague_who_is_signed_in()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("Forwarded");
        await host.SubmitForApprovalAsync(publisher, title, $$""" "approvers": [{ "email": "{{Cfo}}" }] """);
        var link = await host.Tenant.LinkAsync(Cfo, title);
        using var adam = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => adam.ReadAsync(link));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task An_operator_finds_it_on_the_home_page_and_in_the_inbox_and_decides_there()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("Inbox");
        var id = (await host.SubmitForApprovalAsync(publisher, title, """ "approvers": [{ "role": "Operator" }] """)).Text("id");
        using var olivia = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        foreach (var page in (string[])["/", "/approvals", $"/approvals/{id}"])
        {
            Assert.Contains(title, await olivia.ReadAsync(page), StringComparison.Ordinal);
        }

        var (asked, _) = await olivia.SendAsync($"/approvals/{id}", $"/approvals/{id}/decide", ("decision", "Refuse"), ("comment", " "));
        Assert.Contains("Say in a few words why you refuse", asked, StringComparison.Ordinal);
        var (decided, _) = await olivia.SendAsync($"/approvals/{id}", $"/approvals/{id}/decide", ("decision", "Refuse"), ("comment", "<b>April</b>"));
        Assert.Contains("Your decision is kept.", decided, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;April&lt;/b&gt;", decided, StringComparison.Ordinal);
        await ApprovalCalls.UntilAsync(publisher, id, "NotApproved");
    }

    private static async Task<(HttpStatusCode Status, string Page)> GetAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>What needs a server of its own.</summary>
public sealed class ApprovalServerTests
{
    [Fact]
    [Trait("Requirement", "B6")]
    public async Task Links_are_not_tried_as_often_as_somebody_likes()
    {
        var host = new ServerHost { Settings = ["--Approvals:LinkCallsPerMinute=3"] };
        await host.InitializeAsync();
        try
        {
            using var client = host.Anonymous();
            for (var i = 0; i < 3; i++)
            {
                using var answer = await client.GetAsync(new Uri("/approve?key=x", UriKind.Relative));
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }

            using var refused = await client.GetAsync(new Uri("/approve?key=x", UriKind.Relative));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
            Assert.Contains("That was too often", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var other = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Requirement", "R89")]
    [Trait("Requirement", "R44")]
    public async Task A_report_waits_through_kill_minus_9_and_goes_out_once_when_it_is_approved()
    {
        await using var sandbox = await SandboxServer.StartAsync(new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        await using var server = new SpawnedServer(sandbox, []);
        await server.StartAsync();
        using var operating = Client(server, await new SandboxTokens(sandbox).OfAsync(sandbox.DefaultTenant.Operator));
        using var publisher = Client(server, await new SandboxTokens(sandbox).PublisherAsync());
        await SignIns.RunAsync(sandbox, operating, $"/api/v1/connections/{DevelopmentSandbox.ConnectionId}/sign-in", operating.BaseAddress!);
        using var submitted = await publisher.SubmitAsync(
            sandbox.DefaultTenant.Report("Killed", ""","approval": { "approvers": [{ "role": "Operator" }, { "role": "Administrator" }] }"""), "killed");
        var id = (await submitted.JsonAsync()).Text("id");
        await ApprovalCalls.UntilAsync(publisher, id, "AwaitingApproval");
        await server.KillAsync();
        await server.StartAsync();
        Assert.Empty(sandbox.DefaultTenant.AllMessages());

        using var approved = await operating.PostJsonAsync($"/api/v1/approvals/{id}/decide", """{"decision": "Approve"}""");
        Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
        await server.KillAsync(); // whether the run was told or not
        await server.StartAsync();
        await ApprovalCalls.UntilAsync(publisher, id, "Delivered");
        Assert.Single(sandbox.DefaultTenant.AllMessages());
    }

    private static HttpClient Client(SpawnedServer server, string token)
    {
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }
}
