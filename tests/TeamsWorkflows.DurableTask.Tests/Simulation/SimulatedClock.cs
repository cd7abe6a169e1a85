namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>A clock that goes as it is told, backwards too; its timestamps only go on.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private long _passed;

    public DateTimeOffset Now { get; private set; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Lets time go by, up to the end of the calendar: programs sleep for decades.</summary>
    public void Pass(TimeSpan time)
    {
        _passed += time.Ticks;
        Now = time < DateTimeOffset.MaxValue - Now ? Now + time : DateTimeOffset.MaxValue;
    }

    public void StepBack(TimeSpan time) => Now -= time;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => _passed;
}
