namespace TeamsWorkflows.Schedules;

/// <summary>Why there is an occurrence.</summary>
public enum OccurrenceKind
{
    /// <summary>The clock said so.</summary>
    Scheduled,

    /// <summary>The clock had said so while the product did not run.</summary>
    CaughtUp,

    /// <summary>Somebody had a span of time made up for.</summary>
    Backfilled,

    /// <summary>Somebody wanted one at once.</summary>
    Triggered,
}

/// <summary>Where an occurrence stands.</summary>
public enum OccurrenceState
{
    /// <summary>Waits for the occurrence before it.</summary>
    Queued,

    /// <summary>Its data is fetched, or its report handed over.</summary>
    Running,

    /// <summary>Its report is handed over; what becomes of it is in the ledger.</summary>
    HandedOver,

    /// <summary>It came to nothing; the owner was told.</summary>
    Failed,

    /// <summary>It was left out because the one before was still under way.</summary>
    Skipped,

    /// <summary>The product did not run at its time, and it was not caught up.</summary>
    Missed,
}

/// <summary>One occurrence of a schedule.</summary>
/// <param name="ScheduledFor">The time on the clock, with the offset of the schedule's time zone.</param>
/// <param name="Reason">What the state is about, in a sentence.</param>
/// <param name="Actor">Who asked for it; null: the clock.</param>
public sealed record Occurrence(
    string Id,
    OccurrenceKind Kind,
    DateTimeOffset ScheduledFor,
    OccurrenceState State,
    string? Reason,
    string? Actor,
    string? ReportId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>Identifiers that follow from a schedule and a time: the same ones every time, so that doing it twice is doing it once.</summary>
internal static class OccurrenceNames
{
    public static string Of(DateTimeOffset scheduledFor)
        => scheduledFor.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public static string InstanceOfSchedule(Guid uid) => $"schedule-{uid:N}";

    public static string InstanceOf(Guid uid, string occurrenceId, int run)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"occurrence-{uid:N}-{occurrenceId}-{run}");

    /// <summary>The idempotency key of the occurrence's report.</summary>
    public static string Key(Guid uid, string occurrenceId) => $"schedule/{uid:N}/{occurrenceId}";
}
