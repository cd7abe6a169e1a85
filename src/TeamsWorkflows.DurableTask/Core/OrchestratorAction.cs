namespace TeamsWorkflows.DurableTask.Core;

/// <summary>One decision of an orchestrator. The hierarchy is closed and mirrors the protocol.</summary>
public abstract record OrchestratorAction
{
    private protected OrchestratorAction()
    {
    }

    /// <summary>Gets the position among all decisions of the execution, from 0.</summary>
    public required int Id { get; init; }
}

/// <summary>Asks for an activity.</summary>
/// <param name="Input">JSON; null: none.</param>
public sealed record ScheduleTaskAction(string Name, string? Input) : OrchestratorAction
{
    /// <summary>Gets the version asked for; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values to attach to the call.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets the span that a worker elsewhere opened for it; null: it goes on under the orchestration's own.</summary>
    public TraceContext? ParentTraceContext { get; init; }
}

/// <summary>Starts another orchestration; tagged <see cref="FireAndForgetTag"/>, its end is nobody's business.</summary>
public sealed record CreateSubOrchestrationAction(string InstanceId, string Name, string? Input) : OrchestratorAction
{
    /// <summary>The tag by which Durable Task engines know a start that nobody waits for.</summary>
    public const string FireAndForgetTag = "FireAndForget";

    /// <summary>Gets the version asked for; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values to attach to the instance.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets the span that a worker elsewhere opened for it; null: it goes on under the orchestration's own.</summary>
    public TraceContext? ParentTraceContext { get; init; }

    /// <summary>Gets a value indicating whether nobody waits for the end.</summary>
    public bool IsFireAndForget => Tags.ContainsKey(FireAndForgetTag);
}

/// <summary>Begins a wait.</summary>
/// <param name="FireAt">UTC; a time that has passed fires at once.</param>
public sealed record CreateTimerAction(DateTimeOffset FireAt) : OrchestratorAction;

/// <summary>Sends an event to another instance.</summary>
/// <param name="Input">JSON; null: none.</param>
public sealed record SendEventAction(string InstanceId, string Name, string? Input) : OrchestratorAction;

/// <summary>Ends another instance.</summary>
/// <param name="Recurse">Whether its open sub-orchestrations end too, and theirs.</param>
public sealed record TerminateOrchestrationAction(string InstanceId, string? Reason, bool Recurse) : OrchestratorAction;

/// <summary>Ends the execution: with an output, a failure, or a next generation.</summary>
/// <param name="Result">JSON: the output, or the next generation's input; for a termination the reason, as plain text.</param>
/// <param name="Failure">Why it failed; null otherwise.</param>
/// <param name="CarryoverEvents">What the next generation reads first; empty without one.</param>
public sealed record CompleteOrchestrationAction(
    OrchestrationRuntimeStatus Status,
    string? Result,
    TaskFailureDetails? Failure,
    IReadOnlyList<HistoryEvent> CarryoverEvents) : OrchestratorAction
{
    /// <summary>Gets the version of the next generation; null: that of this one.</summary>
    public string? NewVersion { get; init; }
}

/// <summary>One turn, as the protocol asks for it.</summary>
public sealed record OrchestratorRequest(
    string InstanceId, IReadOnlyList<HistoryEvent> PastEvents, IReadOnlyList<HistoryEvent> NewEvents);

/// <summary>The decisions of one turn, in the order they were made.</summary>
public sealed record OrchestratorResponse(
    string InstanceId, IReadOnlyList<OrchestratorAction> Actions, string? CustomStatus)
{
    /// <summary>Gets how many of the new events were read; null: all of them. What was not read is asked again.</summary>
    public int? EventsProcessed { get; init; }

    /// <summary>Gets the span that the worker opened for the orchestration, to be given to whoever plays the next turn; null: none.</summary>
    public OrchestrationSpan? Span { get; init; }
}

/// <summary>An orchestration's own span where its turns are played elsewhere: one and the same through all of them.</summary>
/// <param name="SpanId">16 hex digits.</param>
/// <param name="StartedAt">UTC.</param>
public sealed record OrchestrationSpan(string SpanId, DateTimeOffset StartedAt);
