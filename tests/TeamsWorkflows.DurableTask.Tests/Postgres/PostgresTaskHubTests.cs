using System.Collections.Concurrent;
using System.Diagnostics;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>Several nodes of one hub in this process, each with its own connections, on a real server.</summary>
[Collection(PostgresServer.Name)]
public sealed class PostgresTaskHubTests(PostgresCluster cluster) : IDisposable
{
    private const int Partitions = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<(string Node, string Step)> _steps = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_node_alone_runs_the_whole_hub()
    {
        await using var node = await OpenAsync(cluster.NewHub(), "one");
        Assert.Empty(node.NotReady());
        var ends = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RunAsync(node, "Family", $"f{i}")));
        Assert.All(ends, static end => Assert.Equal("\"3\"", end.Output));
    }

    [Fact]
    public async Task Clients_of_any_node_see_and_steer_the_whole_hub()
    {
        var hub = cluster.NewHub();
        await using var one = await OpenAsync(hub, "one");
        await using var two = await OpenAsync(hub, "two");
        await SharedAsync(one, two);

        // Every second instance, and most children, live on the other node.
        var ids = Enumerable.Range(0, 30).Select(static i => $"w{i}").ToArray();
        await Task.WhenAll(ids.Select(id => one.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "x", new(id))));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => two.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "x", new("w0")));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => one.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "x", new("w0")));
        Assert.Equal(30, (await two.Client.GetAllInstancesAsync(new OrchestrationQuery([]))).Instances.Count);

        Assert.All(await Task.WhenAll(ids.Select(id => two.Client.RaiseEventAsync(id, "go", id))), Assert.True);
        var ends = await Task.WhenAll(ids.Select(id => one.Client.WaitForInstanceCompletionAsync(id))).WaitAsync(Patience);
        Assert.Equal(ids.Select(static id => $"\"{id}\""), ends.Select(static end => end.Output));
        Assert.False(await one.Client.RaiseEventAsync("w1", "go", "late"));
        Assert.False(await two.Client.RaiseEventAsync("w1", "go", "late"));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => one.Client.WaitForInstanceCompletionAsync("nobody"));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => two.Client.WaitForInstanceCompletionAsync("nobody"));

        Assert.Equal(30, (await two.Client.PurgeInstancesAsync(ids)).PurgedInstanceCount);
        Assert.Empty((await one.Client.GetAllInstancesAsync(new OrchestrationQuery([]))).Instances);
    }

    [Fact]
    public async Task Children_and_events_cross_between_nodes()
    {
        var hub = cluster.NewHub();
        await using var one = await OpenAsync(hub, "one");
        await using var two = await OpenAsync(hub, "two");
        await using var three = await OpenAsync(hub, "three");
        await SharedAsync(one, two, three);
        PostgresTaskHub[] nodes = [one, two, three];
        var ends = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => RunAsync(nodes[i % 3], "Family", $"f{i}")));
        Assert.All(ends, static end => Assert.Equal("\"3\"", end.Output));
        AssertEachRanOnce(180);
        Assert.Equal(3, _steps.Select(static s => s.Node).Distinct().Count());
        Assert.Equal(0L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.message"));
    }

    [Fact]
    public async Task Calls_to_other_nodes_are_refused_by_a_node_that_has_stopped_for_good()
    {
        var hub = cluster.NewHub();
        await using var one = await OpenAsync(hub, "one");
        await using var two = await OpenAsync(hub, "two");
        await SharedAsync(one, two);
        one.Worker.Stop(new IOException("as if a newer release had come"));
        foreach (var id in Enumerable.Range(0, 8).Select(static i => $"x{i}"))
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(
                () => one.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "x", new(id)).WaitAsync(Patience));
            Assert.Contains("has stopped", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_stops_the_node_and_says_why()
    {
        var hub = cluster.NewHub();
        await using var node = await OpenAsync(hub, "one");
        cluster.Read(
            $"INSERT INTO {hub.Schema}.message (seq, partition, sender, position, instance_id, event) VALUES (1, 3, 5, {long.MaxValue}, 'x', '\\x01ff')");
        var fault = await node.Worker.Fault.WaitAsync(Patience);
        Assert.IsNotType<IOException>(fault, exactMatch: false);
        Assert.Contains(node.NotReady(), why => why.Contains(fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_stops_hands_its_work_over_at_once_and_nothing_runs_twice()
    {
        var hub = cluster.NewHub();
        hub.LeaseDuration = TimeSpan.FromSeconds(10);
        await using var one = await OpenAsync(hub, "one");
        var two = await OpenAsync(hub, "two");
        await SharedAsync(one, two);
        var ids = Enumerable.Range(0, 40).Select(static i => $"s{i}").ToArray();
        await Task.WhenAll(ids.Select(id => one.Client.ScheduleNewOrchestrationInstanceAsync("Steps", 20, new(id))));
        var waits = ids.Select(id => two.Client.WaitForInstanceCompletionAsync(id)).ToArray();
        await TestHub.UntilAsync(() => _steps.Count > 100);

        var clock = Stopwatch.StartNew();
        await two.DisposeAsync();
        await TestHub.UntilAsync(() => one.RunningCount == Partitions);
        Assert.True(clock.Elapsed < hub.LeaseDuration / 3, $"The handover took {clock.Elapsed}.");

        await Task.WhenAll(ids.Select(id => one.Client.WaitForInstanceCompletionAsync(id))).WaitAsync(Patience);
        AssertEachRanOnce(40 * 20);
        foreach (var wait in waits)
        {
            await Record.ExceptionAsync(() => wait); // some ended before the node did
        }
    }

    [Fact]
    public async Task A_running_activity_is_finished_before_its_partition_is_handed_over()
    {
        var hub = cluster.NewHub();
        await using var one = await OpenAsync(hub, "one");
        var id = await one.Client.ScheduleNewOrchestrationInstanceAsync("Holds", "x");
        await TestHub.UntilAsync(() => !_steps.IsEmpty);

        await using var two = await OpenAsync(hub, "two"); // takes its half, and perhaps the instance
        await using var three = await OpenAsync(hub, "three");
        await TestHub.UntilAsync(() => one.RunningCount <= 12);
        _gate.SetResult();
        Assert.Equal("\"done\"", (await two.Client.WaitForInstanceCompletionAsync(id).WaitAsync(Patience)).Output);
        Assert.Single(_steps);
        await SharedAsync(one, two, three);
    }

    [Fact]
    public async Task A_lease_that_runs_out_ends_what_runs_and_the_work_goes_on_elsewhere()
    {
        var hub = cluster.NewHub();
        hub.LeaseDuration = TimeSpan.FromSeconds(2);
        await using var one = await OpenAsync(hub, "one");
        var id = await one.Client.ScheduleNewOrchestrationInstanceAsync("Holds", "x");
        await TestHub.UntilAsync(() => !_steps.IsEmpty);

        // Nobody can renew: the rows are locked, as when the database hangs.
        await using (var connection = cluster.Connect())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new Npgsql.NpgsqlCommand($"LOCK TABLE {hub.Schema}.partition IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await command.ExecuteNonQueryAsync();
            await TestHub.UntilAsync(() => one.RunningCount == 0);
            Assert.Contains(one.NotReady(), static reason => reason.Contains("No partition", StringComparison.Ordinal));
            await TestHub.UntilAsync(() => _steps.Contains(("one", "cancelled")));
        }

        _gate.SetResult();
        await TestHub.UntilAsync(() => one.RunningCount == Partitions);
        Assert.Equal("\"done\"", (await one.Client.WaitForInstanceCompletionAsync(id).WaitAsync(Patience)).Output);
    }

    // A step runs again only when a node lost its partition under it; then the nodes have said why.
    private void AssertEachRanOnce(int count)
    {
        var steps = _steps.Select(static s => s.Step).ToArray();
        Assert.Equal(count, steps.Distinct().Count());
        Assert.True(
            steps.Length == count,
            $"{steps.Length - count} steps ran again. The nodes said:\n{string.Join('\n', _log.Messages.Where(static m => !m.StartsWith("Orchestration", StringComparison.Ordinal)))}");
    }

    private static async Task<OrchestrationMetadata> RunAsync(PostgresTaskHub node, string name, string id)
    {
        await node.Client.ScheduleNewOrchestrationInstanceAsync(name, id, new(id));
        return await node.Client.WaitForInstanceCompletionAsync(id).WaitAsync(Patience);
    }

    private static Task SharedAsync(params PostgresTaskHub[] nodes)
        => TestHub.UntilAsync(() => nodes.Sum(static n => n.RunningCount) == Partitions && nodes.All(n => n.RunningCount <= (Partitions / nodes.Length) + 1));

    private async Task<PostgresTaskHub> OpenAsync(PostgresHubOptions hub, string name)
    {
        PostgresHubOptions own = new()
        {
            ConnectionString = hub.ConnectionString,
            Schema = hub.Schema,
            LeaseDuration = hub.LeaseDuration,
            NodeName = name,
        };
        var node = PostgresTaskHub.Open(own, new(Registry(name), _log, TimeProvider.System, Guid.NewGuid, new TaskHubOptions()));
        node.Start();
        await TestHub.UntilAsync(() => node.RunningCount > 0);
        return node;
    }

    private DurableTaskRegistry Registry(string node) => TestHub.Registry()
        .Orchestrator<string, string>("Waits", static (context, _) => context.WaitForExternalEvent<string>("go"))
        .Orchestrator<string, string>("Child", static (context, input) => context.CallActivityAsync<string>("step", input))
        .Orchestrator<string, string>("Family", static async (context, input) =>
        {
            var children = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => context.CallSubOrchestratorAsync<string>("Child", $"{input}.{i}")));
            return $"{children.Length}";
        })
        .Orchestrator<int, int>("Steps", static async (context, count) =>
        {
            for (var i = 0; i < count; i++)
            {
                await context.CallActivityAsync<string>("step", $"{context.InstanceId}.{i}");
            }

            return count;
        })
        .Orchestrator<string, string>("Holds", static (context, input) => context.CallActivityAsync<string>("hold", input))
        .Activity<string, string>("step", (_, input) =>
        {
            _steps.Enqueue((node, input));
            return Task.FromResult(input);
        })
        .Activity<string, string>("hold", async (context, input) =>
        {
            _steps.Enqueue((node, input));
            try
            {
                await _gate.Task.WaitAsync(context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                _steps.Enqueue((node, "cancelled"));
                throw;
            }

            return "done";
        });
}
