using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>One turn for a worker elsewhere to play: whose it is, and, when somebody takes it, what it reads.</summary>
/// <remarks>
/// A turn may wait for ever. What it reads is on disk, and is let go of when its instance leaves memory: from then on a
/// turn that waits costs this object, however long the history is.
/// </remarks>
public sealed class OrchestratorWorkItem
{
    private static readonly Action Withdrawn = static () => { };

    private readonly Func<OrchestratorWorkItem, OrchestratorTurn?> _reload;
    private volatile OrchestratorTurn? _turn;
    private Action? _whenWithdrawn;

    internal OrchestratorWorkItem(
        string instanceId, ExecutionStartedEvent started, OrchestratorTurn turn, Func<OrchestratorWorkItem, OrchestratorTurn?> reload)
    {
        (InstanceId, Name, Version, ExecutionId) = (instanceId, started.Name, started.Version, started.ExecutionId);
        (AskedAt, ArrivedCount) = (turn.New[0].Timestamp, turn.New.Count - 1);
        (_turn, _reload) = (turn, reload);
    }

    /// <summary>Gets the instance.</summary>
    public string InstanceId { get; }

    /// <summary>Gets the name of its orchestrator.</summary>
    public string Name { get; }

    /// <summary>Gets the version of its orchestrator; null: none.</summary>
    public string? Version { get; }

    /// <summary>Gets its generation.</summary>
    public string ExecutionId { get; }

    /// <summary>Gets the span that the turn before left; null: none did, or this process did not see it.</summary>
    public OrchestrationSpan? Span { get; init; }

    /// <summary>Gets a value indicating whether nobody waits for the answer any more: the instance has ended or was replaced.</summary>
    public bool IsWithdrawn => ReferenceEquals(Volatile.Read(ref _whenWithdrawn), Withdrawn);

    /// <summary>Gets when the turn began.</summary>
    internal DateTimeOffset AskedAt { get; }

    /// <summary>Gets how many of the events that wait the turn reads.</summary>
    internal int ArrivedCount { get; }

    /// <summary>Gets a value indicating whether what the turn reads is in memory.</summary>
    internal bool IsLoaded => _turn is not null;

    /// <summary>Gets what the turn reads, from disk if need be; null: it was withdrawn.</summary>
    /// <exception cref="IOException">The store does not answer.</exception>
    public OrchestratorTurn? Read()
    {
        if ((_turn ?? _reload(this)) is { } turn)
        {
            return IsWithdrawn ? null : turn;
        }

        return IsWithdrawn ? null : throw new InvalidOperationException($"The instance '{InstanceId}' waits for a turn, and is not there.");
    }

    /// <summary>Says whom to tell, once, when nobody waits for the answer any more.</summary>
    public void WhenWithdrawn(Action tell)
    {
        ArgumentNullException.ThrowIfNull(tell);

        if (Interlocked.CompareExchange(ref _whenWithdrawn, tell, null) is not null)
        {
            tell();
        }
    }

    internal void Forget() => _turn = null;

    internal void Withdraw() => Interlocked.Exchange(ref _whenWithdrawn, Withdrawn)?.Invoke();
}

/// <summary>What a worker elsewhere must know to play a turn.</summary>
/// <param name="Past">History until now.</param>
/// <param name="New">What the turn reads; the first one says when it began.</param>
public sealed record OrchestratorTurn(IReadOnlyList<HistoryEvent> Past, IReadOnlyList<HistoryEvent> New);

/// <param name="Asked">Must be what the instance is waiting for; an answer to anything else changes nothing.</param>
internal sealed record WorkerAnswer(OrchestratorWorkItem Asked, OrchestratorResponse Response);
