using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation.Model;

/// <summary>Something that an instance is to read, in the order it came.</summary>
/// <param name="Event">Null: a purge.</param>
/// <param name="Sequence">The stored message it came from; null: it exists in memory alone.</param>
internal sealed record Arrival(HistoryEvent? Event, string? ExecutionId = null, string? ParentExecutionId = null, long? Sequence = null)
{
    /// <summary>Gets what a client waits for; null: no client does.</summary>
    public Task<DeliveryOutcome>? Answer { get; init; }

    public IReadOnlyCollection<OrchestrationRuntimeStatus> Replaceable { get; init; } = [];
}

/// <summary>What must be on disk of one instance.</summary>
internal sealed record ModelInstance(string Id, OrchestrationRuntimeStatus Status)
{
    public IReadOnlyList<HistoryEvent> History { get; init; } = [];

    /// <summary>Gets what waits for the start, the start itself first; null once it has begun.</summary>
    public IReadOnlyList<HistoryEvent>? Waiting { get; init; }

    public string? CustomStatus { get; init; }

    /// <summary>Gets when it must be woken.</summary>
    public DateTimeOffset? Timer { get; init; }

    /// <summary>Gets the decisions whose outcome is awaited; none when it has ended.</summary>
    public IReadOnlyList<HistoryEvent> Open { get; init; } = [];

    public ExecutionStartedEvent Started => (Waiting ?? History).OfType<ExecutionStartedEvent>().First();

    public ExecutionCompletedEvent? End => History.Count > 0 ? History[^1] as ExecutionCompletedEvent : null;

    public bool IsFinished => End is not null;

    public IEnumerable<int> OpenActivities => Open.OfType<TaskScheduledEvent>().Select(static e => e.EventId);
}

/// <summary>What a turn must come to.</summary>
internal sealed record ModelTurn(string Id, ModelInstance? Before, ModelInstance? After)
{
    /// <summary>Gets a value indicating whether the instance that was there goes, with its history.</summary>
    public bool IsGone { get; init; }

    public IReadOnlyList<OutboundMessage> Sent { get; init; } = [];

    public IReadOnlyList<long> Consumed { get; init; } = [];

    public IReadOnlyList<(Task<DeliveryOutcome> Answer, DeliveryOutcome Outcome)> Answers { get; init; } = [];

    public bool IsRewind { get; init; }

    /// <summary>Gets how many generations ended and began within the turn.</summary>
    public int Generations { get; init; }

    /// <summary>Gets what the turn read, for the coverage demand.</summary>
    public IReadOnlyList<HistoryEvent> Read { get; init; } = [];

    /// <summary>Gets a value indicating whether the turn played or put off something: history or the row changes.</summary>
    public bool HasChanged => !ReferenceEquals(After, Before);
}
