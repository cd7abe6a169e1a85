namespace TeamsWorkflows.Schedules;

/// <summary>How a schedule treats what it comes to late.</summary>
/// <param name="OnTime">How late an occurrence still counts as on time.</param>
/// <param name="CatchUpWindow">How late one may be and still be caught up.</param>
internal sealed record CatchUpRules(CatchUpPolicy Policy, TimeSpan CatchUpWindow, TimeSpan OnTime);

/// <summary>An occurrence whose time has come.</summary>
/// <param name="IsLate">Whether it is caught up or missed.</param>
/// <param name="Missed">Why it is not handed over; null: it is.</param>
internal sealed record DueOccurrence(DateTimeOffset At, bool IsLate, string? Missed);

/// <summary>What is due of a schedule, and when to look again. Pure.</summary>
/// <param name="Due">In order.</param>
/// <param name="PlannedUntil">The last time that is decided upon.</param>
/// <param name="NextBegin">When the next occurrence begins; null: there is none any more.</param>
internal sealed record OccurrencePlan(IReadOnlyList<DueOccurrence> Due, DateTimeOffset PlannedUntil, DateTimeOffset? NextBegin)
{
    /// <summary>Most missed occurrences that are recorded one by one: the newest.</summary>
    public const int MaxMissed = 100;

    /// <summary>Most occurrences that are caught up at once: the newest.</summary>
    public const int MaxCaughtUp = 100;

    /// <param name="plannedUntil">What an earlier plan has decided upon.</param>
    public static OccurrencePlan Of(Recurrence recurrence, CatchUpRules rules, DateTimeOffset plannedUntil, DateTimeOffset now)
    {
        var (come, next) = Come(recurrence, rules, plannedUntil, now);
        var isOnTime = come.ToLookup(at => now - recurrence.BeginOf(at) <= rules.OnTime);
        var caughtUp = CaughtUp([.. isOnTime[false]], isOnTime[true].Any(), rules, now);
        DueOccurrence[] due =
        [
            .. isOnTime[false].Where(at => !caughtUp.Contains(at)).TakeLast(MaxMissed).Select(at => new DueOccurrence(at, IsLate: true, WhyMissed(at, rules, now))),
            .. caughtUp.Select(static at => new DueOccurrence(at, IsLate: true, Missed: null)),
            .. isOnTime[true].Select(static at => new DueOccurrence(at, IsLate: false, Missed: null)),
        ];
        return new([.. due.OrderBy(static d => d.At)], come.Count > 0 ? come[^1] : plannedUntil, next is { } at ? recurrence.BeginOf(at) : null);
    }

    // What lies further back than anything would be caught up is not even looked at.
    private static (List<DateTimeOffset> Come, DateTimeOffset? Next) Come(
        Recurrence recurrence, CatchUpRules rules, DateTimeOffset plannedUntil, DateTimeOffset now)
    {
        var horizon = now - rules.CatchUpWindow - ScheduleLimits.MaxJitter - TimeSpan.FromDays(1);
        var come = new List<DateTimeOffset>();
        foreach (var at in recurrence.After(plannedUntil > horizon ? plannedUntil : horizon))
        {
            if (recurrence.BeginOf(at) > now)
            {
                return (come, at);
            }

            come.Add(at);
        }

        return (come, null);
    }

    private static HashSet<DateTimeOffset> CaughtUp(
        DateTimeOffset[] late, bool isOneOnTime, CatchUpRules rules, DateTimeOffset now)
    {
        var within = late.Where(at => now - at <= rules.CatchUpWindow);
        return rules.Policy switch
        {
            CatchUpPolicy.None => [],
            CatchUpPolicy.Last => isOneOnTime ? [] : [.. within.TakeLast(1)],
            CatchUpPolicy.All => [.. within.TakeLast(MaxCaughtUp)],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static string WhyMissed(DateTimeOffset at, CatchUpRules rules, DateTimeOffset now) => rules.Policy switch
    {
        CatchUpPolicy.None => "The product did not run at its time, and the schedule catches nothing up.",
        _ when now - at > rules.CatchUpWindow => "The product did not run at its time, nor within the catch-up window after it.",
        CatchUpPolicy.Last => "The product did not run at its time, and a newer occurrence is handed over.",
        _ => $"The product did not run at its time, and {MaxCaughtUp} newer occurrences are handed over.",
    };
}
