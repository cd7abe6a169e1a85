using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Clients here that wait for instances which other processes run: one look at the database for all of them.</summary>
/// <remarks>
/// Looked for and not told: whoever ends an instance does not know who waits elsewhere. The pauses between two looks grow
/// from 10 ms to half a second, and begin anew with each client that comes.
/// </remarks>
internal sealed class RemoteWaits(IPartitionStore store, Tenures tenures, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly InstanceWaiters _waiters = new();
    private readonly CancellationTokenSource _stopping = new();
    private TimeSpan _pause;
    private Task _looking = Task.CompletedTask;
    private bool _isLooking;

    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    /// <exception cref="PartitionLostException">It runs here now.</exception>
    public async Task<OrchestrationMetadata> WaitAsync(string instanceId, bool forStart, CancellationToken cancellationToken)
    {
        Task<OrchestrationMetadata> told;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            told = _waiters.Join(instanceId, forStart);
            _pause = FirstPause;
            if (!_isLooking)
            {
                (_isLooking, _looking) = (true, Task.Run(LookAsync, CancellationToken.None));
            }
        }

        try
        {
            return await told.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Leave(instanceId, forStart, told);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        lock (_gate)
        {
            _waiters.Fail(new ObjectDisposedException(nameof(TaskHubWorker)));
        }

        await _looking;
        _stopping.Dispose();
    }

    private async Task LookAsync()
    {
        while (Awaited() is { Length: > 0 } ids)
        {
            var pause = TryLook(ids) ? NextPause() : LongestPause;
            try
            {
                await Task.Delay(pause, time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                // Nobody is awaited any more.
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: nobody awaits the loop, so the waiting callers are told what ended it.")]
    private bool TryLook(string[] ids)
    {
        try
        {
            Look(ids);
            return true;
        }
        catch (Exception e) when (e is IOException and not CorruptStoreException)
        {
            return false; // the database is out of reach, which the leases tell; the wait goes on
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _waiters.Fail(e);
            }

            return false;
        }
    }

    private string[] Awaited()
    {
        lock (_gate)
        {
            var ids = _waiters.InstanceIds();
            _isLooking = ids.Length > 0;
            return ids;
        }
    }

    private TimeSpan NextPause()
    {
        lock (_gate)
        {
            var pause = _pause;
            _pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
            return pause;
        }
    }

    private void Look(string[] ids)
    {
        var found = tenures.Find!(ids).ToDictionary(static state => state.InstanceId, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (tenures.Of(id) is not null)
            {
                Fail(id, new PartitionLostException($"The instance '{id}' runs here now.", []));
            }
            else if (!found.TryGetValue(id, out var state))
            {
                Fail(id, new OrchestrationNotFoundException(id));
            }
            else if (state.HasStarted && IsAwaited(id, state.HasEnded) && store.LoadEnds(id) is { } stored)
            {
                Tell(stored);
            }
        }
    }

    private bool IsAwaited(string id, bool hasEnded)
    {
        lock (_gate)
        {
            return hasEnded || _waiters.IsStartAwaited(id);
        }
    }

    private void Tell(StoredInstance stored)
    {
        var metadata = OrchestrationMetadata.From(stored);
        lock (_gate)
        {
            foreach (var waiter in _waiters.Take(stored.Row.Id, stored.Row.IsFinished))
            {
                waiter.TrySetResult(metadata);
            }
        }
    }

    private void Fail(string id, Exception reason)
    {
        lock (_gate)
        {
            _waiters.Fail(waiting => waiting == id, reason);
        }
    }
}
