using System.Collections.Concurrent;

namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>Reads of a store on behalf of clients.</summary>
/// <remarks>
/// A store is read synchronously. Where that goes over a network, each reader would keep a thread of the pool waiting, and
/// a few dozen of them, when the database is slow, everything else that runs there: turns, activities, other requests. So
/// they are read on few threads of their own; whoever comes when all are busy waits without one.
/// </remarks>
internal sealed class StoreReads(IPartitionStore store)
{
    /// <summary>How many read at once: half of the connections that stores keep for reading (20); the others are for turns.</summary>
    public const int MaxThreads = 10;

    private readonly ReadingThreads _threads = new();

    public Task<T> RunAsync<T>(Func<IPartitionStore, T> read, CancellationToken cancellation)
        => store.IsRemote
            ? Task.Factory.StartNew(
                () => read(store),
                cancellation,
                TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously,
                _threads)
            : Task.FromResult(read(store));

    /// <summary>Threads that come with the work, and go when there is none for a while.</summary>
    private sealed class ReadingThreads : TaskScheduler
    {
        private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

        private readonly Lock _gate = new();
        private readonly BlockingCollection<Task> _queue = [];
        private int _count;
        private int _pending; // queued, or being read

        public override int MaximumConcurrencyLevel => MaxThreads;

        protected override void QueueTask(Task task)
        {
            lock (_gate)
            {
                _queue.Add(task);
                Interlocked.Increment(ref _pending);
                if (_count < Math.Min(MaxThreads, _pending))
                {
                    _count++;
                    new Thread(Read) { Name = "store reads", IsBackground = true }.Start();
                }
            }
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _queue.ToArray();

        private void Read()
        {
            while (true)
            {
                if (_queue.TryTake(out var task, Idle))
                {
                    TryExecuteTask(task);
                    Interlocked.Decrement(ref _pending);
                    continue;
                }

                lock (_gate)
                {
                    if (_queue.Count == 0)
                    {
                        _count--;
                        return;
                    }
                }
            }
        }
    }
}
