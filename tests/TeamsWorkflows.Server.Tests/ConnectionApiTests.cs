using System.Net;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The register, the histories and the calendar over HTTP.</summary>
[Collection(nameof(SharedServer))]
public sealed class ConnectionApiTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "R66")]
    [Trait("Requirement", "R51")]
    public async Task Administrators_register_connections_and_a_wrong_field_is_named_with_its_fix()
    {
        using var administrator = await host.AdministratorAsync();
        using var oversight = await host.OperatorAsync();
        using var refused = await oversight.PostJsonAsync("/api/v1/connections", Definition("z-by-api"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        using var added = await administrator.PostJsonAsync("/api/v1/connections", Definition("z-by-api"));
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal("NeverConnected", (await added.JsonAsync()).Text("state"));
        using var again = await administrator.PostJsonAsync("/api/v1/connections", Definition("z-by-api"));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        using var invalid = await administrator.PostJsonAsync("/api/v1/connections", Definition("z-by-api", tenant: "common"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, invalid.StatusCode);
        var problem = await invalid.JsonAsync();
        Assert.EndsWith("invalid-connection", problem.Text("type"), StringComparison.Ordinal);
        Assert.Contains("no directory", problem.GetProperty("errors").GetProperty("tenantId")[0].GetString(), StringComparison.Ordinal);

        using var configured = await administrator.PostJsonAsync("/api/v1/connections", Definition("finance-posts"));
        Assert.Equal(HttpStatusCode.Conflict, configured.StatusCode);
    }

    [Fact]
    public async Task A_definition_is_changed_in_the_version_that_was_seen_or_not_at_all()
    {
        using var administrator = await host.AdministratorAsync();
        using var added = await PostAsync(administrator, "z-versions", "If-None-Match", "*");
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        using var second = await PostAsync(administrator, "z-versions", "If-None-Match", "*");
        Assert.Equal(HttpStatusCode.PreconditionFailed, second.StatusCode);
        using var read = await administrator.GetAsync(new Uri("/api/v1/connections/z-versions", UriKind.Relative));
        Assert.Equal(added.Headers.ETag, read.Headers.ETag);
        using var changed = await PostAsync(administrator, "z-versions", "If-Match", read.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var late = await PostAsync(administrator, "z-versions", "If-Match", "\"0123456789abcdef\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.EndsWith("precondition-failed", (await late.JsonAsync()).Text("type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cases_and_approvals_come_in_pages()
    {
        using var administrator = await host.AdministratorAsync();
        foreach (var list in (string[])["cases", "approvals"])
        {
            using var wrong = await administrator.GetAsync(new Uri($"/api/v1/{list}?limit=501", UriKind.Relative));
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
            using var before = await administrator.GetAsync(new Uri($"/api/v1/{list}?skip=-1", UriKind.Relative));
            Assert.Equal(HttpStatusCode.BadRequest, before.StatusCode);
            var page = await administrator.GetJsonAsync($"/api/v1/{list}?limit=1&open=true");
            var found = page.GetProperty(list).GetArrayLength();
            Assert.InRange(found, 0, 1);
            Assert.Equal(found == 1, page.TryGetProperty("next", out var next));
            if (found == 1)
            {
                Assert.Equal($"/api/v1/{list}?skip=1&limit=1&open=true", next.GetString());
                await administrator.GetJsonAsync(next.GetString()!);
            }
        }
    }

    [Fact]
    [Trait("Requirement", "R60")]
    [Trait("Requirement", "B10")]
    [Trait("Requirement", "R5")]
    public async Task Histories_dates_dependents_and_consents_are_resources()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        await host.DeliverAsync(publisher, Calls.Unique("Dependent"));
        const string connection = "/api/v1/connections/finance-posts";
        using var change = await administrator.PostJsonAsync($"{connection}/changes", """{"change":"PolicyChanged","note":"MFA for everybody"}""");
        Assert.Equal(HttpStatusCode.NoContent, change.StatusCode);
        using var nothing = await administrator.PostJsonAsync($"{connection}/changes", "{}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, nothing.StatusCode);
        using var consent = await administrator.PostJsonAsync($"{connection}/consent", """{"grantedBy":"adam","scopes":["User.Read"]}""");
        Assert.Equal(HttpStatusCode.NoContent, consent.StatusCode);

        Assert.Contains("MFA for everybody", (await administrator.GetJsonAsync($"{connection}/history")).GetProperty("changes").ToString(), StringComparison.Ordinal);
        Assert.Contains("Dependent", (await administrator.GetJsonAsync($"{connection}/dependents")).GetProperty("reports").ToString(), StringComparison.Ordinal);
        Assert.Contains("adminconsent", (await administrator.GetJsonAsync($"{connection}/consent")).Text("adminConsentUrl"), StringComparison.Ordinal);
        Assert.Contains("SignInUnused", (await administrator.GetJsonAsync("/api/v1/connections/expiries")).ToString(), StringComparison.Ordinal);
        Assert.Contains("finance-posts", (await administrator.GetJsonAsync("/api/v1/connections/interactive")).ToString(), StringComparison.Ordinal);
        Assert.Empty((await administrator.GetJsonAsync("/api/v1/connections/compare?left=finance-posts&right=finance-posts")).GetProperty("differences").EnumerateArray());
        using var feed = await administrator.GetAsync(new Uri("/api/v1/connections/expiries.ics", UriKind.Relative));
        Assert.Equal("text/calendar", feed.Content.Headers.ContentType!.MediaType);
        Assert.Contains("BEGIN:VEVENT", await feed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R33")]
    public async Task A_person_signs_in_by_a_code_that_api_and_console_show()
    {
        using var administrator = await host.AdministratorAsync();
        using var mixed = await administrator.PostJsonAsync("/api/v1/connections", Definition("z-device").Replace("\"owner\"", "\"signIn\":\"DeviceCode\",\"owner\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, mixed.StatusCode);
        using var added = await administrator.PostJsonAsync("/api/v1/connections", Definition("z-device")
            .Replace($"\"clientSecret\":\"{host.Tenant.Connector.ClientSecret}\"", "\"signIn\":\"DeviceCode\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        const string connection = "/api/v1/connections/z-device";
        Assert.Equal($"{connection}/device-sign-in", (await added.JsonAsync()).GetProperty("links").Text("signIn"));
        using var nothing = await administrator.GetAsync(new Uri($"{connection}/device-sign-in", UriKind.Relative));
        using var other = await administrator.PostJsonAsync($"{connection}/sign-in", "{}");
        using var browserOnly = await administrator.PostJsonAsync("/api/v1/connections/finance-posts/device-sign-in", "{}");
        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.Conflict, HttpStatusCode.Conflict], [nothing.StatusCode, other.StatusCode, browserOnly.StatusCode]);
        Assert.EndsWith("device-code", (await other.JsonAsync()).Text("type"), StringComparison.Ordinal);

        using var begun = await administrator.PostJsonAsync($"{connection}/device-sign-in", "{}");
        var shown = await begun.JsonAsync();
        Assert.Equal(("Waiting", host.Tenant.Service.UserName), (shown.Text("state"), shown.Text("signInAs")));
        using var console = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        var (page, address) = await console.SendAsync("/connections", "/connections/z-device/device-sign-in");
        Assert.Equal("/connections/z-device/device-sign-in", address.AbsolutePath);
        Assert.Contains(shown.Text("userCode"), page, StringComparison.Ordinal); // one at a time: the same code
        using var person = new HttpClient();
        using var typed = new FormUrlEncodedContent([new("user_code", shown.Text("userCode")), new("username", host.Tenant.Service.UserName)]);
        using var accepted = await person.PostAsync(new Uri(shown.Text("verificationUrl")), typed);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);

        using var patience = new CancellationTokenSource(ServerHost.Patience);
        while ((await administrator.GetJsonAsync($"{connection}/device-sign-in")).Text("state") == "Waiting")
        {
            await Task.Delay(100, patience.Token);
        }

        Assert.Equal("Connected", (await administrator.GetJsonAsync($"{connection}/device-sign-in")).Text("state"));
        Assert.Equal("Healthy", (await administrator.GetJsonAsync(connection)).Text("state"));
    }

    [Fact]
    [Trait("Requirement", "R61")]
    public async Task A_calendar_program_needs_a_key_and_no_sign_in_until_the_key_is_revoked()
    {
        using var administrator = await host.AdministratorAsync();
        using var oversight = await host.OperatorAsync();
        using var program = host.Anonymous();
        using var refused = await oversight.PostJsonAsync("/api/v1/connections/calendar-keys", """{"name":"Finance"}""");
        using var nameless = await administrator.PostJsonAsync("/api/v1/connections/calendar-keys", "{}");
        using var made = await administrator.PostJsonAsync("/api/v1/connections/calendar-keys", """{"name":"Finance"}""");
        var key = System.Text.Json.JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement;
        var feed = new Uri(key.Text("path"), UriKind.Relative);

        Assert.Equal(
            [HttpStatusCode.Forbidden, HttpStatusCode.UnprocessableEntity, HttpStatusCode.Created], [refused.StatusCode, nameless.StatusCode, made.StatusCode]);
        Assert.StartsWith("BEGIN:VCALENDAR", await program.GetStringAsync(feed), StringComparison.Ordinal);
        using var wrong = await program.GetAsync(new Uri("/calendar/made-up.ics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, wrong.StatusCode);
        Assert.DoesNotContain(key.Text("path")["/calendar/".Length..^4], (await administrator.GetJsonAsync("/api/v1/connections/calendar-keys")).ToString(), StringComparison.Ordinal);

        using var revoked = await administrator.DeleteAsync(new Uri($"/api/v1/connections/calendar-keys/{key.Text("id")}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var after = await program.GetAsync(feed);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    [Fact]
    [Trait("Requirement", "B9")]
    [Trait("Requirement", "B12")]
    public async Task The_doctor_examines_this_server_and_runbooks_are_resources()
    {
        using var oversight = await host.OperatorAsync();
        var report = await oversight.GetJsonAsync("/api/v1/doctor");

        Assert.Equal("finance-posts", report.GetProperty("inventory").GetProperty("connections")[0].Text("id"));
        var good = report.GetProperty("findings").EnumerateArray().Where(f => f.Text("result") == "Good").Select(f => f.Text("check")).ToHashSet();
        Assert.Superset(new HashSet<string> { "data folder", "task hub", "database", "clock", "authority" }, good);
        Assert.Equal("Rotate the secret", (await oversight.GetJsonAsync("/api/v1/runbooks/client-credential/secret-expired")).Text("title"));
        Assert.NotEmpty((await oversight.GetJsonAsync("/api/v1/runbooks")).GetProperty("runbooks").EnumerateArray());
        using var nothing = await oversight.GetAsync(new Uri("/api/v1/cases/nobody/packet", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/connections/nobody/history")]
    [InlineData("/api/v1/connections/nobody/dependents")]
    [InlineData("/api/v1/connections/nobody/consent")]
    [InlineData("/api/v1/connections/compare?left=finance-posts&right=nobody")]
    [InlineData("/api/v1/cases/nobody/guided-test")]
    public async Task What_there_is_not_is_a_problem_that_names_it(string path)
    {
        using var oversight = await host.OperatorAsync();
        using var response = await oversight.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("'nobody'", (await response.JsonAsync()).Text("detail"), StringComparison.Ordinal);
    }

    private string Definition(string id, string? tenant = null) => $$"""
        {"id":"{{id}}","displayName":"By API","authModel":"DelegatedUser","tenantId":"{{tenant ?? host.Tenant.Id}}",
        "clientId":"{{host.Tenant.Connector.ClientId}}","clientSecret":"{{host.Tenant.Connector.ClientSecret}}",
        "username":"{{host.Tenant.Service.UserName}}","owner":"Finance platform team","environment":"test"}
        """;

    private async Task<HttpResponseMessage> PostAsync(HttpClient client, string id, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/connections");
        request.Content = new StringContent(Definition(id), System.Text.Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation(header, value);
        return await client.SendAsync(request);
    }
}
