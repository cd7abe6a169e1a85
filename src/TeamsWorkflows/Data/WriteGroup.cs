namespace TeamsWorkflows.Data;

/// <summary>Group commit for a database that takes one writer: whatever queues up while one commit runs is written by the next one.</summary>
/// <remarks>
/// No timer and no tuning: at low load a write waits for nobody, at high load the groups grow by themselves, and the disk
/// is asked once per group. A write sees what those before it in its group have written, as if they had come one by one.
/// Should one of a group fail, nothing of the group is kept, and each runs again in a transaction of its own.
/// </remarks>
/// <param name="transact">Runs work in one transaction; nothing is kept if it throws.</param>
internal sealed class WriteGroup(Func<Func<ProductDb, Task>, CancellationToken, Task> transact)
{
    private const int MaxSize = 64;

    private readonly Lock _gate = new();
    private readonly Queue<PendingWrite> _queue = new();
    private bool _isWriting;

    public async Task<T> WriteAsync<T>(Func<ProductDb, Task<T>> write, CancellationToken cancellationToken)
    {
        var pending = new PendingWrite<T>(write, cancellationToken);
        lock (_gate)
        {
            _queue.Enqueue(pending);
            if (!_isWriting)
            {
                _isWriting = true;
                ThreadPool.UnsafeQueueUserWorkItem(static group => _ = group.WriteAllAsync(), this, preferLocal: false); // in nobody's trace
            }
        }

        return await pending.Answer;
    }

    // Throws nothing: every outcome is its caller's.
    private async Task WriteAllAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            if (group.Count == 1 || !await TryAsync(group))
            {
                foreach (var pending in group)
                {
                    await AloneAsync(pending);
                }
            }
        }
    }

    private List<PendingWrite> Take()
    {
        List<PendingWrite> group = [], given = [];
        lock (_gate)
        {
            while (group.Count < MaxSize && _queue.TryDequeue(out var pending))
            {
                (pending.CancellationToken.IsCancellationRequested ? given : group).Add(pending);
            }

            _isWriting = group.Count > 0;
        }

        given.ForEach(static p => p.Fail(new OperationCanceledException(p.CancellationToken))); // nobody waits for it, and the others need not run twice
        return group;
    }

    private async Task<bool> TryAsync(List<PendingWrite> group)
    {
        try
        {
            await transact(
                async db =>
                {
                    foreach (var pending in group)
                    {
                        await pending.RunAsync(db);
                        await db.SaveChangesAsync(CancellationToken.None); // one caller who leaves now must not break the group up
                        db.Forget();
                    }
                },
                CancellationToken.None);
        }
#pragma warning disable CA1031 // whose failure it is shows when each runs alone
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }

        group.ForEach(static p => p.Done());
        return true;
    }

    private async Task AloneAsync(PendingWrite pending)
    {
        try
        {
            pending.CancellationToken.ThrowIfCancellationRequested();
            await transact(pending.RunAsync, pending.CancellationToken);
        }
#pragma warning disable CA1031 // it is handed to whoever waits for it
        catch (Exception e)
#pragma warning restore CA1031
        {
            pending.Fail(e);
            return;
        }

        pending.Done();
    }

    private abstract class PendingWrite(CancellationToken cancellationToken)
    {
        public CancellationToken CancellationToken => cancellationToken;

        public abstract Task RunAsync(ProductDb db);

        public abstract void Done();

        public abstract void Fail(Exception e);
    }

    private sealed class PendingWrite<T>(Func<ProductDb, Task<T>> write, CancellationToken cancellationToken) : PendingWrite(cancellationToken)
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Answer => _answer.Task;

        public override async Task RunAsync(ProductDb db) => _result = await write(db);

        public override void Done() => _answer.SetResult(_result);

        public override void Fail(Exception e)
        {
            if (e is OperationCanceledException && CancellationToken.IsCancellationRequested)
            {
                _answer.SetCanceled(CancellationToken);
            }
            else
            {
                _answer.SetException(e);
            }
        }
    }
}
