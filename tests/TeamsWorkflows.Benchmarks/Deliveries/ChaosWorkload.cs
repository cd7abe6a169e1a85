using System.Diagnostics;
using System.Globalization;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Benchmarks.Deliveries;

/// <summary>
/// Reports over many channels and connections while faults go on and off and the server is killed every few seconds. In the
/// end the sandbox's own record has to hold each report once, or its fallback once.
/// </summary>
internal static class ChaosWorkload
{
    private const int Callers = 8;

    private static readonly TimeSpan Limit = TimeSpan.FromHours(2);

    private static readonly (string Scenario, ScenarioParameters Parameters)[] Faults =
    [
        ("accepted-then-504", new() { Count = 20 }),
        ("accepted-then-cut", new() { Count = 20 }),
        ("unavailable-503", new() { Count = 20 }),
        ("cut-before-accept", new() { Count = 10 }),
        ("throttled", new() { Count = 10, Delay = 1 }),
        ("throttled-no-retry-after", new() { Count = 10 }),
        ("token-expired", new()),
        ("refresh-revoked", new()),
        ("smtp-refuses", new() { Count = 5 }),
    ];

    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal)
    {
        ["Deliveries:ReadBackDelays:0"] = "00:00:00.200",
        ["Deliveries:ReadBackDelays:1"] = "00:00:02",
        ["Deliveries:FirstBackoff"] = "00:00:00.200",
        ["Deliveries:MaxBackoff"] = "00:00:05",
        ["Deliveries:ResumeInterval"] = "00:00:00.100",
        ["Pacing:Channel:Interval"] = "00:00:00.010",
        ["Pacing:Channel:PerDay"] = "0",
        ["Pacing:Connection:Interval"] = "00:00:00.002",
        ["Pacing:Tenant:Interval"] = "00:00:00.001",
        ["Graph:Timeout"] = "00:00:10",
    };

    /// <returns>0: the record is as it should be.</returns>
    public static async Task<int> RunAsync(int count, int channels, int connections, int seed)
    {
        var random = new Random(seed);
        await using var field = await DeliveryField.StartAsync(channels, connections, Settings);
        var clock = Stopwatch.StartNew();
        var submitting = Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Callers },
            async (i, _) => await field.SubmitAsync(TitleOf(i), i % channels, i % connections));
        var kills = 0;
        for (; !submitting.IsCompleted; kills++)
        {
            var (scenario, parameters) = Faults[random.Next(Faults.Length)];
            field.Tenant.Faults.Apply(scenario, parameters);
            await Task.WhenAny(submitting, Task.Delay(random.Next(2_000, 6_000)));
            await field.Server.KillAsync();
            await field.Server.StartAsync();
            field.Tenant.Faults.Clear();
            await field.SignInToCasesAsync();
        }

        await submitting;
        Say($"{count} reports handed over in {clock.Elapsed.TotalSeconds:F0} s under {kills} kills (seed {seed})");
        while (await field.AnyRunningAsync())
        {
            if (clock.Elapsed > Limit)
            {
                Say($"some have not ended after {clock.Elapsed.TotalMinutes:F0} min");
                return 1;
            }

            await field.SignInToCasesAsync();
            await Task.Delay(500);
        }

        Say($"all ended after {clock.Elapsed.TotalSeconds:F0} s");
        return Judge(field, await field.LedgerAsync(), count);
    }

    private static int Judge(DeliveryField field, IReadOnlyList<(string Title, string State, string[] Outcomes)> ledger, int count)
    {
        var messages = field.Tenant.AllMessages().CountBy(static m => m.Subject ?? "").ToDictionary(StringComparer.Ordinal);
        var mails = field.Tenant.Mails.Where(static m => m.To.Any(static t => t.StartsWith("finance@", StringComparison.Ordinal)))
            .DistinctBy(static m => m.MessageId).CountBy(static m => m.Subject.Split(" [")[0]).ToDictionary(StringComparer.Ordinal);
        var states = ledger.ToDictionary(static d => d.Title, static d => d.State, StringComparer.Ordinal);
        var titles = Enumerable.Range(0, count).Select(TitleOf).ToArray();

        var twice = titles.Count(t => messages.GetValueOrDefault(t) > 1 || mails.GetValueOrDefault(t) > 1);
        var lost = titles.Count(t => !messages.ContainsKey(t) && !mails.ContainsKey(t));
        var untold = titles.Count(t => states.GetValueOrDefault(t) != (mails.ContainsKey(t) ? "FellBack" : "Delivered"));
        var both = titles.Count(t => messages.ContainsKey(t) && mails.ContainsKey(t));
        Say($"in the channels {messages.Keys.Count(titles.Contains)}, by mail {mails.Count}, both {both} (their mail says so); twice {twice}, lost {lost}, ledger differs {untold}");
        Say($"states: {Join(ledger.CountBy(static d => d.State, StringComparer.Ordinal))}");
        Say($"attempts: {Join(ledger.SelectMany(static d => d.Outcomes).CountBy(static o => o, StringComparer.Ordinal))}");
        return twice + lost + untold == 0 ? 0 : 1;
    }

    private static string Join(IEnumerable<KeyValuePair<string, int>> counts)
        => string.Join(", ", counts.OrderBy(static c => c.Key, StringComparer.Ordinal).Select(static c => $"{c.Key} {c.Value}"));

    private static string TitleOf(int i) => string.Create(CultureInfo.InvariantCulture, $"Chaos {i:D5}");

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
