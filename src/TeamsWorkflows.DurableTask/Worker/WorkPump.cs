namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Drains a queue on the thread pool with few loops, so that a thousand items are not a thousand hand-offs.</summary>
/// <remarks>
/// An item that goes asynchronous leaves the loop and counts as in flight until it is done. A loop asks for the next one
/// before it runs an item: one that blocks its thread holds up nobody as long as the pool has threads.
/// </remarks>
internal sealed class WorkPump<T>(Func<T?> take, Func<int> count, Func<T, ValueTask> run, int maxLoops, int maxInFlight)
    where T : class
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _maxLoops = maxLoops;
    private int _loops;
    private int _inFlight;
    private int _isRequested; // one loop at a time is asked of the pool
    private volatile bool _isStopped;

    /// <summary>Starts a loop if there is work for it; it starts the next one.</summary>
    public void Pump()
    {
        if (count() == 0 || Interlocked.Exchange(ref _isRequested, 1) == 1)
        {
            return; // a loop that has not begun will see the work
        }

        if (TryEnter())
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static pump =>
                {
                    Volatile.Write(ref pump._isRequested, 0);
                    pump.Loop();
                },
                this,
                preferLocal: false);
        }
        else
        {
            Volatile.Write(ref _isRequested, 0);
        }
    }

    /// <summary>Lends the calling thread to the work: the shortest way when the caller is a pool thread that just made it.</summary>
    public void PumpHere()
    {
        if (count() > 0 && TryEnter())
        {
            Loop();
        }
    }

    /// <summary>Allows one more loop, in place of one whose item does not come back; or one fewer, when it did.</summary>
    public void AddLoops(int more) => Interlocked.Add(ref _maxLoops, more);

    /// <summary>Takes no more items; the task completes when those in flight are done.</summary>
    public Task StopAsync()
    {
        _isStopped = true;
        TellIfDrained();
        return _drained.Task;
    }

    // Compare-and-swap, not increment-and-undo: a passing increment of one thread could turn away the last one that
    // saw the work, and the work would lie there until somebody else comes by.
    private bool TryEnter()
    {
        var loops = Volatile.Read(ref _loops);
        while (!_isStopped && loops < Volatile.Read(ref _maxLoops) && Volatile.Read(ref _inFlight) < maxInFlight)
        {
            var seen = Interlocked.CompareExchange(ref _loops, loops + 1, loops);
            if (seen == loops)
            {
                return true;
            }

            loops = seen;
        }

        return false;
    }

    private void Loop()
    {
        do
        {
            while (!_isStopped && Volatile.Read(ref _inFlight) < maxInFlight && take() is { } item)
            {
                Interlocked.Increment(ref _inFlight);
                Pump();
                var running = run(item);
                if (running.IsCompletedSuccessfully)
                {
                    Interlocked.Decrement(ref _inFlight);
                }
                else
                {
                    _ = FinishAsync(running);
                }
            }

            Interlocked.Decrement(ref _loops);
        }
        while (count() > 0 && TryEnter()); // work that came while the loop was leaving

        TellIfDrained();
    }

    private async Task FinishAsync(ValueTask running)
    {
        await running;
        Interlocked.Decrement(ref _inFlight);
        Pump();
        TellIfDrained();
    }

    private void TellIfDrained()
    {
        if (_isStopped && Volatile.Read(ref _loops) == 0 && Volatile.Read(ref _inFlight) == 0)
        {
            _drained.TrySetResult();
        }
    }
}
