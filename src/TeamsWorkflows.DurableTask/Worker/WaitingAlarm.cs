namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>An alarm for real time: a thread that waits.</summary>
/// <remarks>
/// A thread that waits on a lock is woken by the kernel's precise timers, within a millisecond. Those of the runtime look at
/// the kernel's coarse clock, which moves every four: they are up to 7 ms late, and a millisecond early now and then.
/// </remarks>
internal sealed class WaitingAlarm : Alarm
{
    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxWait;
    private readonly Thread _thread;
    private DateTimeOffset? _due;
    private bool _isStopped;

    /// <param name="maxWait">How late it may be for a clock that somebody puts forward.</param>
    public WaitingAlarm(TimeProvider time, Action ring, TimeSpan maxWait)
    {
        (_time, _maxWait) = (time, maxWait);
        _thread = new Thread(() => Keep(ring)) { Name = "timers", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override void Set(DateTimeOffset due)
    {
        lock (_gate)
        {
            var isSooner = _due is not { } old || due < old;
            _due = due;
            if (isSooner)
            {
                Monitor.Pulse(_gate); // a later time is seen when the thread wakes for the sooner one
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        return ValueTask.CompletedTask;
    }

    private void Keep(Action ring)
    {
        while (WaitUntilDue())
        {
            ring();
        }
    }

    // False: there is nothing to wait for any more.
    private bool WaitUntilDue()
    {
        lock (_gate)
        {
            while (!_isStopped)
            {
                var left = _due - _time.GetUtcNow();
                if (left <= TimeSpan.Zero)
                {
                    _due = null;
                    return true;
                }

                Monitor.Wait(_gate, left is { } wait ? WholeMilliseconds(wait) : Timeout.InfiniteTimeSpan);
            }

            return false;
        }
    }

    // Rounded up: a wait of nothing would come back at once, and again, until it is time.
    private TimeSpan WholeMilliseconds(TimeSpan wait)
        => wait > _maxWait ? _maxWait : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
}
