using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The audit log of a running server: complete, without secrets, and honest about who touched it.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string Secret = "s3cr3t-of-the-application";

    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void Every_endpoint_that_changes_something_is_recorded_or_says_why_not()
    {
        var open = _host.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(static m => m is not ("GET" or "HEAD")) == true)
            .Where(static e => e.Metadata.GetMetadata<AuditedAct>() is null && e.Metadata.GetMetadata<NotAuditedAct>() is null)
            .Select(static e => e.RoutePattern.RawText);
        Assert.Empty(open);
    }

    [Fact]
    [Trait("Requirement", "B15")]
    [Trait("Requirement", "R66")]
    public async Task What_administrators_change_is_recorded_with_who_why_before_and_after_and_without_secrets()
    {
        using var administrator = await _host.AdministratorAsync();
        await RegisterAsync(administrator, "First owner", Secret);
        await RegisterAsync(administrator, "Second owner", Secret + "-2");
        using var refused = await administrator.PostJsonAsync("/api/v1/connections", """{"id":"audited"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var (address, id) = await ParkAsync();
        using var suspended = await administrator.PostJsonAsync(address + "/suspend", """{"reason":"the channel moves"}""");
        Assert.Equal(HttpStatusCode.Accepted, suspended.StatusCode);
        using var again = await administrator.PostJsonAsync(address + "/rewind", """{"reason":"try it"}""");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);

        var entries = (await administrator.GetJsonAsync("/api/v1/audit?limit=100")).GetProperty("entries").EnumerateArray().Reverse().ToArray();
        Assert.DoesNotContain(Secret, string.Concat(entries.Select(static e => e.ToString())), StringComparison.Ordinal);
        var registered = entries.Where(static e => e.Text("action") == "connection.register").ToArray();
        Assert.Equal(2, registered.Length); // what was refused changed nothing
        Assert.All(registered, e => Assert.Equal(
            ("connection/audited", _host.Tenant.Administrator.UserName, "Administrator, Operator"), (e.Text("target"), e.Text("actor"), e.Text("role"))));
        Assert.False(registered[0].TryGetProperty("before", out _));
        Assert.Equal("First owner", registered[1].GetProperty("before").GetProperty("Connection/audited").Text("DisplayName"));
        Assert.Equal("Second owner", registered[1].GetProperty("after").GetProperty("Connection/audited").Text("DisplayName"));
        Assert.Equal("(hidden)", registered[1].GetProperty("after").GetProperty("Connection/audited").Text("ProtectedSecret"));

        var acts = entries.Where(e => e.Text("target") == $"orchestration/{id}").Select(static e => (e.Text("action"), e.Text("outcome"), e.Text("reason"))).ToArray();
        (string, string, string)[] expected =
        [
            ("orchestration.suspend", "Begun", "the channel moves"), ("orchestration.suspend", "Done", "the channel moves"),
            ("orchestration.rewind", "Begun", "try it"), ("orchestration.rewind", "Refused", "try it"),
        ];
        Assert.Equal<(string, string, string)>(expected, acts);
        Assert.True((await administrator.GetJsonAsync("/api/v1/audit/verification")).GetProperty("isIntact").GetBoolean());
    }

    [Fact]
    [Trait("Requirement", "B15")]
    public async Task The_word_that_a_cause_is_gone_and_a_bulk_act_that_is_broken_off_have_an_end()
    {
        using var administrator = await _host.AdministratorAsync();
        using var publisher = await _host.PublisherAsync();
        _host.Tenant.Faults.Apply("consent-revoked");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(Calls.Unique("Parked")), Guid.NewGuid().ToString());
        await ApprovalCalls.UntilAsync(publisher, (await submitted.JsonAsync()).Text("id"), "Parked");
        var id = (await administrator.GetJsonAsync("/api/v1/cases?open=true")).GetProperty("cases")[0].Text("id");
        using var resolved = await administrator.PostJsonAsync($"/api/v1/cases/{id}/resolve", """{"reason":"consent is back"}""");
        Assert.Equal(HttpStatusCode.Accepted, resolved.StatusCode);
        Assert.Equal(["Done", "Begun"], await OutcomesAsync("case.resolve"));

        using var stop = new CancellationTokenSource();
        using (AuditCall.Begin(new("adam", "1", "Administrator"), "orchestration.bulk", "orchestrations", "maintenance"))
        {
            var desk = _host.Server.Services.GetRequiredService<OrchestrationDesk>();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => desk.ActAsync(Ids(), new OrchestrationAct.Suspend(), "adam", "maintenance", new BulkProgress(), stop.Token));
        }

        Assert.Equal(["Failed", "Begun"], await OutcomesAsync("orchestration.bulk"));

        using var enough = new CancellationTokenSource(ServerHost.Patience);
        BulkRun run;
        using (AuditCall.Begin(new("adam", "1", "Administrator"), "orchestration.bulk", "orchestrations", "maintenance"))
        {
            run = await _host.Server.Services.GetRequiredService<BulkRuns>().BeginAsync(Late(), new OrchestrationAct.Suspend(), "adam", "maintenance");
        }

        Assert.Null(run.End); // the request is over, and it goes on
        while (run.End is null)
        {
            await Task.Delay(20, enough.Token);
        }

        Assert.Equal(["Done", "Begun"], (await OutcomesAsync("orchestration.bulk")).Take(2));

        async IAsyncEnumerable<string> Late()
        {
            await Task.Delay(TimeSpan.FromSeconds(1.5), enough.Token);
            yield return "nobody";
        }

        async Task<IEnumerable<string>> OutcomesAsync(string action)
            => (await administrator.GetJsonAsync($"/api/v1/audit?action={action}")).GetProperty("entries").EnumerateArray().Select(static e => e.Text("outcome"));

        async IAsyncEnumerable<string> Ids()
        {
            yield return "nobody";
            await stop.CancelAsync();
            yield return "nobody-either";
        }
    }

    [Fact]
    public async Task The_log_is_paged_filtered_and_exported()
    {
        using var administrator = await _host.AdministratorAsync();
        for (var i = 0; i < 5; i++)
        {
            await RegisterAsync(administrator, $"Owner {i}", Secret);
        }

        var first = await administrator.GetJsonAsync("/api/v1/audit?action=connection&target=connection/audited&limit=2");
        var second = await administrator.GetJsonAsync(first.Text("next"));
        Assert.Equal(2, second.GetProperty("entries").GetArrayLength());
        Assert.True(second.GetProperty("entries")[0].GetProperty("sequence").GetInt64() < first.GetProperty("entries")[1].GetProperty("sequence").GetInt64());
        var nobody = await administrator.GetJsonAsync("/api/v1/audit?actor=nobody");
        Assert.Empty(nobody.GetProperty("entries").EnumerateArray());
        using var wrong = await administrator.GetAsync(new Uri("/api/v1/audit?from=yesterday", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);

        var export = await administrator.GetStringAsync(new Uri("/api/v1/audit/export", UriKind.Relative));
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(export));
        var verdict = await AuditExport.VerifyAsync(file, [], isWhole: false, CancellationToken.None);
        Assert.True(verdict.IsIntact);
        Assert.Equal(await Log.HeadAsync(CancellationToken.None), verdict.Head);
        using var oversight = await _host.OperatorAsync();
        foreach (var path in (string[])["/api/v1/audit", "/api/v1/audit/export", "/api/v1/audit/verification"])
        {
            using var closed = await oversight.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.Forbidden, closed.StatusCode);
        }
    }

    [Theory]
    [InlineData("""UPDATE "AuditEntries" SET "Actor" = 'somebody' WHERE "Sequence" = 2""", "Altered", 2)]
    [InlineData("""DELETE FROM "AuditEntries" WHERE "Sequence" = 2""", "Missing", 2)]
    [InlineData("""DELETE FROM "AuditEntries" WHERE "Sequence" > 2""", "Truncated", 3)]
    [InlineData("""UPDATE "AuditHeads" SET "Sequence" = 2, "Hash" = (SELECT "Hash" FROM "AuditEntries" WHERE "Sequence" = 2)""", "Replaced", 3)]
    [InlineData("""DELETE FROM "AuditHeads" """, "Replaced", 1)]
    [Trait("Requirement", "B15")]
    public async Task Whoever_tampers_with_the_database_is_found_out(string tampering, string kind, int brokenAt)
    {
        using var administrator = await _host.AdministratorAsync();
        for (var i = 0; i < 4; i++)
        {
            await RegisterAsync(administrator, $"Owner {i}", Secret);
        }

        if (!tampering.Contains("AuditHeads", StringComparison.Ordinal))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => ExecuteAsync(tampering)); // the database refuses it while its triggers are there
        }

        await ExecuteAsync("""DROP TRIGGER "AuditEntries_no_update"; DROP TRIGGER "AuditEntries_no_delete";""" + tampering);
        var verification = await administrator.GetJsonAsync("/api/v1/audit/verification");
        Assert.Equal((false, kind, brokenAt), (verification.GetProperty("isIntact").GetBoolean(), verification.Text("kind"), verification.GetProperty("brokenAt").GetInt32()));

        using var ready = await administrator.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("audit log is not what it was", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var console = await ConsoleSession.SignInAsync(_host, _host.Tenant.Administrator.UserName); // an act that goes on behind what is there
        var page = await console.ReadAsync("/audit");
        Assert.Equal(!tampering.Contains("AuditHeads", StringComparison.Ordinal), page.Contains("The log is not what it was", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_end_that_was_cut_off_with_its_head_shows_against_a_head_that_was_kept_elsewhere()
    {
        using var administrator = await _host.AdministratorAsync();
        for (var i = 0; i < 4; i++)
        {
            await RegisterAsync(administrator, $"Owner {i}", Secret);
        }

        var kept = await Log.HeadAsync(CancellationToken.None);
        await ExecuteAsync(
            """
            DROP TRIGGER "AuditEntries_no_delete";
            DELETE FROM "AuditEntries" WHERE "Sequence" > 2;
            UPDATE "AuditHeads" SET "Sequence" = 2, "Hash" = (SELECT "Hash" FROM "AuditEntries" WHERE "Sequence" = 2);
            """);
        Assert.True((await administrator.GetJsonAsync("/api/v1/audit/verification")).GetProperty("isIntact").GetBoolean());
        var against = await administrator.GetJsonAsync($"/api/v1/audit/verification?sequence={kept.Sequence}&hash={kept.Hash}");
        Assert.Equal("Truncated", against.Text("kind"));
    }

    [Fact]
    public async Task The_console_shows_the_log_to_administrators_alone()
    {
        using var administrator = await _host.AdministratorAsync();
        await RegisterAsync(administrator, "<script>alert(1)</script>", Secret);
        using var console = await ConsoleSession.SignInAsync(_host, _host.Tenant.Administrator.UserName);
        var page = await console.ReadAsync("/audit?action=connection");
        Assert.Contains("connection.register", page, StringComparison.Ordinal);
        Assert.Contains("none changed since", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal); // the page's own has an address
        Assert.Contains("console.sign-in", await console.ReadAsync("/audit"), StringComparison.Ordinal);
        Assert.Contains("\"head\":", await console.ReadAsync("/audit/export.jsonl"), StringComparison.Ordinal);

        using var oversight = await ConsoleSession.SignInAsync(_host, _host.Tenant.Operator.UserName);
        await Assert.ThrowsAsync<HttpRequestException>(() => oversight.ReadAsync("/audit"));
    }

    private AuditLog Log => _host.Server.Services.GetRequiredService<AuditLog>();

    private static async Task RegisterAsync(HttpClient administrator, string name, string secret)
    {
        var body = $$"""
            {"id":"audited","displayName":"{{name}}","authModel":"ApplicationSecret","tenantId":"11111111-1111-1111-1111-111111111111",
            "clientId":"22222222-2222-2222-2222-222222222222","owner":"owner@contoso.example","scopes":["Mail.Send"],"clientSecret":"{{secret}}"}
            """;
        using var response = await administrator.PostJsonAsync("/api/v1/connections", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<(string Address, string Id)> ParkAsync()
    {
        using var publisher = await _host.PublisherAsync();
        var report = await _host.SubmitForApprovalAsync(publisher, Calls.Unique("Parked"), $$"""
            "approvers":[{"email":"{{_host.Tenant.Operator.UserName}}"}]
            """);
        var id = $"report-{report.Text("id")}";
        return ($"/api/v1/orchestrations/{id}", id);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var db = await _host.Server.Services.GetRequiredService<IDbContextFactory<ProductDb>>().CreateDbContextAsync();
        await db.Database.ExecuteSqlRawAsync(sql);
    }
}
