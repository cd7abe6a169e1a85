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

public sealed record ScheduleTaskAction(string Name, string? Input) : OrchestratorAction
{
    public string? Version { get; init; }

    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;
}

/// <summary>Starts another orchestration; tagged <see cref="FireAndForgetTag"/>, its end is nobody's business.</summary>
public sealed record CreateSubOrchestrationAction(string InstanceId, string Name, string? Input) : OrchestratorAction
{
    /// <summary>The tag by which Durable Task engines know a start that nobody waits for.</summary>
    public const string FireAndForgetTag = "FireAndForget";

    public string? Version { get; init; }

    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    public bool IsFireAndForget => Tags.ContainsKey(FireAndForgetTag);
}

public sealed record CreateTimerAction(DateTimeOffset FireAt) : OrchestratorAction;

public sealed record SendEventAction(string InstanceId, string Name, string? Input) : OrchestratorAction;

public sealed record TerminateOrchestrationAction(string InstanceId, string? Reason, bool Recurse) : OrchestratorAction;

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
    string InstanceId, IReadOnlyList<OrchestratorAction> Actions, string? CustomStatus);
