namespace TeamsWorkflows.Sandbox.Common;

/// <summary>Numbers in order of events: the time in microseconds, pushed forward when time stands still.</summary>
/// <remarks>
/// "Issued before the revocation" must be decided for tokens of the same second, and under a test's frozen clock too.
/// </remarks>
internal sealed class HybridClock(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _last;

    public long Next()
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        lock (_gate)
        {
            return _last = Math.Max(_last + 1, now);
        }
    }

    /// <summary>Continues after a number that an earlier process gave out.</summary>
    public void Observe(long sequence)
    {
        lock (_gate)
        {
            _last = Math.Max(_last, sequence);
        }
    }
}
