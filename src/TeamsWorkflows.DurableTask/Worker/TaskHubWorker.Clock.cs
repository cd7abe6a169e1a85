namespace TeamsWorkflows.DurableTask.Worker;

/// <content>What happens by itself as time goes by: due timers, idle instances, overdue turns.</content>
public sealed partial class TaskHubWorker
{
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(1);

    // A timer counts from the moment it is set and does not follow a clock that is put forward: look again now and then.
    private static readonly TimeSpan MaxTimerDelay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PauseAfterFailedRead = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MinTimerDelay = TimeSpan.FromMilliseconds(1);

    private void OnTimer()
    {
        lock (_timerGate)
        {
            _armedFor = null;
        }

        if (TryFireTimers())
        {
            ArmTimer();
        }
        else
        {
            _timer.Change(PauseAfterFailedRead, Timeout.InfiniteTimeSpan); // nothing that the clock tells is due sooner
        }

        _turns.Pump();
    }

    // Reading the next due time and setting the timer are one step: two threads must not overtake each other in between.
    private void ArmTimer()
    {
        lock (_timerGate)
        {
            if (Runtime.NextTimer is { } next && next != _armedFor)
            {
                _armedFor = next;
                _timer.Change(TimerDelay(next - _time.GetUtcNow()), Timeout.InfiniteTimeSpan);
                if (_time.GetUtcNow() >= next)
                {
                    _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan); // the clock moved while the timer was being set
                }
            }
        }
    }

    // Timers count in whole milliseconds, rounded down: one that is set for less comes at once, and again, until it is time.
    private static TimeSpan TimerDelay(TimeSpan left)
        => left <= TimeSpan.Zero ? TimeSpan.Zero : left < MinTimerDelay ? MinTimerDelay : left > MaxTimerDelay ? MaxTimerDelay : left;

    // Once a second while anything is in memory; an idle hub does not tick.
    private void EnsureHousekeeping()
    {
        if (Volatile.Read(ref _isKeepingHouse) == 0 && Interlocked.Exchange(ref _isKeepingHouse, 1) == 0)
        {
            _housekeeping.Change(HousekeepingInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void KeepHouse()
    {
        Volatile.Write(ref _isKeepingHouse, 0);
        Runtime.EvictIdle();
        GiveUpOverdueTurns();
        if (Runtime.ResidentCount > 0)
        {
            EnsureHousekeeping();
        }
    }

    private void GiveUpOverdueTurns()
    {
        foreach (var turn in _watch.Overdue(_options.TurnTimeLimit))
        {
            if (Runtime.GiveUp(turn, _options.TurnTimeLimit))
            {
                _turns.AddLoops(1);
                Write(turn);
                _turns.Pump();
            }
        }
    }
}
