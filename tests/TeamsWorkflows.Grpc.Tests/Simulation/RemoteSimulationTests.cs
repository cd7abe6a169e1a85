using TeamsWorkflows.DurableTask.Tests.Simulation;

namespace TeamsWorkflows.Grpc.Tests.Simulation;

/// <summary>Turns that workers elsewhere play, whatever becomes of the workers, the hub and the clients.</summary>
/// <remarks>
/// A failure names its seed: <c>dotnet test tests/TeamsWorkflows.Grpc.Tests --filter RemoteSimulation -e SIMULATION_SEED=123</c>
/// runs that one alone. At night: <c>-e SIMULATION_SEEDS=10000</c>.
/// </remarks>
public sealed class RemoteSimulationTests
{
    // A green run that never reached a branch proves nothing about it.
    private static readonly string[] Demanded =
    [
        "asked", "answered", "answer to all", "answer to a part of what was asked", "abandoned", "asked for once more", "continued as new",
        "worker lost in mid-turn", "worker lost in mid-activity", "late answer of a lost worker refused", "stale answer refused",
        "left memory while a worker was asked", "played from memory", "played from disk",
        "withdrawn before a worker had it", "withdrawn when a worker had it",
        "crash with questions out", "crash after the commit", "commit failed", "activity finished",
        "no room for a start", "event refused: too many wait",
        "ExecutionStartedEvent: Accepted", "ExecutionStartedEvent: AlreadyExists", "EventRaisedEvent: Accepted", "ExecutionSuspendedEvent: Accepted",
        "ExecutionResumedEvent: Accepted", "ExecutionTerminatedEvent: Accepted", "ExecutionRewoundEvent: Accepted", "purge: Accepted",
        "ended Completed", "ended Terminated", "ended Failed: Graph.Throttled", "ended Failed: Program.GaveUp", "ended Failed: VersionMismatch",
    ];

    [Fact]
    public Task Whatever_becomes_of_the_workers_everything_ends_as_its_history_says()
        => Seeds.RunAsync(150, Demanded, static seed =>
        {
            RemoteSimulation hub = new(seed);
            return (hub.Run, () => hub.Seen, () => string.Join('\n', hub.Trace.TakeLast(30)), hub);
        });

    [Fact]
    public Task The_same_seed_is_the_same_run()
        => Seeds.OnAThread(() =>
        {
            using RemoteSimulation once = new(1), again = new(1);
            once.Run();
            again.Run();
            Assert.Equal(once.Trace, again.Trace);
        });
}
