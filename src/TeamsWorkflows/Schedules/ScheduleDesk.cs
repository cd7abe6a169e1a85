using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules.Planning;

namespace TeamsWorkflows.Schedules;

/// <summary>The front door for schedules: API and console come through here.</summary>
public sealed class ScheduleDesk
{
    private readonly Database _database;
    private readonly ScheduleVault _vault;
    private readonly ScheduleCheck _check;
    private readonly ScheduleClock _clock;
    private readonly SchedulePlanner _planner;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newGuid;

    internal ScheduleDesk(
        Database database, ScheduleVault vault, ScheduleCheck check, ScheduleClock clock, SchedulePlanner planner, TimeProvider time, Func<Guid> newGuid)
        => (_database, _vault, _check, _clock, _planner, _time, _newGuid) = (database, vault, check, clock, planner, time, newGuid);

    /// <summary>Lists schedules by name, without their templates.</summary>
    /// <param name="publisher">Only those of this publisher; null: everybody's.</param>
    public async Task<IReadOnlyList<Schedule>> ListAsync(string? publisher, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var rows = await _database.ReadAsync(
            db => db.Schedules.Where(s => publisher == null || s.Publisher == publisher)
                .OrderBy(s => s.Id)
                .Select(s => new
                {
                    Schedule = s,
                    Last = db.Occurrences.Where(o => o.ScheduleId == s.Id).OrderByDescending(o => o.CreatedAt).ThenByDescending(o => o.ScheduledFor).FirstOrDefault(),
                })
                .ToListAsync(cancellationToken),
            cancellationToken);
        return rows.ConvertAll(r => ScheduleView.Of(r.Schedule, r.Last, now));
    }

    /// <summary>The schedules that occur next, without what only their own pages show.</summary>
    public async Task<IReadOnlyList<NextOccurrence>> NextAsync(int count, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var rows = await _database.ReadAsync(
            db => db.Schedules.Where(s => !s.IsPaused).Select(s => new { s.Id, s.Name, s.Cron, s.TimeZone, s.Jitter, s.PlannedUntil }).ToListAsync(cancellationToken),
            cancellationToken);
        return
        [
            .. rows.Select(r => (Row: r, Recurrence: new Recurrence(r.Cron, r.TimeZone, r.Jitter, r.Id)))
                .Select(r => (r.Row, r.Recurrence, At: r.Recurrence.Next(r.Row.PlannedUntil > now ? r.Row.PlannedUntil : now)))
                .Where(static r => r.At is not null).OrderBy(static r => r.At).ThenBy(static r => r.Row.Id, StringComparer.Ordinal).Take(count)
                .Select(static r => new NextOccurrence(r.Row.Id, r.Row.Name, r.Recurrence.OnTheWall(r.At!.Value))),
        ];
    }

    /// <returns>Null when there is none of that name.</returns>
    public async Task<Schedule?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var (row, last) = await _database.ReadAsync(
            async db => (
                await db.Schedules.SingleOrDefaultAsync(s => s.Id == id, cancellationToken),
                await db.Occurrences.Where(o => o.ScheduleId == id)
                    .OrderByDescending(o => o.CreatedAt).ThenByDescending(o => o.ScheduledFor).FirstOrDefaultAsync(cancellationToken)),
            cancellationToken);
        return row is null ? null : ScheduleView.Of(row, last, _time.GetUtcNow(), _vault.TryReport(row), _vault.TrySource(row));
    }

    /// <summary>Creates a schedule, or changes it.</summary>
    public async Task<PutScheduleResult> PutAsync(
        string id, ScheduleDefinition definition, Precondition precondition, Editor editor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(precondition);
        ArgumentNullException.ThrowIfNull(editor);

        var errors = new ReportErrors();
        if (await _check.CheckAsync(id, definition, await AuthorsAsync(id, editor, cancellationToken), errors, cancellationToken) is not { } seen)
        {
            return new PutScheduleResult.Invalid(errors.ByField());
        }

        var isNew = false;
        var refusal = await _database.WriteAsync(
            async db =>
            {
                var row = await db.Schedules.SingleOrDefaultAsync(s => s.Id == id, cancellationToken);
                isNew = row is null;
                if (EditRules.WhyNot(row?.Publisher, row is null ? null : ScheduleView.ETag(row), precondition, editor) is { } no)
                {
                    return (EditRefusal?)no;
                }

                row ??= db.Schedules.Add(NewRow(id, definition, editor)).Entity;
                Change(row, definition, editor, isNew);
                return null;
            },
            cancellationToken);
        if (refusal is { } why)
        {
            return new PutScheduleResult.Refused(why);
        }

        await _clock.ChangedAsync(id, cancellationToken);
        return new PutScheduleResult.Put(
            (await FindAsync(id, cancellationToken))!, isNew, [.. seen.Warnings, .. await _planner.WarningsAsync(id, seen, definition, cancellationToken)]);
    }

    /// <summary>Shows when a schedule would occur and what it would hand over; nothing is kept.</summary>
    /// <param name="count">1 to 200 occurrences.</param>
    /// <param name="editor">Who would put it there.</param>
    public async Task<SchedulePreviewResult> PreviewAsync(
        string id, ScheduleDefinition definition, int count, Editor editor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(editor);

        var errors = new ReportErrors();
        return await _check.CheckAsync(id, definition, await AuthorsAsync(id, editor, cancellationToken), errors, cancellationToken) is { } seen
            ? new SchedulePreviewResult.Shown(
                Upcoming(seen.Recurrence, count), seen.Preview, [.. seen.Warnings, .. await _planner.WarningsAsync(id, seen, definition, cancellationToken)])
            : new SchedulePreviewResult.Invalid(errors.ByField());
    }

    /// <summary>The next occurrences, with the offset of the schedule's time zone.</summary>
    /// <param name="count">1 to 200.</param>
    /// <returns>Null when there is no such schedule; none when it is paused.</returns>
    public async Task<IReadOnlyList<DateTimeOffset>?> UpcomingAsync(string id, int count, CancellationToken cancellationToken)
        => await RowAsync(id, cancellationToken) is { } row ? row.IsPaused ? [] : Upcoming(ScheduleView.RecurrenceOf(row), count) : null;

    /// <summary>What the schedule did, newest first.</summary>
    /// <param name="before">Only occurrences of an earlier time: that of the last one of the page before.</param>
    /// <param name="pageSize">1 to 200.</param>
    /// <returns>Null when there is no such schedule.</returns>
    public async Task<IReadOnlyList<Occurrence>?> OccurrencesAsync(string id, DateTimeOffset? before, int pageSize, CancellationToken cancellationToken)
    {
        if (await RowAsync(id, cancellationToken) is not { } schedule)
        {
            return null;
        }

        var rows = await _database.ReadAsync(
            db => db.Occurrences.Where(o => o.ScheduleId == id && (before == null || o.ScheduledFor < before))
                .OrderByDescending(o => o.ScheduledFor).ThenByDescending(o => o.Id).Take(pageSize).ToListAsync(cancellationToken),
            cancellationToken);
        var recurrence = ScheduleView.RecurrenceOf(schedule);
        return rows.ConvertAll(r => ScheduleView.Of(r, recurrence));
    }

    /// <summary>Deletes a schedule and the record of its occurrences; reports that it handed over stay.</summary>
    /// <param name="ifMatch">The ETag that the caller has seen; null: any.</param>
    /// <returns>False when it is another version by now.</returns>
    public async Task<bool> DeleteAsync(string id, string? ifMatch, CancellationToken cancellationToken)
    {
        var uid = await _database.WriteAsync(
            async db =>
            {
                var row = await db.Schedules.SingleOrDefaultAsync(s => s.Id == id, cancellationToken);
                if (row is null || (ifMatch is not null && ifMatch != ScheduleView.ETag(row)))
                {
                    return (Guid?)null;
                }

                await db.Occurrences.Where(o => o.ScheduleId == id).ExecuteDeleteAsync(cancellationToken);
                db.Schedules.Remove(row);
                return row.Uid;
            },
            cancellationToken);
        if (uid is { } deleted)
        {
            await _clock.EndedAsync(deleted, cancellationToken);
        }

        return uid is not null;
    }

    private IReadOnlyList<DateTimeOffset> Upcoming(Recurrence recurrence, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ScheduleLimits.MaxUpcoming);

        return [.. recurrence.After(_time.GetUtcNow()).Take(count).Select(recurrence.OnTheWall)];
    }

    private Task<ScheduleRow?> RowAsync(string id, CancellationToken cancellationToken)
        => _database.ReadAsync(db => db.Schedules.SingleOrDefaultAsync(s => s.Id == id, cancellationToken), cancellationToken);

    private async Task<string[]> AuthorsAsync(string id, Editor editor, CancellationToken cancellationToken)
        => await RowAsync(id, cancellationToken) is { } row
            ? EditAuthors.Facing(editor, row.Publisher, ScheduleActions.Authors(row))
            : EditAuthors.Facing(editor, publisher: null, stored: null);

    private ScheduleRow NewRow(string id, ScheduleDefinition definition, Editor editor) => new()
    {
        Id = id,
        Uid = _newGuid(),
        Publisher = editor.Publisher,
        Owner = definition.Owner!,
        Name = id,
        Cron = "",
        TimeZone = "",
        Jitter = TimeSpan.Zero,
        Overlap = OverlapPolicy.Skip,
        CatchUp = CatchUpPolicy.Last,
        CatchUpWindow = ScheduleLimits.DefaultCatchUpWindow,
        ProtectedReport = [],
        Connections = "",
        LastAction = ScheduleActions.Created,
        LastActor = editor.Name,
        LastActionAt = _time.GetUtcNow(),
        PlannedUntil = _time.GetUtcNow(),
        Version = 0,
        CreatedAt = _time.GetUtcNow(),
    };

    private void Change(ScheduleRow row, ScheduleDefinition definition, Editor editor, bool isNew)
    {
        var zone = definition.TimeZone ?? "UTC";
        if (row.Cron != definition.Cron || row.TimeZone != zone)
        {
            row.PlannedUntil = _time.GetUtcNow(); // another clock: what the old one owed is settled
        }

        (row.Name, row.Owner, row.Cron, row.TimeZone) = (definition.Name?.Trim() ?? row.Id, definition.Owner!, definition.Cron!, zone);
        row.Jitter = definition.Jitter ?? TimeSpan.Zero;
        row.Overlap = definition.Overlap ?? OverlapPolicy.Skip;
        row.CatchUp = definition.CatchUp ?? CatchUpPolicy.Last;
        row.CatchUpWindow = definition.CatchUpWindow ?? ScheduleLimits.DefaultCatchUpWindow;
        row.ProtectedReport = _vault.Seal(definition.Report!);
        row.ProtectedSource = _vault.Seal(definition.Source);
        row.Authors = EditAuthors.With(ScheduleActions.Authors(row), editor);
        row.Connections = string.Join(' ', definition.Report!.Destinations!.Select(static d => d?.ConnectionName).OfType<string>().Distinct(StringComparer.Ordinal));
        ScheduleActions.Note(row, isNew ? ScheduleActions.Created : ScheduleActions.Changed, editor.Name, reason: null, _time.GetUtcNow());
    }
}
