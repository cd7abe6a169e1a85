namespace TeamsWorkflows.DurableTask.Core;

/// <summary>One immutable fact about an orchestration. The hierarchy is closed and mirrors the protocol, entities left out.</summary>
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

/// <summary>A turn began; its time is what the code sees as now.</summary>
public sealed record OrchestratorStartedEvent : HistoryEvent;

/// <summary>A turn ended. Other engines write it; this one does not need it.</summary>
public sealed record OrchestratorCompletedEvent : HistoryEvent;

/// <summary>The first event of every execution.</summary>
/// <param name="ExecutionId">Which generation of the instance this is: 32 hex digits, new at each continue-as-new.</param>
public sealed record ExecutionStartedEvent(string Name, string? Input, string ExecutionId) : HistoryEvent
{
    /// <summary>Gets the version of the orchestration asked for; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets who waits for the end; null for an instance that a client started, or that nobody waits for.</summary>
    public ParentTask? Parent { get; init; }

    /// <summary>Gets when the first turn may run (UTC); null: at once.</summary>
    public DateTimeOffset? ScheduledStartAt { get; init; }

    /// <summary>Gets names and values that the caller attached; kept across continue-as-new.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets the caller's span; null when the start is not traced.</summary>
    public TraceContext? ParentTraceContext { get; init; }

    /// <summary>Gets the identifier of the orchestration's own span: 16 hex digits; null when it is not traced.</summary>
    public string? SpanId { get; init; }
}

/// <summary>The execution ended: completed, failed or terminated. The last event, until a rewind takes it away.</summary>
/// <param name="Result">The output as JSON; for a terminated execution the reason, as plain text.</param>
/// <param name="Failure">Why it failed; null otherwise.</param>
public sealed record ExecutionCompletedEvent(
    OrchestrationRuntimeStatus Status, string? Result, TaskFailureDetails? Failure) : HistoryEvent;

/// <param name="Recurse">Whether the open sub-orchestrations end too, and theirs.</param>
public sealed record ExecutionTerminatedEvent(string? Reason, bool Recurse = false) : HistoryEvent;

/// <summary>From here on results and events are kept until the instance is resumed; a termination is not.</summary>
public sealed record ExecutionSuspendedEvent(string? Reason) : HistoryEvent;

/// <summary>What was kept since the suspension reaches the code now, in order.</summary>
public sealed record ExecutionResumedEvent(string? Reason) : HistoryEvent;

/// <summary>A failed execution goes on from where it failed. Sent to a failed sub-orchestration, too.</summary>
/// <param name="Revival">How the sub-orchestration had been started, should it be gone; null when a client asks.</param>
public sealed record ExecutionRewoundEvent(string? Reason, ExecutionStartedEvent? Revival = null) : HistoryEvent;

/// <summary>An activity was asked for; <see cref="HistoryEvent.EventId"/> is its number.</summary>
/// <param name="Input">JSON; null: none.</param>
public sealed record TaskScheduledEvent(string Name, string? Input) : HistoryEvent
{
    /// <summary>Gets the version asked for; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values attached to the call.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets the span that a worker elsewhere opened for it; null: it goes on under the orchestration's own.</summary>
    public TraceContext? ParentTraceContext { get; init; }
}

/// <summary>An activity has its result.</summary>
/// <param name="TaskScheduledId">The number under which it was asked for.</param>
/// <param name="Result">JSON; null: none.</param>
public sealed record TaskCompletedEvent(int TaskScheduledId, string? Result) : HistoryEvent;

/// <summary>An activity failed; whether another try comes, the code decides.</summary>
/// <param name="TaskScheduledId">The number under which it was asked for.</param>
public sealed record TaskFailedEvent(int TaskScheduledId, TaskFailureDetails Failure) : HistoryEvent;

/// <summary>Another orchestration was started; <see cref="HistoryEvent.EventId"/> is its number.</summary>
/// <param name="InstanceId">Its identifier; the start is refused when it is taken.</param>
/// <param name="Input">JSON; null: none.</param>
public sealed record SubOrchestrationInstanceCreatedEvent(string InstanceId, string Name, string? Input) : HistoryEvent
{
    /// <summary>Gets the version asked for; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values attached to the instance.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets the span that a worker elsewhere opened for it; null: it goes on under the orchestration's own.</summary>
    public TraceContext? ParentTraceContext { get; init; }
}

/// <summary>A sub-orchestration has its output.</summary>
/// <param name="TaskScheduledId">The number under which it was started.</param>
/// <param name="Result">JSON; null: none.</param>
public sealed record SubOrchestrationInstanceCompletedEvent(int TaskScheduledId, string? Result) : HistoryEvent;

/// <summary>A sub-orchestration failed, was terminated, or could not be started.</summary>
/// <param name="TaskScheduledId">The number under which it was started.</param>
public sealed record SubOrchestrationInstanceFailedEvent(int TaskScheduledId, TaskFailureDetails Failure) : HistoryEvent;

/// <summary>A wait until a time began; <see cref="HistoryEvent.EventId"/> is its number.</summary>
/// <param name="FireAt">UTC.</param>
public sealed record TimerCreatedEvent(DateTimeOffset FireAt) : HistoryEvent;

/// <summary>A wait is over.</summary>
/// <param name="TimerId">The number under which it began.</param>
/// <param name="FireAt">The time waited for (UTC), not the time at which it was noticed.</param>
public sealed record TimerFiredEvent(int TimerId, DateTimeOffset FireAt) : HistoryEvent;

/// <summary>An event was sent to another instance.</summary>
/// <param name="InstanceId">Its receiver; one that does not run ignores it.</param>
/// <param name="Name">Compared case-insensitively.</param>
/// <param name="Input">JSON; null: none.</param>
public sealed record EventSentEvent(string InstanceId, string Name, string? Input) : HistoryEvent;

/// <summary>An event arrived from a client or another instance.</summary>
/// <param name="Name">Compared case-insensitively.</param>
/// <param name="Input">JSON; null: none.</param>
public sealed record EventRaisedEvent(string Name, string? Input) : HistoryEvent;

/// <summary>A remark that other engines leave in a history; without effect.</summary>
public sealed record GenericEvent(string? Data) : HistoryEvent;

/// <summary>Where a sub-orchestration reports its result.</summary>
/// <param name="ExecutionId">The parent's generation; a later one did not ask for the result and does not get it.</param>
public sealed record ParentTask(string InstanceId, string ExecutionId, int TaskScheduledId, string? Name = null, string? Version = null);

/// <summary>A W3C trace context: where the caller's trace goes on.</summary>
public sealed record TraceContext(string TraceParent, string? TraceState = null);

/// <summary>What an instance is doing. The numbers stand in databases: never change one.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>Waits for its scheduled start.</summary>
    Pending = 0,
    /// <summary>Runs, or waits for a result, an event or a timer.</summary>
    Running = 1,
    /// <summary>Ended with an output.</summary>
    Completed = 2,
    /// <summary>Ended with a failure; can be rewound.</summary>
    Failed = 3,
    /// <summary>Was ended from outside.</summary>
    Terminated = 4,

    /// <summary>Ended a generation; seen inside histories of other engines only.</summary>
    ContinuedAsNew = 5,

    /// <summary>Keeps what arrives until it is resumed.</summary>
    Suspended = 6,
}
