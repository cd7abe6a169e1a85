namespace TeamsWorkflows.DurableTask.Worker;

/// <content>Timers that become due.</content>
public sealed partial class PartitionRuntime
{
    /// <summary>Gets the time at which <see cref="FireTimers"/> has something to do.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            lock (_gate)
            {
                return _timers.Next;
            }
        }
    }

    /// <summary>Wakes every instance that has a due timer.</summary>
    /// <exception cref="IOException">What is due next could not be read; it is still to be.</exception>
    public void FireTimers()
    {
        while (FireKnownTimers() is { } readFrom)
        {
            TimerPage? page = null;
            try
            {
                page = TimerPage.Read(_store, readFrom, _timersPerPage); // outside the lock: everything else goes on
            }
            finally
            {
                lock (_gate)
                {
                    _timers.EndRead(page);
                }
            }
        }
    }

    // Returns from where more must be read before this partition knows what else is due.
    private DateTimeOffset? FireKnownTimers()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (_timers.TryTakeDue(now, out var instanceId))
            {
                if (Reach(instanceId) is { } instance)
                {
                    Wake(instance);
                }
            }

            return _timers.BeginRead(now);
        }
    }
}
