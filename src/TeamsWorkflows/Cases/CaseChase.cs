namespace TeamsWorkflows.Cases;

/// <summary>When people hear of a case again: reminders that come less and less often, and one escalation. Part of histories.</summary>
/// <param name="RemindAfter">Until the first reminder; zero: none.</param>
/// <param name="EscalateAfter">From the case's beginning to its escalation; zero: none.</param>
internal sealed record CaseChase(TimeSpan RemindAfter, TimeSpan EscalateAfter)
{
    /// <summary>A case that is older is known to everybody; its history must end somewhere, too.</summary>
    private const int MaxReminders = 30;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);

    /// <summary>What comes when, counted from the case's beginning.</summary>
    public IEnumerable<CaseNudge> Nudges()
    {
        var (after, interval) = (TimeSpan.Zero, RemindAfter);
        var isEscalated = EscalateAfter == TimeSpan.Zero;
        for (var number = 1; RemindAfter > TimeSpan.Zero && number <= MaxReminders; number++)
        {
            after += interval;
            if (!isEscalated && EscalateAfter <= after)
            {
                isEscalated = true;
                yield return new(EscalateAfter, Number: 0, IsEscalation: true);
            }

            yield return new(after, number, IsEscalation: false);
            interval = interval * 2 < LongestInterval ? interval * 2 : interval < LongestInterval ? LongestInterval : interval;
        }

        if (!isEscalated)
        {
            yield return new(EscalateAfter, Number: 0, IsEscalation: true);
        }
    }
}

/// <param name="After">From the case's beginning.</param>
/// <param name="Number">Of the reminder, from 1; 0: the escalation.</param>
internal sealed record CaseNudge(TimeSpan After, int Number, bool IsEscalation);

internal sealed record RemindInput(string CaseId, int Number, bool IsEscalation);
