namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>A clock that goes where it is put, backwards too.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
