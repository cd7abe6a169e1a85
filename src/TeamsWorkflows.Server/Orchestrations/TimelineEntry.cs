using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Server.Orchestrations;

public enum TimelineKind
{
    Activity,
    SubOrchestration,
    Timer,
    EventReceived,
    EventSent,
    Suspension,
    Intervention,
}

public enum TimelineOutcome
{
    Open,
    Succeeded,
    Failed,

    /// <summary>It was not waited for any more.</summary>
    LeftBehind,
}

/// <summary>Something that an orchestration did, or that happened to it.</summary>
/// <param name="Number">The event that began it, counted from 1 in its history.</param>
/// <param name="End">Null: it goes on, or nobody waits for it any more.</param>
public sealed record TimelineEntry(TimelineKind Kind, int Number, string Name, DateTimeOffset Start, DateTimeOffset? End, TimelineOutcome Outcome)
{
    /// <summary>Gets what it was given: JSON, or the reason of whoever intervened.</summary>
    public string? Input { get; init; }

    public string? Result { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    /// <summary>Gets the other orchestration: the child, or who was sent the event.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Gets the time that was waited for, for a timer.</summary>
    public DateTimeOffset? FireAt { get; init; }

    /// <summary>Gets a value indicating whether the orchestration was busy meanwhile, not just waiting.</summary>
    public bool IsWork => Kind is TimelineKind.Activity or TimelineKind.SubOrchestration;
}
