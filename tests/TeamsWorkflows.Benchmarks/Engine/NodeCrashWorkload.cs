using System.Diagnostics;
using Npgsql;
using TeamsWorkflows.DurableTask.Postgres;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>W5 over several nodes: 500 workflows of five 200 ms steps; kill -9 of one node when half of the steps have begun; the others go on.</summary>
internal static class NodeCrashWorkload
{
    public static async Task RunAsync(EngineArguments options, Figures figures)
    {
        StepLog.Clear(options.Folder);
        using var log = StepLog.Open(options.Folder);
        await using BenchHub hub = new(options.NewNodes(log.Append));
        var nodes = hub.Nodes!;
        var ids = Enumerable.Range(0, CrashWorkload.Workflows).Select(static i => $"crash-{i}").ToArray();
        await Task.WhenAll(ids.Select(id => hub.Client.ScheduleNewOrchestrationInstanceAsync("five-slow", 0, new(id))));
        var waits = ids.Select(id => hub.Client.WaitForInstanceCompletionAsync(id)).ToArray();
        while (StepLog.Read(options.Folder).Count < CrashWorkload.Steps / 2)
        {
            await Task.Delay(5);
        }

        var clock = Stopwatch.StartNew();
        var dead = nodes.KillOne();
        var atKill = StepLog.Read(options.Folder).Count;
        while (!await IsTakenOverAsync(nodes.First.Options, options.Nodes - 1))
        {
            await Task.Delay(20);
        }

        var taken = clock.Elapsed.TotalMilliseconds;
        var ends = await Task.WhenAll(waits);
        var done = clock.Elapsed.TotalMilliseconds;
        var all = StepLog.Read(options.Folder);
        var twice = all.CountBy(static step => step, StringComparer.Ordinal).Where(static step => step.Value > 1).Select(static step => step.Key).ToArray();
        var completed = ends.Count(static e => e.Output == "5");
        figures.Add("nodes", options.Nodes, 0)
            .Add("lease_ms", options.Lease.TotalMilliseconds, 0)
            .Add("completed", completed, 0)
            .Add("lost", CrashWorkload.Workflows - completed, 0)
            .Add("kill_to_all_partitions_held_ms", taken, 0)
            .Add("kill_to_done_ms", done, 0)
            .Add("steps_begun_before_the_kill", atKill, 0)
            .Add("ran_more_than_once", twice.Length, 0)
            .Add("of_which_the_dead_node_had_begun", twice.Intersect(StepLog.Read(options.Folder, dead), StringComparer.Ordinal).Count(), 0);
    }

    // A dead node owns its partitions until its leases end.
    private static async Task<bool> IsTakenOverAsync(PostgresHubOptions hub, int nodes)
    {
        await using var source = NpgsqlDataSource.Create(hub.ConnectionString);
        await using var command = source.CreateCommand(
            $"SELECT count(*) = {hub.Partitions} AND count(DISTINCT owner) = {nodes} FROM {hub.Schema}.partition WHERE lease_until > now()");
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
