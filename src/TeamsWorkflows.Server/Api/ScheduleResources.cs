using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Server.Api;

/// <summary>A schedule and how it stands; its template and source without what must not be shown.</summary>
/// <param name="Report">The template; null in lists.</param>
internal sealed record ScheduleResource(
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
    ScheduleActionResource LastAction,
    DateTimeOffset? NextAt,
    OccurrenceResource? LastOccurrence,
    DateTimeOffset CreatedAt,
    ScheduleLinks Links)
{
    public static ScheduleResource From(Schedule schedule) => new(
        schedule.Id,
        schedule.Name,
        schedule.Publisher,
        schedule.Owner,
        schedule.Cron,
        schedule.TimeZone,
        schedule.Jitter,
        schedule.Overlap,
        schedule.CatchUp,
        schedule.CatchUpWindow,
        schedule.Report,
        schedule.Source,
        schedule.Connections,
        schedule.IsPaused,
        new(schedule.LastAction, schedule.LastActor, schedule.LastReason, schedule.LastActionAt),
        schedule.NextAt,
        schedule.Last is { } last ? OccurrenceResource.From(last) : null,
        schedule.CreatedAt,
        new(Api.Links.Schedule(schedule.Id), Api.Links.Schedule(schedule.Id) + "/occurrences", Api.Links.Schedule(schedule.Id) + "/upcoming"));
}

internal sealed record ScheduleLinks(string Self, string Occurrences, string Upcoming);

/// <summary>Who did what to a schedule last.</summary>
internal sealed record ScheduleActionResource(string Action, string Actor, string? Reason, DateTimeOffset At);

internal sealed record ScheduleList(IReadOnlyList<ScheduleResource> Schedules);

/// <param name="Warnings">What will not go as somebody may expect.</param>
internal sealed record SchedulePut(ScheduleResource Schedule, IReadOnlyList<string> Warnings);

/// <param name="Upcoming">The next occurrences, with the offset of the time zone.</param>
/// <param name="Report">What each destination would get at the first of them.</param>
internal sealed record SchedulePreviewed(IReadOnlyList<DateTimeOffset> Upcoming, ReportPreview Report, IReadOnlyList<string> Warnings);

internal sealed record UpcomingList(IReadOnlyList<DateTimeOffset> Upcoming);

internal sealed record OccurrenceResource(
    string Id,
    OccurrenceKind Kind,
    DateTimeOffset ScheduledFor,
    OccurrenceState State,
    string? Reason,
    string? Actor,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? ReportId,
    string? Report)
{
    public static OccurrenceResource From(Occurrence occurrence) => new(
        occurrence.Id,
        occurrence.Kind,
        occurrence.ScheduledFor,
        occurrence.State,
        occurrence.Reason,
        occurrence.Actor,
        occurrence.CreatedAt,
        occurrence.UpdatedAt,
        occurrence.ReportId,
        occurrence.ReportId is { } id ? Links.Report(id) : null);
}

/// <param name="Next">The address of the next page; null: this is the last.</param>
internal sealed record OccurrencePage(IReadOnlyList<OccurrenceResource> Occurrences, string? Next);

/// <param name="From">The first time that counts.</param>
/// <param name="To">The first time that does not count any more; not in the future.</param>
internal sealed record BackfillRequest([property: Required] DateTimeOffset? From, [property: Required] DateTimeOffset? To, [property: Required] string? Reason) : IReason;

/// <param name="AlreadyThere">How many were handed over before, or are under way.</param>
internal sealed record BackfillBegun(IReadOnlyList<OccurrenceResource> Begun, int AlreadyThere);
