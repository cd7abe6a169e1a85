using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>One turn for a worker elsewhere to play.</summary>
/// <param name="Past">History until now.</param>
/// <param name="New">What the turn reads; the first one says when it began.</param>
public sealed record OrchestratorWorkItem(
    string InstanceId, ExecutionStartedEvent Started, IReadOnlyList<HistoryEvent> Past, IReadOnlyList<HistoryEvent> New)
{
    private volatile bool _isWithdrawn;

    /// <summary>Gets the span that the turn before left; null: none did, or this process did not see it.</summary>
    public OrchestrationSpan? Span { get; init; }

    /// <summary>Gets a value indicating whether nobody waits for the answer any more: the instance has ended or was replaced.</summary>
    public bool IsWithdrawn => _isWithdrawn;

    internal void Withdraw() => _isWithdrawn = true;
}

/// <param name="Asked">Must be what the instance is waiting for; an answer to anything else changes nothing.</param>
internal sealed record WorkerAnswer(OrchestratorWorkItem Asked, OrchestratorResponse Response);
