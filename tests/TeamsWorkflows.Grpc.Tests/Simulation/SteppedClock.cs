namespace TeamsWorkflows.Grpc.Tests.Simulation;

/// <summary>A clock that goes as it is told; what is due rings once on the caller's thread, however long the step was.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private readonly List<SteppedTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private long _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _passed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        SteppedTimer timer = new(this, () => callback(state));
        _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time go by, up to the end of the calendar: programs sleep for decades.</summary>
    public void Pass(TimeSpan time)
    {
        _passed += time.Ticks;
        _now = time < DateTimeOffset.MaxValue - _now ? _now + time : DateTimeOffset.MaxValue;
        foreach (var timer in _timers.ToArray())
        {
            timer.RingIfDue(_passed);
        }
    }

    private sealed class SteppedTimer(SteppedClock clock, Action ring) : ITimer
    {
        private long? _due;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            (_due, _period) = (dueTime < TimeSpan.Zero ? null : clock._passed + dueTime.Ticks, period);
            return true;
        }

        public void RingIfDue(long now)
        {
            if (_due <= now)
            {
                _due = _period > TimeSpan.Zero ? now + _period.Ticks : null;
                ring();
            }
        }

        public void Dispose()
        {
            _due = null;
            clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
