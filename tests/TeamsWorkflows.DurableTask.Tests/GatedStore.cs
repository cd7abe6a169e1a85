using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>The reference store behind a gate: while it is closed, a commit, or a read, takes as long as a slow disk.</summary>
[SuppressMessage("Usage", "CA2213", Justification = "Disposed of below.")]
internal sealed class GatedStore : IPartitionStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // a test that fails with the gate closed must end

    private readonly InMemoryPartitionStore _store = new();
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private readonly ManualResetEventSlim _reads = new(initialState: true);

    public void Close() => _gate.Reset();

    public void Open() => _gate.Set();

    public void CloseReads() => _reads.Reset();

    public void OpenReads() => _reads.Set();

    public void Commit(IReadOnlyList<StoreCommand> batch)
    {
        _gate.Wait(Patience);
        _store.Commit(batch);
    }

    public RecoveredPartition Recover(int maxTimers) => _store.Recover(maxTimers);

    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => _store.LoadTimers(from, max);

    public StoredInstance? Load(string instanceId)
    {
        _reads.Wait(Patience);
        return _store.Load(instanceId);
    }

    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => _store.Load(instanceId, fromTurn, maxTurns);

    public StoredInstance? LoadEnds(string instanceId) => _store.LoadEnds(instanceId);

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max) => _store.Query(query, beforeKey, max);

    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => _store.ListFinished(before, max);

    public void Dispose()
    {
        _store.Dispose();
        _gate.Dispose();
        _reads.Dispose();
    }
}
