namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>Nodes that share a hub, whatever becomes of their leases, their commits and themselves.</summary>
public sealed class NodesSimulationTests
{
    // A green run that never reached a branch proves nothing about it.
    private static readonly string[] Demanded =
    [
        "partition given back", "partition handed over", "partition taken over from a node that stood still",
        "partition came back to a node that had lost it", "stale fence refused", "stale tenure ended by its own clock",
        "commit failed: NothingWritten", "commit failed: AnswerLost", "node died before its commit", "node died with activities",
        "message from another node", "activity started", "activity ran again elsewhere, or later", "caller told that the partition was lost",
        "ExecutionStartedEvent: Accepted", "ExecutionStartedEvent: AlreadyExists", "EventRaisedEvent: Accepted", "EventRaisedEvent: NotFound",
        "ExecutionSuspendedEvent: Accepted", "ExecutionResumedEvent: Accepted", "ExecutionTerminatedEvent: Accepted",
        "everything ended", "ended Completed", "ended Failed", "ended Terminated",
    ];

    [Fact]
    public Task Whatever_becomes_of_the_nodes_everything_ends_as_its_history_says()
        => Seeds.RunAsync(200, Demanded, static seed =>
        {
            NodesSimulation hub = new(seed);
            return (hub.Run, () => hub.Seen, () => string.Join('\n', hub.Trace.TakeLast(30)), hub);
        });
}
