using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>A database that is slow keeps its readers waiting, and nobody else.</summary>
public sealed class StoreReadsTests
{
    private const int Readers = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Many_slow_reads_leave_the_thread_pool_to_others()
    {
        using SlowStore store = new();
        await using TestHub hub = new(TestHub.Registry(), store);
        var before = ThreadPool.ThreadCount;
        var reading = Enumerable.Range(0, Readers)
            .Select(i => Task.Run(() => i % 2 == 0 ? hub.Client.GetInstanceAsync("a") : AnyAsync(hub)))
            .ToArray();

        // As much again of everything else, while every read hangs: pool threads that hung as well would come one or two a second.
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(static _ => Task.Run(Thread.Yield))).WaitAsync(Patience);
        await TestHub.UntilAsync(() => store.Hanging == StoreReads.MaxThreads);
        Assert.All(reading, static r => Assert.False(r.IsCompleted));
        Assert.InRange(ThreadPool.ThreadCount, 0, before + StoreReads.MaxThreads);

        store.Answer();
        await Task.WhenAll(reading).WaitAsync(Patience);
        Assert.Equal(StoreReads.MaxThreads, store.MostHanging);
    }

    private static async Task<OrchestrationMetadata?> AnyAsync(TestHub hub)
        => (await hub.Client.GetAllInstancesAsync(new OrchestrationQuery([]))).Instances is [var any, ..] ? any : null;

    /// <summary>A store across a network that does not answer until it is told to.</summary>
    private sealed class SlowStore : IPartitionStore
    {
        private readonly InMemoryPartitionStore _store = new();
        private readonly ManualResetEventSlim _answers = new();
        private int _hanging;
        private int _mostHanging;

        public bool IsRemote => true;

        public int Hanging => Volatile.Read(ref _hanging);

        public int MostHanging => _mostHanging;

        public void Answer() => _answers.Set();

        public RecoveredPartition Recover(int maxTimers) => _store.Recover(maxTimers);

        public void Commit(IReadOnlyList<StoreCommand> batch) => _store.Commit(batch);

        public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => _store.LoadTimers(from, max);

        public StoredInstance? Load(string instanceId) => _store.Load(instanceId);

        public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => _store.Load(instanceId, fromTurn, maxTurns);

        public StoredInstance? LoadEnds(string instanceId) => Slowly(() => _store.LoadEnds(instanceId));

        public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max) => Slowly(() => _store.Query(query, beforeKey, max));

        public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => _store.ListFinished(before, max);

        public void Dispose()
        {
            _answers.Dispose();
            _store.Dispose();
        }

        private T Slowly<T>(Func<T> read)
        {
            var hanging = Interlocked.Increment(ref _hanging);
            for (var most = _mostHanging; hanging > most; most = _mostHanging)
            {
                Interlocked.CompareExchange(ref _mostHanging, hanging, most);
            }

            _answers.Wait();
            Interlocked.Decrement(ref _hanging);
            return read();
        }
    }
}
