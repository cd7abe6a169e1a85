namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>A clock that goes where it is put, backwards too; its timestamps only go on.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private long _passed;

    public DateTimeOffset Now
    {
        get => _now;
        set
        {
            _passed += Math.Max(0, (value - _now).Ticks);
            _now = value;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _passed;
}
