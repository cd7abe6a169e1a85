namespace TeamsWorkflows.Diagnostics;

/// <summary>A pattern in a connection's history, with what it rests on.</summary>
/// <param name="Summary">One sentence for people.</param>
/// <param name="Since">When it began (UTC).</param>
/// <param name="Period">How regularly it comes back; null when it does not, or not regularly.</param>
/// <param name="Suggests">The class of failure it speaks for; null when it speaks for none.</param>
public sealed record Symptom(SymptomKind Kind, string Summary, DateTimeOffset Since, TimeSpan? Period = null, string? Suggests = null);

public enum SymptomKind
{
    /// <summary>401 after 401 (R2).</summary>
    RepeatedUnauthorized,

    /// <summary>It worked for long, then failed (R3).</summary>
    SuddenFailure,

    /// <summary>It works in one environment and fails in another (R4).</summary>
    TestAgainstProduction,

    /// <summary>Several workflows of the connection failed together (R20).</summary>
    EverythingAtOnce,

    /// <summary>One endpoint fails while others work (R20).</summary>
    SingleEndpoint,

    /// <summary>Throttling, and then a token that ran out meanwhile (R73).</summary>
    ThrottledThenExpired,

    /// <summary>The token was old when it was used (R28, R97).</summary>
    AgedByDelay,

    /// <summary>Clocks differ (R95, R97).</summary>
    ClockSkew,

    /// <summary>A reconnect helps for a while, again and again (R91).</summary>
    ReconnectLoop,

    /// <summary>It failed again soon after a reconnect (R40).</summary>
    RecurredAfterReconnect,

    /// <summary>It fails after pauses only (R19).</summary>
    FailsAfterIdleTime,

    /// <summary>Something was changed shortly before the first failure (R5, R31).</summary>
    FollowsAChange,
}
