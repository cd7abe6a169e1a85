namespace TeamsWorkflows.Diagnostics;

/// <summary>Recognises that reconnecting helps for a while only, and how long (R91): the proof that stops asking for more.</summary>
internal static class ReconnectLoops
{
    private const int LoopCount = 2;

    // Times that are this much alike are a period.
    private const double Tolerance = 0.25;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(120);

    public static Symptom? Read(ConnectionEvent[] events)
    {
        var lasted = Lasted(events);
        if (lasted.Count < LoopCount)
        {
            return null;
        }

        var times = lasted.Select(l => l.Lasted).Order().ToArray();
        var middle = times[times.Length / 2];
        var isRegular = times.All(t => Math.Abs((t - middle) / middle) <= Tolerance);
        return new(
            SymptomKind.ReconnectLoop,
            $"{lasted.Count} reconnects in a row helped for about {SymptomReader.Minutes(middle)} each: {Cause(middle, isRegular)}.",
            lasted[0].From,
            isRegular ? middle : null,
            FailureClasses.RefreshBroken);
    }

    /// <summary>How long each reconnect helped.</summary>
    public static IReadOnlyList<(DateTimeOffset From, TimeSpan Lasted)> Lasted(ConnectionEvent[] events)
    {
        List<(DateTimeOffset, TimeSpan)> found = [];
        DateTimeOffset? since = null;
        foreach (var e in events)
        {
            if (e.Kind == ConnectionEventKind.Reconnected)
            {
                since = e.At;
            }
            else if (since is { } from && SymptomReader.IsAboutTokens(e) && e.At > from)
            {
                if (e.At - from <= Longest)
                {
                    found.Add((from, e.At - from));
                }

                since = null;
            }
        }

        return found;
    }

    private static string Cause(TimeSpan period, bool isRegular) => period switch
    {
        _ when !isRegular => "a policy or the stored credential, not the sign-in; escalate with these times",
        { TotalMinutes: >= 40 and <= 100 } => "the life of an access token, so tokens are not renewed",
        { TotalHours: > 1.7 and <= 3 } => "a short policy on sessions; escalate it",
        { TotalDays: >= 80 and <= 100 } => "the sign-in was not used for 90 days; use it regularly",
        { TotalHours: >= 3.5 } => "a policy on sign-in frequency; escalate it",
        _ => "a policy or the stored credential; escalate with these times",
    };
}
