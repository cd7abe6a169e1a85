namespace TeamsWorkflows.DurableTask.Core;

/// <summary>The history of one execution, taken out of its task hub: to be kept, compared and replayed.</summary>
/// <param name="InstanceId">The instance that it is of.</param>
/// <param name="Name">Its orchestrator's registered name.</param>
/// <param name="Events">Everything that happened, oldest first; empty before a scheduled start.</param>
public sealed record RecordedHistory(string InstanceId, string Name, IReadOnlyList<HistoryEvent> Events)
{
    /// <summary>Leaves out where failures were thrown: replay does not need it, and it names files of the machine that built the code.</summary>
    public RecordedHistory WithoutStackTraces() => this with { Events = [.. Events.Select(WithoutStackTraces)] };

    /// <inheritdoc cref="WithoutStackTraces()"/>
    public static HistoryEvent WithoutStackTraces(HistoryEvent e) => e switch
    {
        TaskFailedEvent x => x with { Failure = Without(x.Failure) },
        SubOrchestrationInstanceFailedEvent x => x with { Failure = Without(x.Failure) },
        ExecutionCompletedEvent { Failure: { } failure } x => x with { Failure = Without(failure) },
        _ => e,
    };

    private static TaskFailureDetails Without(TaskFailureDetails failure) => failure with
    {
        StackTrace = null,
        InnerFailure = failure.InnerFailure is { } inner ? Without(inner) : null,
    };
}
