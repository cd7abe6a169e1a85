using TeamsWorkflows.Data;

namespace TeamsWorkflows.Deliveries.Pacing;

/// <summary>Hands out turns, first come, first served; pure.</summary>
/// <remarks>
/// A scope has a clock of its own, which stands still while the scope is stopped. Turns are times of that clock: whoever
/// holds one keeps the place in the line through every stop, and nobody has to ask for it again.
/// </remarks>
internal static class Pace
{
    /// <summary>Takes the next turn.</summary>
    /// <returns>By the scope's own clock.</returns>
    public static DateTimeOffset Take(PaceRow row, PaceOptions options, DateTimeOffset now)
    {
        var clock = Clock(row, now);
        var slot = row.NextSlot > clock ? row.NextSlot : clock;
        if (options.Interval > TimeSpan.Zero)
        {
            var earliest = clock - ((options.Burst - 1) * options.Interval);
            row.NextSlot = (row.NextSlot > earliest ? row.NextSlot : earliest) + options.Interval;
        }

        return options.PerDay == 0 ? slot : WithinDay(row, options, slot);
    }

    /// <summary>What the scope's own clock shows: the turn of whoever may go now.</summary>
    public static DateTimeOffset Clock(PaceRow row, DateTimeOffset now) => (row.BlockedUntil > now ? row.BlockedUntil : now) - row.StoodStill;

    /// <summary>When a turn comes, as things stand.</summary>
    public static DateTimeOffset Due(PaceRow row, DateTimeOffset slot)
        => slot + row.StoodStill is var due && due > row.BlockedUntil ? due : row.BlockedUntil;

    /// <summary>Stops the scope: it was told that it is too fast.</summary>
    /// <param name="retryAfter">What was asked for; null: nothing was said.</param>
    /// <param name="jitter">0 to 1: spreads those who were told nothing.</param>
    public static void Stop(PaceRow row, PaceOptions options, DateTimeOffset now, TimeSpan? retryAfter, DeliveryPolicy policy, double jitter)
    {
        var asked = now + (retryAfter ?? TimeSpan.Zero);
        if (row.BlockedUntil > now)
        {
            // Of several answers to what was under way together: one stop.
            StandStill(row, now, asked);
            return;
        }

        row.Stops = row.BlockedUntil + row.BlockedFor > now ? row.Stops + 1 : 1;
        var own = policy.Backoff(row.Stops, retryAfter);
        var until = now + (retryAfter is null ? own * (1 + (DeliveryPolicy.JitterShare * jitter)) : own);
        row.BlockedFor = until - now;
        StandStill(row, now, until);

        // The one that was refused goes first, and after a stop none goes beside it.
        var next = Clock(row, now) + options.Interval;
        row.NextSlot = row.NextSlot > next ? row.NextSlot : next;
    }

    private static void StandStill(PaceRow row, DateTimeOffset now, DateTimeOffset until)
    {
        var since = row.BlockedUntil > now ? row.BlockedUntil : now;
        if (until > since)
        {
            row.StoodStill += until - since;
            row.BlockedUntil = until;
        }
    }

    // Turns only ever go forward, so the day of the last one is the only day with a count.
    private static DateTimeOffset WithinDay(PaceRow row, PaceOptions options, DateTimeOffset slot)
    {
        var day = DateOnly.FromDateTime(Due(row, slot).UtcDateTime);
        if (row.Day < day)
        {
            (row.Day, row.Used) = (day, 0);
        }

        if (row.Used >= options.PerDay)
        {
            (row.Day, row.Used) = (row.Day.AddDays(1), 0);
        }

        row.Used++;
        var start = new DateTimeOffset(row.Day, TimeOnly.MinValue, TimeSpan.Zero) - row.StoodStill;
        if (slot < start)
        {
            slot = start;
            row.NextSlot = start + options.Interval;
        }

        return slot;
    }
}
