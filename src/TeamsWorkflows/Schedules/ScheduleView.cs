using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Schedules;

/// <summary>Rows as people may see them: without addresses, keys and secrets.</summary>
internal static class ScheduleView
{
    public static Schedule Of(ScheduleRow row, OccurrenceRow? last, DateTimeOffset now, ReportRequest? report = null, ScheduleSource? source = null)
    {
        var recurrence = RecurrenceOf(row);
        var next = row.IsPaused ? null : recurrence.Next(row.PlannedUntil > now ? row.PlannedUntil : now);
        return new(
            row.Id,
            row.Name,
            row.Publisher,
            row.Owner,
            row.Cron,
            row.TimeZone,
            row.Jitter,
            row.Overlap,
            row.CatchUp,
            row.CatchUpWindow,
            report?.Shown,
            source is null ? null : source with { Url = AddressRules.Shown(source.Url), Secret = source.Secret is null ? null : "…" },
            row.Connections.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            row.IsPaused,
            row.LastAction,
            row.LastActor,
            row.LastReason,
            row.LastActionAt,
            next is { } at ? recurrence.OnTheWall(at) : null,
            last is null ? null : Of(last, recurrence),
            row.CreatedAt,
            ETag(row));
    }

    public static Occurrence Of(OccurrenceRow row, Recurrence recurrence) => new(
        row.Id, row.Kind, recurrence.OnTheWall(row.ScheduledFor), row.State, row.Reason, row.Actor, row.ReportId, row.CreatedAt, row.UpdatedAt);

    public static Recurrence RecurrenceOf(ScheduleRow row) => new(row.Cron, row.TimeZone, row.Jitter, row.Id);

    public static string ETag(ScheduleRow row) => EditRules.ETag(row.Uid, row.Version);
}
