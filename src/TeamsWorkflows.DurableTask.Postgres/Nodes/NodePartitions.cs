using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Npgsql;
using TeamsWorkflows.DurableTask.Postgres.Leases;
using TeamsWorkflows.DurableTask.Postgres.Messages;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Postgres.Nodes;

/// <summary>Turns what happens to the leases into tenures of the worker, and the other way round.</summary>
/// <remarks>
/// <code>
///   lease gained ------> recovered from disk --> Acquire, Watch           (the recovery's own task; the rest goes on)
///   more than our share -> LeaveAsync: what runs is finished -> Unwatch, GiveBack
///   lost, run out, database gone -> End at once -> Unwatch, GiveBack
/// </code>
/// </remarks>
internal sealed class NodePartitions(
    TaskHubWorker worker,
    NodeStore store,
    Tenures tenures,
    LeaseKeeper keeper,
    PostgresInbox inbox,
    PostgresConnections connections,
    TimeProvider time,
    NodeLog log)
    : IAsyncDisposable
{
    private const int MaxDoublings = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new(); // a tenure and its watch begin and end together
    private readonly Channel<IReadOnlyList<PartitionFence>> _gained = Channel.CreateUnbounded<IReadOnlyList<PartitionFence>>();
    private readonly CancellationTokenSource _stopping = new();
    private Task _recovering = Task.CompletedTask;
    private long _lastFailure;
    private int _failures; // in a row
    private int _isAfterTrouble; // leases ran out, or commits failed

    public void Start() => _recovering = Task.Run(RecoverAsync, CancellationToken.None);

    /// <summary>Follows what the table of leases says.</summary>
    public void Follow(LeaseChanges changes)
    {
        foreach (var lost in changes.Lost)
        {
            End(lost, new PartitionLostException($"Another node has taken over partition {lost}: this one was too slow to renew its leases.", [lost]));
        }

        if (changes.Gained.Count > 0)
        {
            log.Gained(changes.Gained.Count);
            _gained.Writer.TryWrite(changes.Gained);
        }

        foreach (var leaving in changes.Leaving)
        {
            _ = Task.Run(() => LeaveAsync(leaving), CancellationToken.None); // it may wait for a commit, and the leases must not
        }
    }

    /// <summary>Ends what this node may not believe in any more, because nobody has renewed it in time.</summary>
    public void EndExpired()
    {
        foreach (var tenure in tenures.Current)
        {
            if (keeper.ValidFor(tenure.Partition) == TimeSpan.Zero && !tenure.IsOver)
            {
                log.Expired(tenure.Partition);
                Volatile.Write(ref _isAfterTrouble, 1);
                Lose(tenure, new PartitionLostException(
                    $"The lease on partition {tenure.Partition} ran out before it could be renewed.", [tenure.Partition]));
                keeper.GiveBack(tenure.Partition);
            }
        }
    }

    /// <summary>Ends what another node has; a later tenure of the same partition goes on.</summary>
    public void EndLost(IReadOnlyList<Tenure> lost, PartitionLostException reason)
    {
        foreach (var tenure in lost)
        {
            log.Lost(tenure.Partition, reason);
            Lose(tenure, reason);
            GiveBack(tenure);
        }
    }

    /// <summary>Ends tenures that cannot go on, and takes them, or others, up again from disk.</summary>
    public void EndFailed(IReadOnlyList<Tenure> failed, Exception reason)
    {
        log.Failed(failed.Count, reason);
        Volatile.Write(ref _isAfterTrouble, 1);
        foreach (var tenure in failed)
        {
            Lose(tenure, reason);
        }

        _ = GiveBackLaterAsync([.. failed.Select(static t => new PartitionFence(t.Partition, t.Fence))]);
    }

    /// <summary>Hands everything over, each partition as soon as nothing of it runs here any more.</summary>
    public Task DrainAsync() => Task.WhenAll(keeper.Drain().Concat(tenures.Current.Select(static t => t.Partition)).Distinct().Select(LeaveAsync));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _gained.Writer.TryComplete();
        await _recovering;
        _stopping.Dispose();
    }

    private async Task LeaveAsync(int partition)
    {
        if (tenures.Current.FirstOrDefault(t => t.Partition == partition) is { } tenure)
        {
            await worker.LeaveAsync(tenure);
            store.Settle();
        }

        lock (_gate)
        {
            inbox.Unwatch(partition);
            keeper.GiveBack(partition);
        }
    }

    private void End(int partition, Exception reason)
    {
        if (tenures.Current.FirstOrDefault(t => t.Partition == partition) is { } tenure)
        {
            log.Lost(partition, reason);
            Lose(tenure, reason);
        }
    }

    private void Lose(Tenure tenure, Exception reason)
    {
        lock (_gate)
        {
            worker.End(tenure, reason);
            if (tenures.Current.All(t => t.Partition != tenure.Partition))
            {
                inbox.Unwatch(tenure.Partition);
            }
        }
    }

    // A failure that comes again and again must not keep the database busy with takeovers.
    private async Task GiveBackLaterAsync(IReadOnlyList<PartitionFence> ended)
    {
        try
        {
            await Task.Delay(PauseAfterFailure(), time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return; // whatever is held is given back at the end
        }

        foreach (var partition in ended.Where(IsStillHeld))
        {
            keeper.GiveBack(partition.Partition);
        }
    }

    // Failures that come together, as of each turn that could not read, are one.
    private TimeSpan PauseAfterFailure()
    {
        lock (_gate)
        {
            var since = _lastFailure == 0 ? Calm : time.GetElapsedTime(_lastFailure);
            if (since >= FirstPause)
            {
                (_lastFailure, _failures) = (time.GetTimestamp(), since < Calm ? Math.Min(_failures + 1, MaxDoublings) : 0);
            }

            var pause = FirstPause * Math.Pow(2, _failures);
            return _failures == 0 ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;
        }
    }

    private void GiveBack(Tenure ended)
    {
        if (keeper.Held.FenceOf(ended.Partition) == ended.Fence)
        {
            keeper.GiveBack(ended.Partition);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: nobody awaits the loop, and a partition that cannot be read stops the node.")]
    private async Task RecoverAsync()
    {
        try
        {
            await RecoverGainedAsync();
        }
        catch (Exception e)
        {
            worker.Stop(e);
        }
    }

    private async Task RecoverGainedAsync()
    {
        await foreach (var gained in _gained.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (!_stopping.IsCancellationRequested)
            {
                Recover(gained);
            }
        }
    }

    private void Recover(IReadOnlyList<PartitionFence> gained)
    {
        try
        {
            var since = time.GetTimestamp();
            if (Interlocked.Exchange(ref _isAfterTrouble, 0) == 1)
            {
                connections.Forget();
            }

            var (recovered, incoming) = new PostgresReader(connections).Recover([.. gained.Select(static g => (short)g.Partition)], worker.Runtime.TimersPerPage);
            lock (_gate)
            {
                Tenure[] begun = [.. gained.Where(IsStillHeld).Select(Begin)];
                worker.Acquire(begun, recovered);
                foreach (var tenure in begun)
                {
                    inbox.Watch(tenure.Partition, incoming);
                }
            }

            log.Recovered(gained.Count, recovered.Active.Count, time.GetElapsedTime(since));
        }
        catch (NpgsqlException e)
        {
            log.Failed(gained.Count, e);
            _ = GiveBackLaterAsync(gained);
        }
    }

    private bool IsStillHeld(PartitionFence gained) => keeper.Held.FenceOf(gained.Partition) == gained.Fence;

    private Tenure Begin(PartitionFence gained)
        => new(gained.Partition, gained.Fence, () => keeper.ValidFor(gained.Partition) > TimeSpan.Zero);
}
