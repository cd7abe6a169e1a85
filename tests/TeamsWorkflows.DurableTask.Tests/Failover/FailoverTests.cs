using System.Diagnostics;
using System.Globalization;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.CrashChild;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Tests.Postgres;
using Xunit.Abstractions;

namespace TeamsWorkflows.DurableTask.Tests.Failover;

/// <summary>Three nodes as processes under load, over a real PostgreSQL, and one thing that goes wrong.</summary>
/// <remarks>
/// Each test holds the same: every instance completes with the right result, no step runs twice but those that were in
/// flight on the node that failed, and its partitions are another's within the bound.
/// </remarks>
[Collection(PostgresServer.Name)]
public sealed class FailoverTests(PostgresCluster cluster, ITestOutputHelper output) : IDisposable
{
    private const int Load = 60; // instances that each node starts

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    // A lease ends at most its length after its last renewal. Another one is for two busy cores, and for a takeover's
    // request that has no answer in time and is sent again.
    private static readonly TimeSpan TakeoverBound = Lease * 2;

    private static readonly string Completed = $"status = {(int)OrchestrationRuntimeStatus.Completed}";

    // How long before a failure what is lost may have begun: a step takes 20 ms, its commit what a busy machine makes of it.
    private static readonly TimeSpan InFlight = TimeSpan.FromSeconds(2);

    private readonly PostgresHubOptions _hub = cluster.NewHub();
    private readonly string _folder = Directory.CreateTempSubdirectory("failover").FullName;
    private readonly DroppingProxy _proxy = new(cluster.Port);
    private readonly List<NodeRun> _nodes = [];
    private TimeSpan _lease = Lease;

    public void Dispose()
    {
        _nodes.ForEach(static n => n.Dispose());
        _proxy.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_killed_nodes_work_goes_on_elsewhere_within_the_bound()
    {
        StartThree();
        var (victim, since) = (_nodes[0], Now());
        victim.Kill();
        TakenOver(victim, TakeoverBound);
        UntilAllIsDone(from: [victim, _nodes[1], _nodes[2]]);
        Check([victim], since, since);
    }

    [Fact]
    public void A_node_that_stood_still_for_longer_than_its_lease_does_no_harm()
    {
        StartThree();
        var (victim, since) = (_nodes[0], Now());
        victim.Signal("STOP");
        TakenOver(victim, TakeoverBound);
        Thread.Sleep(Lease);
        victim.Signal("CONT");
        UntilAllIsDone(_nodes);
        Until(() => Partitions(victim) > 0, Lease * 3); // it takes part again
        Assert.Equal("", victim.Readiness());
        Check([victim], since, since);
    }

    [Fact]
    public void A_node_that_is_cut_off_is_replaced_and_comes_back()
    {
        StartThree(isFirstBehindProxy: true);
        var (victim, since) = (_nodes[0], Now());
        _proxy.Cut();
        TakenOver(victim, TakeoverBound);
        Until(() => victim.Readiness().Contains("leases can not be renewed", StringComparison.Ordinal), Lease * 4);
        var until = Now();
        _proxy.Mend();
        UntilAllIsDone(_nodes);
        Until(() => victim.Readiness() == "" && Partitions(victim) > 0, Lease * 3);
        Check([victim], since, until);
    }

    [Fact]
    public void A_node_that_is_asked_to_stop_hands_over_at_once()
    {
        _lease = Lease * 5;
        StartThree();
        var leaving = _nodes[0];
        leaving.Signal("TERM");
        TakenOver(leaving, _lease / 3); // nobody waits for a lease to end, or to be renewed
        Assert.Equal(0, leaving.ExitCode());
        UntilAllIsDone([_nodes[1], _nodes[2], leaving]);
        Assert.All(Steps().Values, static runs => Assert.Single(runs));
    }

    [Fact]
    public void A_restart_of_the_database_loses_nothing() => Outage(TimeSpan.FromSeconds(1));

    /// <summary>Half a minute takes too long for every run: TEAMSWORKFLOWS_LONG_FAILOVER=1 asks for it.</summary>
    [Fact]
    public void A_database_that_is_gone_for_long_loses_nothing()
        => Outage(Environment.GetEnvironmentVariable("TEAMSWORKFLOWS_LONG_FAILOVER") == "1" ? TimeSpan.FromSeconds(30) : Lease * 1.5);

    private void Outage(TimeSpan duration)
    {
        StartThree();
        var since = Now();
        cluster.Stop();
        Thread.Sleep(duration);
        cluster.Start();
        var back = Stopwatch.StartNew();
        Until(() => _nodes.Sum(Partitions) == 32, Lease * 6);
        output.WriteLine($"all partitions were held again {back.ElapsedMilliseconds} ms after the database was back");
        UntilAllIsDone(_nodes);
        Until(() => _nodes.TrueForAll(static n => n.Readiness() == ""), Lease * 3);
        Check(_nodes, since, Now());
    }

    private void StartThree(bool isFirstBehindProxy = false)
    {
        for (var i = 0; i < 3; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"n{i}");
            var port = i == 0 && isFirstBehindProxy ? _proxy.Port : cluster.Port;
            _nodes.Add(new NodeRun(new($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres", _hub.Schema, name, Path.Combine(_folder, name), _lease)));
        }

        _nodes.ForEach(static n => n.UntilItSays("runs"));
        Until(() => _nodes.TrueForAll(n => Partitions(n) is 10 or 11), Lease * 10);
        _nodes.ForEach(static n => n.Order($"start {n.Name}- {Load}"));
        Until(() => _nodes.Sum(static n => n.Journal().Count) > Load * 3, Lease * 10);
    }

    private void TakenOver(NodeRun from, TimeSpan bound)
    {
        var clock = Stopwatch.StartNew();
        Until(() => Partitions(from) == 0 && OwnedCount() == 32, Lease * 5);
        output.WriteLine($"taken over after {clock.ElapsedMilliseconds} ms; the bound is {bound.TotalMilliseconds} ms");
        Assert.True(clock.Elapsed < bound, $"Its partitions were another's after {clock.Elapsed}; the bound is {bound}.");
    }

    // A node that died took along what it had not started yet: somebody else starts it.
    private void UntilAllIsDone(IReadOnlyList<NodeRun> from)
    {
        foreach (var node in from.Where(static n => n.HasExited))
        {
            from.First(static n => !n.HasExited).Order($"start {node.Name}- {Load}");
        }

        try
        {
            Until(() => Count("true") == 3 * Load * 3 && Count(Completed) == 3 * Load * 3, TimeSpan.FromSeconds(20));
        }
        finally
        {
            output.WriteLine($"{Count("true")} instances, {Count(Completed)} completed, {Count("is_active")} with open activities; "
                + cluster.Read($"SELECT 'messages: ' || count(*) || ', the first: ' || coalesce(min(m::text), '-') FROM {_hub.Schema}.message m"));
        }

        Assert.Equal(3 * Load * 3, Count("custom_status IS NULL AND completed_at IS NOT NULL"));
        Assert.Equal(0L, cluster.Read($"SELECT count(*) FROM {_hub.Schema}.message"));
    }

    private void Check(IReadOnlyCollection<NodeRun> failed, long since, long until)
    {
        var names = failed.Select(static n => n.Name).ToHashSet(StringComparer.Ordinal);
        var steps = Steps();
        var repeated = steps.Where(static s => s.Value.Count > 1).ToArray();
        foreach (var (step, runs) in repeated)
        {
            // Nothing follows a step before its result is durable, and what is durable is not done again: no window of time in this.
            if (Next(step) is { } next)
            {
                Assert.True(
                    runs[^1].At <= steps[next][0].At,
                    $"{step} ran again at {runs[^1].At - since} ms, after {next} had begun at {steps[next][0].At - since} ms.");
            }

            var story = string.Join(", ", runs.Select(r => $"{r.Node} at {r.At - since} ms"));
            Assert.All(runs.SkipLast(1), run => Assert.True(
                names.Contains(run.Node) && run.At >= since - InFlight.TotalMilliseconds && run.At <= until + InFlight.TotalMilliseconds,
                $"{step} was not in flight, and ran again: {story}; it was over at {until - since} ms."));
        }

        output.WriteLine($"{3 * Load * 8} steps, {repeated.Length} of them ran again: they were in flight");
        Assert.All(_nodes.Where(static n => !n.HasExited), static n => Assert.Equal("", n.Errors.Trim()));
    }

    // When and where each step began, the first time first.
    private Dictionary<string, List<(string Node, long At)>> Steps()
    {
        var steps = _nodes.SelectMany(static n => n.Journal().Where(static e => e.Verb == Verbs.Begins)
                .Select(e => (Step: e.Subject, n.Name, At: long.Parse(e.Detail, CultureInfo.InvariantCulture))))
            .GroupBy(static e => e.Step, StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, static g => g.OrderBy(static e => e.At).Select(static e => (e.Name, e.At)).ToList(), StringComparer.Ordinal);
        Assert.Equal(3 * Load * 8, steps.Count);
        return steps;
    }

    // The step that waits for this one's result; null for the last ones, in the sub-orchestrations.
    private static string? Next(string step)
    {
        var at = step.LastIndexOf('/') + 1;
        return step[at..] switch
        {
            ['p', ..] => null,
            "5" => step[..at] + "part0",
            var number => string.Create(CultureInfo.InvariantCulture, $"{step[..at]}{int.Parse(number, CultureInfo.InvariantCulture) + 1}"),
        };
    }

    private int Partitions(NodeRun node) => (int)(long)cluster.Read($"SELECT count(*) FROM {_hub.Schema}.partition WHERE owner LIKE '{node.Name}/%'")!;

    private int OwnedCount() => (int)(long)cluster.Read($"SELECT count(*) FROM {_hub.Schema}.partition WHERE owner IS NOT NULL AND lease_until > now()")!;

    private long Count(string condition) => (long)cluster.Read($"SELECT count(*) FROM {_hub.Schema}.instance WHERE {condition}")!;

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static void Until(Func<bool> condition, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < patience, "It does not come to that.");
            Thread.Sleep(20);
        }
    }
}
