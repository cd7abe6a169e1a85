using System.Runtime.InteropServices;

namespace TeamsWorkflows.DurableTask.Postgres.Leases;

/// <summary>One look at this machine's clocks, for measuring how long a lease has been held.</summary>
/// <remarks>
/// The monotonic clock does not follow somebody who sets the time, but stands still while a machine is suspended; the wall
/// clock knows of that once it has been set right. Whichever says that more time has passed is believed: a lease that ends
/// too early costs a moment of work, one that ends too late breaks the rule of one owner.
/// </remarks>
/// <param name="Monotonic">Since some fixed moment.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClockReading(TimeSpan Monotonic, DateTimeOffset Wall)
{
    public static ClockReading Of(TimeProvider time)
        => new(time.GetElapsedTime(0, time.GetTimestamp()), time.GetUtcNow());

    public TimeSpan Since(ClockReading earlier)
    {
        var (monotonic, wall) = (Monotonic - earlier.Monotonic, Wall - earlier.Wall);
        return monotonic > wall ? monotonic : wall;
    }
}
