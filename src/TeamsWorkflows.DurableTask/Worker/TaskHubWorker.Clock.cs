namespace TeamsWorkflows.DurableTask.Worker;

/// <content>What happens by itself as time goes by: due timers, idle instances, overdue turns.</content>
public sealed partial class TaskHubWorker
{
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PauseAfterFailedRead = TimeSpan.FromSeconds(1);

    private void OnTimersDue()
    {
        if (TryFireTimers())
        {
            ArmTimer();
        }
        else
        {
            _alarm.Set(_time.GetUtcNow() + PauseAfterFailedRead); // nothing that the clock tells is due sooner
        }

        _turns.Pump();
    }

    // Reading the next due time and setting the alarm are one step: two threads must not overtake each other in between.
    private void ArmTimer()
    {
        lock (_alarmGate)
        {
            if (Runtime.NextTimer is { } next)
            {
                _alarm.Set(next);
            }
        }
    }

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
