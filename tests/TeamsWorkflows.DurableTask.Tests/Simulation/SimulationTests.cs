using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>One task hub on one thread, in the order a seed dictates, beside a model of what it must be.</summary>
/// <remarks>
/// The same seed gives the same run, so a failure is a unit test: it names its seed, and
/// <c>dotnet test tests/TeamsWorkflows.DurableTask.Tests --filter SimulationTests -e SIMULATION_SEED=123</c> runs that one
/// alone. At night: <c>-e SIMULATION_SEEDS=10000</c>, and <c>-e SIMULATION_FIRST_SEED=500000</c> to go where nobody was.
/// </remarks>
public sealed class SimulationTests
{
    // A green run that never reached a branch proves nothing about it.
    private static readonly string[] Demanded =
    [
        "activity started", "activity finished", "activity ran again", "activity finished when nobody waited for it",
        "began at once", "began late: Running", "began late: Completed", "began late: Failed", "began late: Terminated",
        "child started", "child completed", "child asked again", "child rewound", "refusal told to the sender", "message refused",
        "child failed: Graph.Forbidden", "child failed: Graph.Throttled", "child failed: Program.GaveUp", "child failed: VersionMismatch",
        "child failed: OrchestrationAlreadyExists", "child failed: OrchestrationTerminated", "child failed: ContinueAsNewLoop",
        "commit failed: NothingWritten", "commit failed: AnswerLost", "crash at rest", "crash in a turn",
        "crash before the commit", "crash after the commit", "one turn in one commit", "several turns in one commit",
        "continued as new", "several generations in one turn", "event carried over", "custom status outlives a generation",
        "ended Failed: Graph.Forbidden", "ended Failed: Graph.Throttled", "ended Failed: HistoryTooLong", "ended Failed: ContinueAsNewLoop",
        "ended Failed: OrchestrationAlreadyExists", "ended Failed: Program.GaveUp", "ended Failed: VersionMismatch",
        "now Completed", "now Running", "now Suspended", "now Terminated", "event kept while suspended",
        "ended while suspended: Completed", "ended while suspended: Failed", "ended while suspended: Terminated",
        "waits for its start, Pending", "waits for its start, Suspended",
        "failure undone", "failure that was dealt with stays", "rewound again",
        "evicted", "page of timers read", "timers fired from memory", "timer fired", "two timers in one turn", "timer of more than a year",
        "clock went back", "no room for a call", "no room for a start", "came again", "gave up waiting for room",
        "told of the start", "told of the end", "termination sent to a child", "recursive termination of a child",
        "purged", "replaced when Pending", "replaced when Running", "replaced when Suspended", "replaced when Completed",
        "replaced when Failed", "replaced when Terminated",
        "start: Accepted", "start: AlreadyExists", "restart: Accepted", "restart: AlreadyExists", "restart as new: Accepted",
        "raise: Accepted", "raise: NotAllowed", "raise: NotFound", "suspend: Accepted", "suspend: NotAllowed", "suspend: NotFound",
        "resume: Accepted", "resume: NotAllowed", "resume: NotFound", "terminate: Accepted", "terminate: NotAllowed", "terminate: NotFound",
        "rewind: Accepted", "rewind: NotAllowed", "rewind: NotFound", "purge: Accepted", "purge: NotAllowed", "purge: NotFound",
    ];

    [Fact]
    public Task Whatever_happens_the_hub_does_what_the_model_says()
        => Seeds.RunAsync(400, Demanded, static seed =>
        {
            SimulatedHub hub = new(seed, new InMemoryPartitionStore());
            return (hub.Run, () => hub.Seen.Names, () => $"{string.Join('\n', hub.Trace.TakeLast(30))}\nBefore:\n{string.Join('\n', hub.LastHistory)}", hub);
        });

    [Theory]
    [InlineData(705919)] // a timer for the end of the calendar was never fired
    public void What_once_failed_goes_well(int seed)
    {
        using SimulatedHub hub = new(seed, new InMemoryPartitionStore());
        hub.Run();
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        using var once = new SimulatedHub(1, new InMemoryPartitionStore());
        using var again = new SimulatedHub(1, new InMemoryPartitionStore());
        once.Run();
        again.Run();
        Same.Lists("trace", once.Trace, again.Trace);
    }
}
