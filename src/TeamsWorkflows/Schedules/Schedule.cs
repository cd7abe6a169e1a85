using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Schedules;

/// <summary>A schedule and how it stands.</summary>
/// <param name="Publisher">Whose reports it hands over.</param>
/// <param name="Report">The template, without what must not be shown; null in lists, and when the keys that protected it are gone.</param>
/// <param name="Source">Where its data is fetched, without what must not be shown; null: nowhere, or in lists.</param>
/// <param name="LastAction">What was done to it last: created, changed, paused, resumed, triggered or backfilled.</param>
/// <param name="NextAt">The next occurrence, with the offset of its time zone; null: it is paused, or there is none any more.</param>
/// <param name="Last">The newest occurrence; null: none yet.</param>
/// <param name="ETag">Which version of the schedule this is.</param>
public sealed record Schedule(
    string Id,
    string Name,
    string Publisher,
    string Owner,
    string Cron,
    string TimeZone,
    TimeSpan Jitter,
    OverlapPolicy Overlap,
    CatchUpPolicy CatchUp,
    TimeSpan CatchUpWindow,
    ReportRequest? Report,
    ScheduleSource? Source,
    IReadOnlyList<string> Connections,
    bool IsPaused,
    string LastAction,
    string LastActor,
    string? LastReason,
    DateTimeOffset LastActionAt,
    DateTimeOffset? NextAt,
    Occurrence? Last,
    DateTimeOffset CreatedAt,
    string ETag);

/// <summary>When a schedule occurs next.</summary>
/// <param name="At">With the offset of its time zone.</param>
public sealed record NextOccurrence(string Id, string Name, DateTimeOffset At);

/// <summary>What came of handing a schedule in.</summary>
public abstract record PutScheduleResult
{
    private PutScheduleResult()
    {
    }

    /// <param name="Warnings">What will not go as somebody may expect.</param>
    public sealed record Put(Schedule Schedule, bool IsNew, IReadOnlyList<string> Warnings) : PutScheduleResult;

    /// <param name="Errors">What is wrong, by the field's JSON path.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : PutScheduleResult;

    public sealed record Refused(EditRefusal Why) : PutScheduleResult;
}

/// <summary>What came of having a span of time made up for.</summary>
public abstract record BackfillResult
{
    private BackfillResult()
    {
    }

    /// <param name="Begun">The occurrences that are handed over now, in order.</param>
    /// <param name="AlreadyThere">How many were handed over before, or are under way.</param>
    public sealed record Accepted(IReadOnlyList<Occurrence> Begun, int AlreadyThere) : BackfillResult;

    public sealed record NotFound : BackfillResult;

    /// <param name="Errors">What is wrong, by field.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : BackfillResult;
}

/// <summary>What a schedule would do, without there being one.</summary>
public abstract record SchedulePreviewResult
{
    private SchedulePreviewResult()
    {
    }

    /// <param name="Upcoming">The next occurrences, with the offset of the time zone.</param>
    /// <param name="Report">What each destination would get at the first of them.</param>
    public sealed record Shown(IReadOnlyList<DateTimeOffset> Upcoming, ReportPreview Report, IReadOnlyList<string> Warnings) : SchedulePreviewResult;

    /// <param name="Errors">What is wrong, by the field's JSON path.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : SchedulePreviewResult;
}
