using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using Xunit.Abstractions;

namespace TeamsWorkflows.Server.Tests;

/// <summary>
/// The server as a real process, hundreds of reports with faults on, <c>kill -9</c> at random moments: every report ends,
/// and each is in the channel exactly once or fell back.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Reports = 200;
    private const int Kills = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    // What happens to Teams meanwhile, again and again.
    private static readonly (string Scenario, ScenarioParameters Parameters)[] Faults =
    [
        ("accepted-then-504", new() { Count = 2 }),
        ("accepted-then-cut", new() { Count = 2 }),
        ("unavailable-503", new() { Count = 2 }),
        ("cut-before-accept", new() { Count = 1 }),
        ("throttled", new() { Count = 3, Delay = 1 }),
        ("throttled-no-retry-after", new() { Count = 3 }),
        ("token-expired", new()),
    ];

    // Every third report may be in one message with others.
    private const string Digested = ",\"digest\":{\"within\":\"00:00:01\"}";

    private readonly Dictionary<string, int> _outcomes = new(StringComparer.Ordinal);

    [Fact]
    [Trait("Requirement", "R89")]
    [Trait("Requirement", "R82")]
    [Trait("Requirement", "R74")]
    [Trait("Requirement", "B1")]
    public async Task Two_hundred_reports_survive_ten_kills_and_every_fault()
    {
        var random = new Random(20261122);
        await using var sandbox = await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        await using var server = new SpawnedServer(sandbox, Settings());
        await server.StartAsync();
        using var publisher = Client(server, await new SandboxTokens(sandbox).PublisherAsync());
        using var operating = Client(server, await new SandboxTokens(sandbox).OfAsync(sandbox.DefaultTenant.Operator));
        await SignInAsync(sandbox, operating, $"/api/v1/connections/{DevelopmentSandbox.ConnectionId}/sign-in");

        using var enough = new CancellationTokenSource(Limit);
        var clock = Stopwatch.StartNew();
        var ids = new ConcurrentDictionary<int, string>();
        var submitting = Parallel.ForAsync(
            0, Reports, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = enough.Token }, async (i, stop) =>
            {
                ids[i] = await SubmitUntilTakenAsync(sandbox, publisher, i, stop);
                await Task.Delay(random.Next(20, 120), stop); // the reports come for as long as the kills do
            });

        for (var kill = 0; kill < Kills; kill++)
        {
            var (scenario, parameters) = Faults[kill % Faults.Length];
            sandbox.DefaultTenant.Faults.Apply(scenario, parameters);
            await Task.Delay(random.Next(200, 1500), enough.Token);
            if (kill == Kills / 2)
            {
                sandbox.DefaultTenant.Faults.Apply("refresh-revoked"); // a person has to come
            }

            await server.KillAsync();
            await server.StartAsync();
        }

        await submitting;
        await SignInToOpenCasesAsync(sandbox, operating, enough.Token);
        var deliveries = await WaitForEndsAsync(sandbox, publisher, operating, ids, enough.Token);

        var messages = sandbox.DefaultTenant.AllMessages().SelectMany(TitlesOf).GroupBy(t => t).ToDictionary(g => g.Key, g => g.Count());
        var digests = sandbox.DefaultTenant.AllMessages().Count(m => m.Subject!.EndsWith(" reports", StringComparison.Ordinal));
        var mails = sandbox.DefaultTenant.Mails.Where(m => m.To.Any(t => t.StartsWith("finance@", StringComparison.Ordinal)))
            .DistinctBy(m => m.MessageId).GroupBy(m => Title(m.Subject)).ToDictionary(g => g.Key, g => g.Count());
        output.WriteLine(
            $"{Reports} reports, {Kills} kills, {clock.Elapsed.TotalSeconds:F0} s: {messages.Count} in the channel ({digests} digests), {mails.Count} by mail; "
            + $"{sandbox.DefaultTenant.Requests.Count(r => r.Surface == SandboxSurfaces.GraphMessagePost)} posts in the sandbox's log. "
            + string.Join(", ", deliveries.GroupBy(d => d.Value).Select(g => $"{g.Key}: {g.Count()}"))
            + $". Attempts: {string.Join(", ", _outcomes.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key} {o.Value}"))}");

        Assert.All(Enumerable.Range(0, Reports), i =>
        {
            var (title, state) = (TitleOf(i), deliveries[i]);
            Assert.True(messages.GetValueOrDefault(title) <= 1, $"{title} is in the channel {messages.GetValueOrDefault(title)} times.");
            Assert.True(mails.GetValueOrDefault(title) <= 1, $"{title} was mailed {mails.GetValueOrDefault(title)} times.");
            Assert.Equal(state == "Delivered" ? 1 : 0, state == "Delivered" ? messages.GetValueOrDefault(title) : 0);
            Assert.True(messages.ContainsKey(title) || mails.ContainsKey(title), $"{title} got lost; the ledger says {state}.");
            Assert.True(state is "Delivered" or "FellBack", $"{title} ended as {state}.");
        });
        Assert.True(deliveries.Values.Count(s => s == "Delivered") > Reports * 9 / 10, "Hardly anything was delivered: the test shows nothing.");
        Assert.True(digests > 3, "Hardly anything was gathered: the test shows nothing about digests.");
        string[] mustSee = ["already-posted", "outcome-unknown", "authentication-failed", "throttled"];
        Assert.Empty(mustSee.Except(_outcomes.Keys));
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task A_server_that_is_killed_while_Graph_makes_a_chat_finds_that_chat()
    {
        using var enough = new CancellationTokenSource(Limit);
        await using var sandbox = await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        var tenant = sandbox.DefaultTenant;
        await using var server = new SpawnedServer(sandbox, Settings().Concat(
        [
            new($"Connections:sandbox:Scopes:0", "User.Read"),
            new($"Connections:sandbox:Scopes:1", "Chat.ReadWrite"),
            new("Deliveries:ReadBackDelays:1", "00:00:20"), // a new server has to start in between
        ]));
        await server.StartAsync();
        using var publisher = Client(server, await new SandboxTokens(sandbox).PublisherAsync());
        using var operating = Client(server, await new SandboxTokens(sandbox).OfAsync(tenant.Operator));
        await SignInAsync(sandbox, operating, $"/api/v1/connections/{DevelopmentSandbox.ConnectionId}/sign-in");

        tenant.Faults.Apply("slow-answer", new() { Surface = SandboxSurfaces.GraphPlace, Delay = 30 });
        tenant.Faults.Apply("read-lag", new() { Delay = 6 });
        var report = $$"""
            {"title":"To a chat","body":"Hello","destinations":[{"kind":"chat","connection":"{{DevelopmentSandbox.ConnectionId}}",
            "members":["{{tenant.Operator.UserName}}","{{tenant.Administrator.UserName}}"],"topic":"Month end"}]}
            """;
        using var answer = await publisher.SubmitAsync(report, "chat");
        var id = (await answer.JsonAsync()).Text("id");
        await tenant.WaitForRequestAsync(r => r.Surface == SandboxSurfaces.GraphPlace, enough.Token);
        await server.KillAsync();
        await server.StartAsync();

        JsonElement delivery;
        do
        {
            await Task.Delay(100, enough.Token);
            delivery = (await publisher.GetJsonAsync($"/api/v1/reports/{id}")).GetProperty("deliveries")[0];
        }
        while (delivery.Text("state") is not ("Delivered" or "FellBack" or "Failed"));

        Assert.Equal("Delivered", delivery.Text("state"));
        Assert.Single(tenant.Requests, r => r.Surface == SandboxSurfaces.GraphPlace);
        Assert.Single(tenant.AllMessages());
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings() => new Dictionary<string, string?>
    {
        ["Deliveries:ReadBackDelays:0"] = "00:00:00.200",
        ["Deliveries:ReadBackDelays:1"] = "00:00:01",
        ["Deliveries:FirstBackoff"] = "00:00:00.100",
        ["Deliveries:MaxBackoff"] = "00:00:01",
        ["Pacing:Channel:Interval"] = "00:00:00.010",
        ["Pacing:Connection:Interval"] = "00:00:00.010",
        ["Pacing:Tenant:Interval"] = "00:00:00.010",
        ["Deliveries:ResumeInterval"] = "00:00:00.010",
        ["Graph:Timeout"] = "00:00:05",
    };

    private static HttpClient Client(SpawnedServer server, string token)
    {
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static string TitleOf(int i) => $"Report {i:D3}";

    // A digest has its reports' titles as headings.
    private static IEnumerable<string> TitlesOf(SandboxMessage message) => message.Subject!.EndsWith(" reports", StringComparison.Ordinal)
        ? message.Content.Split("<h3>").Skip(1).Select(static part => part.Split("</h3>")[0])
        : [message.Subject!];

    private static string Title(string subject) => subject.Split(" [")[0];

    // As any caller does: the same key again until there is an answer.
    private static async Task<string> SubmitUntilTakenAsync(SandboxServer sandbox, HttpClient publisher, int i, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                using var answer = await publisher.SubmitAsync(sandbox.DefaultTenant.Report(TitleOf(i), i % 3 == 0 ? Digested : ""), $"crash-{i}");
                Assert.Equal(202, (int)answer.StatusCode);
                return (await answer.JsonAsync()).Text("id");
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                await Task.Delay(50, stop);
            }
        }
    }

    private async Task<Dictionary<int, string>> WaitForEndsAsync(
        SandboxServer sandbox, HttpClient publisher, HttpClient operating, ConcurrentDictionary<int, string> ids, CancellationToken stop)
    {
        var ends = new Dictionary<int, string>();
        while (ends.Count < Reports)
        {
            Assert.False(stop.IsCancellationRequested, $"{Reports - ends.Count} reports never ended.");
            foreach (var (i, id) in ids.Where(x => !ends.ContainsKey(x.Key)).OrderBy(x => x.Key))
            {
                var delivery = (await publisher.GetJsonAsync($"/api/v1/reports/{id}")).GetProperty("deliveries")[0];
                var state = delivery.Text("state");
                if (state is "Delivered" or "FellBack" or "Failed")
                {
                    ends.Add(i, state);
                    foreach (var attempt in delivery.GetProperty("attempts").EnumerateArray())
                    {
                        _outcomes[attempt.Text("outcome")] = _outcomes.GetValueOrDefault(attempt.Text("outcome")) + 1;
                    }
                }
            }

            await SignInToOpenCasesAsync(sandbox, operating, stop);
            await Task.Delay(100, CancellationToken.None);
        }

        return ends;
    }

    private static async Task SignInToOpenCasesAsync(SandboxServer sandbox, HttpClient operating, CancellationToken stop)
    {
        var cases = await operating.GetJsonAsync("/api/v1/cases?open=true");
        foreach (var found in cases.GetProperty("cases").EnumerateArray().Where(c => c.Text("cause") == "Reconnect"))
        {
            await SignInAsync(sandbox, operating, $"/api/v1/cases/{found.Text("id")}/sign-in");
            stop.ThrowIfCancellationRequested();
        }
    }

    private static Task SignInAsync(SandboxServer sandbox, HttpClient operating, string begin)
        => SignIns.RunAsync(sandbox, operating, begin, operating.BaseAddress!);
}
