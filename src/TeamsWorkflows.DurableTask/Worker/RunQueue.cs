using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Instances that wait for a turn: those that have begun before those that are to begin.</summary>
/// <remarks>
/// Whoever takes everybody in at the pace they come finishes nobody once more come than go: each instance that has begun
/// holds its replay in memory, the collector walks through all of them again and again, and the hub stays slower than what
/// comes even when no more comes than it could bear before. A start that waits costs its event and no more. So what has
/// begun goes first; one start follows every <see cref="TurnsPerStart"/> turns, so that instances that never rest cannot
/// keep others out. Guarded by the partition's lock.
/// </remarks>
internal sealed class RunQueue
{
    /// <summary>How many turns of instances that have begun run while a start waits.</summary>
    private const int TurnsPerStart = 16;

    private readonly Queue<Instance> _begun = new();
    private readonly Queue<Instance> _starts = new();
    private int _turnsSinceStart;

    public int Count => _begun.Count + _starts.Count;

    public void Enqueue(Instance instance)
        => (instance is { State: null, Inbox: [{ Event: ExecutionStartedEvent }, ..] } ? _starts : _begun).Enqueue(instance);

    public bool TryDequeue([NotNullWhen(true)] out Instance? instance)
    {
        var isStartsTurn = _begun.Count == 0 || (_turnsSinceStart >= TurnsPerStart && _starts.Count > 0);
        _turnsSinceStart = isStartsTurn ? 0 : _turnsSinceStart + 1;
        return (isStartsTurn ? _starts : _begun).TryDequeue(out instance);
    }

    public void RemoveAll(Predicate<Instance> isRemoved)
    {
        _begun.RemoveAll(isRemoved);
        _starts.RemoveAll(isRemoved);
    }
}
