namespace TeamsWorkflows.DurableTask.Core;

/// <summary>One immutable fact about an orchestration. The hierarchy is closed and mirrors the protocol.</summary>
public abstract record HistoryEvent
{
    private protected HistoryEvent()
    {
    }

    /// <summary>Gets the identifier shared with the action that caused the event; -1 when nothing did.</summary>
    public int EventId { get; init; } = -1;

    /// <summary>Gets the time (UTC) at which the engine recorded the event.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

public sealed record OrchestratorStartedEvent : HistoryEvent;

/// <param name="ExecutionId">Which generation of the instance this is: 32 hex digits, new at each continue-as-new.</param>
/// <param name="Parent">Who waits for the end; null for an instance that a client started.</param>
/// <param name="ScheduledStartAt">When the first turn may run (UTC); null: at once.</param>
public sealed record ExecutionStartedEvent(
    string Name, string? Input, string ExecutionId, ParentTask? Parent = null, DateTimeOffset? ScheduledStartAt = null)
    : HistoryEvent;

public sealed record ExecutionCompletedEvent(
    OrchestrationRuntimeStatus Status, string? Result, TaskFailureDetails? Failure) : HistoryEvent;

public sealed record ExecutionTerminatedEvent(string? Reason) : HistoryEvent;

public sealed record TaskScheduledEvent(string Name, string? Input) : HistoryEvent;

public sealed record TaskCompletedEvent(int TaskScheduledId, string? Result) : HistoryEvent;

public sealed record TaskFailedEvent(int TaskScheduledId, TaskFailureDetails Failure) : HistoryEvent;

public sealed record SubOrchestrationInstanceCreatedEvent(string InstanceId, string Name, string? Input) : HistoryEvent;

public sealed record SubOrchestrationInstanceCompletedEvent(int TaskScheduledId, string? Result) : HistoryEvent;

public sealed record SubOrchestrationInstanceFailedEvent(int TaskScheduledId, TaskFailureDetails Failure) : HistoryEvent;

public sealed record TimerCreatedEvent(DateTimeOffset FireAt) : HistoryEvent;

public sealed record TimerFiredEvent(int TimerId, DateTimeOffset FireAt) : HistoryEvent;

public sealed record EventSentEvent(string InstanceId, string Name, string? Input) : HistoryEvent;

public sealed record EventRaisedEvent(string Name, string? Input) : HistoryEvent;

/// <summary>Where a sub-orchestration reports its result.</summary>
/// <param name="ExecutionId">The parent's generation; a later one did not ask for the result and does not get it.</param>
public sealed record ParentTask(string InstanceId, string ExecutionId, int TaskScheduledId);

public enum OrchestrationRuntimeStatus
{
    Pending,
    Running,
    Completed,
    Failed,
    Terminated,
    ContinuedAsNew,
}
