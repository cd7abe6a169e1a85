using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Schedules;

/// <summary>What people do with a schedule that is there: pause it, resume it, have it occur now, have the past made up for.</summary>
public sealed class ScheduleControl(Database database, ScheduleClock clock, TimeProvider time, Func<Guid> newGuid)
{
    /// <summary>Stops a schedule from occurring until it is resumed; what runs already goes on.</summary>
    /// <returns>False when there is no such schedule.</returns>
    public Task<bool> PauseAsync(string id, string actor, string reason, CancellationToken cancellationToken)
        => ChangeAsync(
            id,
            row =>
            {
                row.IsPaused = true;
                Note(row, ScheduleActions.Paused, actor, reason);
            },
            cancellationToken);

    /// <summary>Lets a paused schedule occur again. Nothing is caught up: what fell into the pause was not wanted.</summary>
    /// <returns>False when there is no such schedule.</returns>
    public Task<bool> ResumeAsync(string id, string actor, string reason, CancellationToken cancellationToken) => ChangeAsync(
        id,
        row =>
        {
            if (row.IsPaused)
            {
                (row.IsPaused, row.PlannedUntil) = (false, time.GetUtcNow());
            }

            Note(row, ScheduleActions.Resumed, actor, reason);
        },
        cancellationToken);

    /// <summary>Hands the report over at once, paused or not, whatever else is under way.</summary>
    /// <param name="key">A repeat with the same one is the same occurrence; null: none is a repeat.</param>
    /// <returns>Null when there is no such schedule.</returns>
    public async Task<Occurrence?> TriggerAsync(string id, string? key, string actor, string reason, CancellationToken cancellationToken)
    {
        var name = "triggered-" + (key is null
            ? newGuid().ToString("N")
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)));
        var occurrence = await database.WriteAsync(
            async db =>
            {
                if (await db.Schedules.SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } schedule)
                {
                    return null;
                }

                var row = await db.Occurrences.SingleOrDefaultAsync(o => o.ScheduleId == id && o.Id == name, cancellationToken);
                if (row is null)
                {
                    var now = time.GetUtcNow();
                    row = Row(schedule, name, OccurrenceKind.Triggered, new(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero), actor);
                    db.Occurrences.Add(row);
                    Note(schedule, ScheduleActions.Triggered, actor, reason);
                }

                return ScheduleView.Of(row, ScheduleView.RecurrenceOf(schedule));
            },
            cancellationToken);
        await clock.WakeAsync(id, cancellationToken);
        return occurrence;
    }

    /// <summary>Hands over the reports of a span of time in the past, in order; those that were handed over already stay as they are.</summary>
    /// <param name="from">The first time that counts.</param>
    /// <param name="to">The first time that does not count any more; not in the future.</param>
    public async Task<BackfillResult> BackfillAsync(
        string id, DateTimeOffset? from, DateTimeOffset? to, string actor, string reason, CancellationToken cancellationToken)
    {
        var errors = new ReportErrors();
        if (from is not { } begin || to is not { } end || begin >= end || end > time.GetUtcNow())
        {
            errors.Add("to", "Give from and to, two times in the past; to is the later one, and does not count itself.");
            return new BackfillResult.Invalid(errors.ByField());
        }

        var result = await database.WriteAsync(
            async db =>
            {
                if (await db.Schedules.SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } schedule)
                {
                    return new BackfillResult.NotFound();
                }

                var recurrence = ScheduleView.RecurrenceOf(schedule);
                var times = recurrence.After(begin.ToUniversalTime().AddTicks(-1)).TakeWhile(at => at < end).Take(ScheduleLimits.MaxBackfill + 1).ToArray();
                if (times.Length > ScheduleLimits.MaxBackfill)
                {
                    errors.Add("from", string.Create(CultureInfo.InvariantCulture, $"At most {ScheduleLimits.MaxBackfill} occurrences at once: choose a shorter span."));
                    return new BackfillResult.Invalid(errors.ByField());
                }

                var begun = await QueueAsync(db, schedule, times, actor, cancellationToken);
                Note(schedule, ScheduleActions.Backfilled, actor, reason);
                return (BackfillResult)new BackfillResult.Accepted([.. begun.Select(o => ScheduleView.Of(o, recurrence))], times.Length - begun.Count);
            },
            cancellationToken);
        await clock.WakeAsync(id, cancellationToken);
        return result;
    }

    private async Task<List<OccurrenceRow>> QueueAsync(
        ProductDb db, ScheduleRow schedule, DateTimeOffset[] times, string actor, CancellationToken cancellationToken)
    {
        var names = times.Select(OccurrenceNames.Of).ToArray();
        var known = await db.Occurrences.Where(o => o.ScheduleId == schedule.Id && names.Contains(o.Id))
            .ToDictionaryAsync(o => o.Id, StringComparer.Ordinal, cancellationToken);
        var queued = new List<OccurrenceRow>();
        foreach (var at in times)
        {
            var row = known.GetValueOrDefault(OccurrenceNames.Of(at));
            if (row is null)
            {
                row = Row(schedule, OccurrenceNames.Of(at), OccurrenceKind.Backfilled, at, actor);
                db.Occurrences.Add(row);
            }
            else if (row.State is OccurrenceState.Failed or OccurrenceState.Skipped or OccurrenceState.Missed)
            {
                (row.Kind, row.State, row.Reason, row.Actor, row.Run, row.UpdatedAt)
                    = (OccurrenceKind.Backfilled, OccurrenceState.Queued, null, actor, row.Run + 1, time.GetUtcNow());
            }
            else
            {
                continue;
            }

            queued.Add(row);
        }

        return queued;
    }

    private OccurrenceRow Row(ScheduleRow schedule, string name, OccurrenceKind kind, DateTimeOffset at, string actor) => new()
    {
        ScheduleId = schedule.Id,
        Id = name,
        Kind = kind,
        ScheduledFor = at,
        State = OccurrenceState.Queued,
        Actor = actor,
        Run = 1,
        CreatedAt = time.GetUtcNow(),
        UpdatedAt = time.GetUtcNow(),
    };

    private async Task<bool> ChangeAsync(string id, Action<ScheduleRow> change, CancellationToken cancellationToken)
    {
        var isThere = await database.WriteAsync(
            async db =>
            {
                var row = await db.Schedules.SingleOrDefaultAsync(s => s.Id == id, cancellationToken);
                if (row is not null)
                {
                    change(row);
                }

                return row is not null;
            },
            cancellationToken);
        await clock.ChangedAsync(id, cancellationToken);
        return isThere;
    }

    private void Note(ScheduleRow row, string action, string actor, string reason)
        => ScheduleActions.Note(row, action, actor, reason, time.GetUtcNow());
}
