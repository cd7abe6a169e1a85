using Microsoft.Extensions.Time.Testing;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>A computer's two clocks: one that only goes on, for timers and timestamps, and one on the wall that somebody sets.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private readonly FakeTimeProvider _steady = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private long _offsetTicks;

    public override long TimestampFrequency => _steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _steady.GetUtcNow().AddTicks(Volatile.Read(ref _offsetTicks));

    public override long GetTimestamp() => _steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => _steady.CreateTimer(callback, state, dueTime, period);

    /// <summary>Sets the clock on the wall forward, or back; nothing else moves.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    /// <summary>Lets time pass, on both clocks.</summary>
    public void Pass(TimeSpan time) => _steady.Advance(time);
}
