namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Rings at one time at most: the next one that was asked for last.</summary>
/// <remarks>A ring is late by as little as the clock allows, never early, and comes on a thread that it may block.</remarks>
internal abstract class Alarm : IAsyncDisposable
{
    // Waits count from the moment they begin and do not follow a clock that is put forward: look again now and then.
    private protected static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    /// <summary>Makes the alarm that suits a clock.</summary>
    /// <param name="ring">Called when it is time; it may set the alarm again. What it throws ends the process.</param>
    public static Alarm Create(TimeProvider time, Action ring)
        => time == TimeProvider.System ? new WaitingAlarm(time, ring, MaxWait) : new TimerAlarm(time, ring);

    /// <summary>Replaces the time that is waited for, if any.</summary>
    /// <param name="due">A time that has passed rings at once.</param>
    public abstract void Set(DateTimeOffset due);

    /// <summary>Rings no more; completes when no ring is under way.</summary>
    public abstract ValueTask DisposeAsync();
}
