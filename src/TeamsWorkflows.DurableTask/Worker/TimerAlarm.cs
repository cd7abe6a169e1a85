namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>An alarm for a clock that is not the system's: whoever moves it rings.</summary>
internal sealed class TimerAlarm : Alarm
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Action _ring;
    private readonly ITimer _timer;
    private DateTimeOffset? _due;

    public TimerAlarm(TimeProvider time, Action ring)
    {
        (_time, _ring) = (time, ring);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override void Set(DateTimeOffset due)
    {
        lock (_gate)
        {
            if (due == _due)
            {
                return;
            }

            _due = due;
            Wait(due);
            if (_time.GetUtcNow() >= due)
            {
                _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan); // the clock moved while the timer was being set
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_due is not { } due)
            {
                return; // it has rung
            }

            if (due > _time.GetUtcNow())
            {
                Wait(due); // the longest wait ended, or the time was put off meanwhile
                return;
            }

            _due = null;
        }

        _ring();
    }

    private void Wait(DateTimeOffset due)
    {
        var left = due - _time.GetUtcNow();
        _timer.Change(left < TimeSpan.Zero ? TimeSpan.Zero : left > MaxWait ? MaxWait : left, Timeout.InfiniteTimeSpan);
    }
}
