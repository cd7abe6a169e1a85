using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using TeamsWorkflows.Cli;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>A night on call, on the command line: connections, cases, schedules, orchestrations, and a sandbox in which things go wrong.</summary>
[Collection(nameof(CommandLineServer))]
public sealed partial class OperatingCommandTests(ServerHost host)
{
    private string Sandbox => host.Sandbox.HttpAddress.AbsoluteUri;

    [Fact]
    [Trait("Requirement", "R84")]
    public async Task A_revoked_sign_in_is_seen_mended_and_its_report_goes_out()
    {
        using var oversight = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Operator));
        (await oversight.RunAsync("connection", "probe", "finance-posts")).Ended(ExitCodes.Done);
        Assert.Contains("refresh-revoked", (await oversight.RunAsync("sandbox", "fault", "scenarios", "--sandbox", Sandbox)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await oversight.RunAsync("sandbox", "fault", "apply", "throttled", "--count", "1", "--channel", "nowhere", "--sandbox", Sandbox)).Ended(ExitCodes.Done);
        Assert.Contains("throttled", (await oversight.RunAsync("sandbox", "fault", "list", "--sandbox", Sandbox)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await oversight.RunAsync("sandbox", "fault", "clear", "--sandbox", Sandbox)).Ended(ExitCodes.Done);
        (await oversight.RunAsync("sandbox", "fault", "apply", "no-such-scenario", "--sandbox", Sandbox)).Ended(ExitCodes.Refused);
        (await oversight.RunAsync("sandbox", "fault", "apply", "refresh-revoked", "--sandbox", Sandbox)).Ended(ExitCodes.Done);

        using var http = await host.PublisherAsync();
        using var submitted = await http.SubmitAsync(host.Tenant.Report(Calls.Unique("Parked")), Calls.Unique("k").Replace(' ', '-'));
        var report = (await submitted.JsonAsync()).Text("id");
        await ApprovalCalls.UntilAsync(http, report, "Parked");

        var open = (await oversight.RunAsync("case", "list", "--open", "--json")).Ended(ExitCodes.Done).Json.GetProperty("cases");
        var id = Assert.Single(open.EnumerateArray()).Text("id");
        var paged = (await oversight.RunAsync("case", "list", "--limit", "1", "--label", "finance-posts")).Ended(ExitCodes.Done).Output;
        Assert.Contains(id, paged, StringComparison.Ordinal);
        Assert.Contains("There may be more: add --skip 1", paged, StringComparison.Ordinal);
        Assert.DoesNotContain(id, (await oversight.RunAsync("case", "list", "--limit", "1", "--label", "finance-posts", "--skip", "1")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        using var console = await host.OperatorAsync();
        using var ticked = await console.PutAsync(new Uri($"/api/v1/cases/{id}/steps/confirm-change", UriKind.Relative), content: null);
        Assert.True(ticked.IsSuccessStatusCode);
        var shown = (await oversight.RunAsync("case", "show", id)).Ended(ExitCodes.Done).Output;
        Assert.Contains("connection reconnect finance-posts", shown, StringComparison.Ordinal);
        Assert.Contains("Done by", shown, StringComparison.Ordinal);
        Assert.Contains("change was intended", shown.Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("sign-in", (await oversight.RunAsync("case", "resolve", id, "--reason", "I looked at it", "--json")).Ended(ExitCodes.Refused).Error, StringComparison.Ordinal);
        Assert.Contains("NeedsAttention", (await oversight.RunAsync("connection", "show", "finance-posts")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);

        string[] reconnect = ["connection", "reconnect", "finance-posts", "--timeout", "50s"];
        Assert.Contains("Healthy", (await oversight.RunAsync(SignInAsync, reconnect)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await oversight.RunAsync("report", "status", report, "--wait", "--timeout", "50s")).Ended(ExitCodes.Done);
        Assert.Contains("finance-posts", (await oversight.RunAsync("connection", "list")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("BEGIN:VCALENDAR", (await oversight.RunAsync("connection", "calendar", "--ics")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await oversight.RunAsync("connection", "calendar")).Ended(ExitCodes.Done);

        // Once more, although nothing is wrong with it: it ends with the sign-in all the same.
        Assert.Contains("Healthy", (await oversight.RunAsync(SignInAsync, reconnect)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_audit_log_is_read_taken_away_and_verified_by_another_machine()
    {
        using var administrator = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Administrator));
        (await administrator.RunAsync(
            $$"""{"id":"audited","displayName":"Audited","authModel":"DelegatedUser","tenantId":"{{host.Tenant.Id}}","clientId":"{{host.Tenant.Connector.ClientId}}","signIn":"DeviceCode","username":"{{host.Tenant.Service.UserName}}","owner":"Finance"}""",
            ["connection", "add", "--file", "-"])).Ended(ExitCodes.Done);
        Assert.Contains("connection.register", (await administrator.RunAsync("audit", "list", "--action", "connection")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("--before", (await administrator.RunAsync("audit", "list", "--limit", "1")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        var now = (await administrator.RunAsync("audit", "verify", "--json")).Ended(ExitCodes.Done).Json;
        Assert.True(now.GetProperty("isIntact").GetBoolean());
        var head = $"{now.GetProperty("head").GetProperty("sequence").GetInt64()}:{now.GetProperty("head").Text("hash")}";
        (await administrator.RunAsync("audit", "verify", "--head", head)).Ended(ExitCodes.Done);
        Assert.Contains("written anew", (await administrator.RunAsync("audit", "verify", "--head", head[..^1] + (head[^1] == '0' ? '1' : '0'))).Ended(ExitCodes.Failed).Output, StringComparison.Ordinal);
        Assert.Contains("--head", (await administrator.RunAsync("audit", "verify", "--head", "12:abc")).Ended(ExitCodes.Usage).Error, StringComparison.Ordinal);

        using var nobody = new CommandLineProcess(server: null); // a file needs no server
        var file = Path.Combine(nobody.Settings, "audit.jsonl");
        (await administrator.RunAsync("audit", "export", "--output", file)).Ended(ExitCodes.Done);
        Assert.False(File.Exists(file + ".part"));
        Assert.Contains("sound, from 1 to ", (await nobody.RunAsync("audit", "verify", file, "--head", head)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(file);
        lines[0] = lines[0].Replace("\"actor\":\"", "\"actor\":\"not ", StringComparison.Ordinal);
        await File.WriteAllLinesAsync(file, lines);
        Assert.Contains("was changed", (await nobody.RunAsync("audit", "verify", file)).Ended(ExitCodes.Failed).Output, StringComparison.Ordinal);
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file))[..^1]);
        (await nobody.RunAsync("audit", "verify", file, "--json")).Ended(ExitCodes.Failed);
        (await nobody.RunAsync("audit", "verify", "no-such-file")).Ended(ExitCodes.NoInput);

        using var oversight = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Operator));
        (await oversight.RunAsync("audit", "verify")).Ended(ExitCodes.NotAllowed);
    }

    [Fact]
    public async Task A_log_that_the_server_breaks_off_is_not_taken_for_the_whole()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var administrator = new CommandLineProcess(new Uri($"http://{listener.LocalEndpoint}/"), await host.Tokens.OfAsync(host.Tenant.Administrator));
        var file = Path.Combine(administrator.Settings, "audit.jsonl");
        var export = administrator.RunAsync("audit", "export", "--output", file);
        using (var client = await listener.AcceptTcpClientAsync())
        {
            using var request = new StreamReader(client.GetStream());
            while (await request.ReadLineAsync() is { Length: > 0 })
            {
                // what it asks for is not looked at
            }

            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"seq\r\n"u8.ToArray());
        }

        Assert.Contains("broke its answer off", (await export).Ended(ExitCodes.NotReached).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task An_administrator_adds_a_connection_and_signs_it_in_by_a_code()
    {
        using var administrator = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Administrator));
        var connector = host.Tenant.Connector;
        var definition = $$"""
            {"id":"by-code","displayName":"By code","authModel":"DelegatedUser","tenantId":"{{host.Tenant.Id}}","clientId":"{{connector.ClientId}}",
             "signIn":"DeviceCode","username":"{{host.Tenant.Service.UserName}}","owner":"Finance"}
            """;
        (await administrator.RunAsync(definition, ["connection", "add", "--file", "-"])).Ended(ExitCodes.Done);
        Assert.Contains("signed in", (await administrator.RunAsync("connection", "probe", "by-code")).Ended(ExitCodes.Refused).Error, StringComparison.Ordinal);

        var connected = await administrator.RunAsync(
            async line =>
            {
                if (CodeLine().Match(line) is { Success: true } found)
                {
                    await TypeAsync(found.Groups["address"].Value, found.Groups["code"].Value, host.Tenant.Service.UserName);
                }
            },
            "connection", "reconnect", "by-code", "--timeout", "50s");
        Assert.Contains("Connected", connected.Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await administrator.RunAsync("connection", "probe", "by-code")).Ended(ExitCodes.Done);
    }

    [Fact]
    public async Task A_schedule_is_seen_paused_resumed_and_triggered()
    {
        using var publisher = new CommandLineProcess(host.Address, await host.Tokens.PublisherAsync());
        using var http = await host.PublisherAsync();
        var id = $"cli-{Guid.NewGuid():N}"[..20];
        using var created = await http.PutAsync(id, host.Tenant.Schedule("0 9 * * MON-FRI", Calls.Unique("Scheduled")));
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());

        Assert.Contains(id, (await publisher.RunAsync("schedule", "list")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await publisher.RunAsync("schedule", "pause", id, "--reason", "Month-end is late")).Ended(ExitCodes.Done);
        Assert.True((await publisher.RunAsync("schedule", "show", id, "--json")).Ended(ExitCodes.Done).Json.GetProperty("isPaused").GetBoolean());
        (await publisher.RunAsync("schedule", "resume", id, "--reason", "Month-end is done")).Ended(ExitCodes.Done);
        var occurrence = (await publisher.RunAsync("schedule", "trigger", id, "--reason", "The board asks", "--key", "once", "--json")).Ended(ExitCodes.Done).Json.Text("id");
        Assert.Equal(occurrence, (await publisher.RunAsync("schedule", "trigger", id, "--reason", "The board asks", "--key", "once", "--json")).Ended(ExitCodes.Done).Json.Text("id"));
        Assert.Contains("The board asks", (await publisher.RunAsync("schedule", "show", id)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_looks_into_an_orchestration_acts_on_it_and_replays_its_history()
    {
        using var http = await host.PublisherAsync();
        using var administrator = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Administrator));
        var report = await host.DeliverAsync(http, Calls.Unique("Looked into"));
        var id = $"report-{report.Text("id")}";

        Assert.Contains(id, (await administrator.RunAsync("orchestration", "list", "--status", "Completed", "--prefix", "report-")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("DeliverReport", (await administrator.RunAsync("orchestration", "show", id)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("ExecutionCompleted", (await administrator.RunAsync("orchestration", "history", id)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);

        var file = Path.Combine(administrator.Settings, "history.json");
        (await administrator.RunAsync("orchestration", "export", id, "--output", file)).Ended(ExitCodes.Done);
        Assert.Contains("DeliverReport", (await administrator.RunAsync("orchestration", "import", file)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("Matches", (await administrator.RunAsync("orchestration", "replay", file)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("DeliverToDestination", "DeliverElsewhere", StringComparison.Ordinal));
        Assert.Equal("Mismatch", (await administrator.RunAsync("orchestration", "replay", file, "--json")).Ended(ExitCodes.Failed).Json[0].Text("result"));

        foreach (var act in (string[])["suspend", "resume", "terminate", "rewind"])
        {
            (await administrator.RunAsync("orchestration", act, id, "--reason", "Only to see")).Ended(ExitCodes.Refused);
        }

        (await administrator.RunAsync("orchestration", "raise", id, "go", "--data", "not json", "--reason", "Only to see")).Ended(ExitCodes.Usage);
        (await administrator.RunAsync("orchestration", "raise", "no-such", "go", "--data", "1", "--reason", "Only to see")).Ended(ExitCodes.NotFound);
        var copy = (await administrator.RunAsync("orchestration", "restart", id, "--reason", "Only to see", "--json")).Ended(ExitCodes.Done).Json.Text("id");
        Assert.NotEqual(id, copy);
        (await administrator.RunAsync("orchestration", "purge", id, "--recursive", "--reason", "Only to see")).Ended(ExitCodes.Done);
        (await administrator.RunAsync("orchestration", "show", id)).Ended(ExitCodes.NotFound);
    }

    // What the person does who is shown an address.
    private async Task SignInAsync(string line)
    {
        if (Uri.TryCreate(line, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp)
        {
            await SignIns.PersonAsync(host.Sandbox, address, host.Address);
        }
    }

    internal static async Task TypeAsync(string address, string code, string username)
    {
        using var person = new HttpClient();
        using var typed = new FormUrlEncodedContent([new("user_code", code), new("username", username)]);
        using var accepted = await person.PostAsync(new Uri(address), typed);
        accepted.EnsureSuccessStatusCode();
    }

    [GeneratedRegex(@"(?<address>http\S+devicelogin)\W.*?\b(?<code>[BCDFGHJKLMNPQRSTVWXZ2-9]{9})\b", RegexOptions.CultureInvariant, 1000)]
    internal static partial Regex CodeLine();
}
