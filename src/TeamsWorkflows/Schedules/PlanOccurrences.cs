using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Schedules;

/// <summary>Decides what is due of a schedule and writes it down, in one transaction; says what may begin, and when to look again.</summary>
internal sealed class PlanOccurrences(
    Database database, DurableTaskClient client, ScheduleVault vault, IOptions<ScheduleOptions> options, TimeProvider time)
    : TaskActivity<RunScheduleInput, ScheduleRound>
{
    // So that a wake-up that was lost, or a new time zone database, costs an hour at most.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public override async Task<ScheduleRound> RunAsync(TaskActivityContext context, RunScheduleInput input)
    {
        var ended = await EndedRunsAsync(input, context.CancellationToken);
        return await database.WriteAsync(db => PlanAsync(db, input, ended, context.CancellationToken), context.CancellationToken);
    }

    private async Task<ScheduleRound> PlanAsync(
        ProductDb db, RunScheduleInput input, IReadOnlySet<string> ended, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var schedule = await db.Schedules.SingleOrDefaultAsync(s => s.Id == input.ScheduleId && s.Uid == input.Uid, cancellationToken);
        if (schedule is null)
        {
            return new(IsGone: true, [], now);
        }

        var open = await db.Occurrences
            .Where(o => o.ScheduleId == schedule.Id && (o.State == OccurrenceState.Queued || o.State == OccurrenceState.Running))
            .OrderBy(o => o.ScheduledFor).ToListAsync(cancellationToken);
        foreach (var dead in open.Where(o => o.State == OccurrenceState.Running && ended.Contains(o.Id)))
        {
            (dead.State, dead.Reason, dead.UpdatedAt) = (OccurrenceState.Failed, "Its orchestration was ended.", now);
        }

        open.RemoveAll(static o => o.State == OccurrenceState.Failed);
        var isBusy = open.Exists(static o => o.State == OccurrenceState.Running) || await HasReportUnderWayAsync(db, schedule.Id, cancellationToken);
        var next = schedule.IsPaused ? null : await AddDueAsync(db, schedule, open, isBusy, now, cancellationToken);
        Begin(schedule, open, isBusy, now);
        await db.Occurrences
            .Where(o => o.ScheduleId == schedule.Id && o.UpdatedAt < now - options.Value.KeepOccurrences
                && o.State != OccurrenceState.Queued && o.State != OccurrenceState.Running)
            .ExecuteDeleteAsync(cancellationToken);

        var running = open.Where(static o => o.State == OccurrenceState.Running).ToArray();
        return new(IsGone: false, [.. running.Select(o => Input(schedule, o))], WakeAt(open, next, now));
    }

    // Nobody hears of an orchestration that an administrator ended; without this its schedule would wait for it for ever.
    private async Task<IReadOnlySet<string>> EndedRunsAsync(RunScheduleInput input, CancellationToken cancellationToken)
    {
        var running = await database.ReadAsync(
            db => db.Occurrences.Where(o => o.ScheduleId == input.ScheduleId && o.State == OccurrenceState.Running)
                .Select(o => new { o.Id, o.Run }).ToListAsync(cancellationToken),
            cancellationToken);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in running)
        {
            var instance = await client.GetInstanceAsync(OccurrenceNames.InstanceOf(input.Uid, run.Id, run.Run), cancellationToken);
            if (instance is { IsCompleted: true })
            {
                ended.Add(run.Id);
            }
        }

        return ended;
    }

    private static Task<bool> HasReportUnderWayAsync(ProductDb db, string scheduleId, CancellationToken cancellationToken)
        => db.Deliveries.AnyAsync(
            d => DeliveryStates.UnderWay.Contains(d.State) && db.Occurrences.Any(o => o.ScheduleId == scheduleId && o.ReportId == d.ReportId), cancellationToken);

    /// <returns>When the next occurrence begins; null: there is none any more.</returns>
    private async Task<DateTimeOffset?> AddDueAsync(
        ProductDb db, ScheduleRow schedule, List<OccurrenceRow> open, bool isBusy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var recurrence = ScheduleView.RecurrenceOf(schedule);
        var rules = new CatchUpRules(schedule.CatchUp, schedule.CatchUpWindow, options.Value.OnTime);
        var plan = OccurrencePlan.Of(recurrence, rules, schedule.PlannedUntil, now);
        schedule.PlannedUntil = plan.PlannedUntil;
        var names = plan.Due.Select(static d => OccurrenceNames.Of(d.At)).ToArray();
        var known = await db.Occurrences.Where(o => o.ScheduleId == schedule.Id && names.Contains(o.Id)).Select(o => o.Id).ToListAsync(cancellationToken);
        foreach (var due in plan.Due.Where(d => !known.Contains(OccurrenceNames.Of(d.At), StringComparer.Ordinal)))
        {
            var row = Row(schedule, due, now);
            if (due.Missed is null && WhySkip(schedule.Overlap, due, isBusy || open.Count > 0, open.Count) is { } reason)
            {
                (row.State, row.Reason) = (OccurrenceState.Skipped, reason);
            }

            db.Occurrences.Add(row);
            if (row.State == OccurrenceState.Queued)
            {
                open.Add(row);
            }
        }

        return plan.NextBegin;
    }

    private static string? WhySkip(OverlapPolicy policy, DueOccurrence due, bool isBusy, int queued) =>
        policy == OverlapPolicy.Skip && !due.IsLate && isBusy ? "The report of the time before was still under way."
        : queued >= ScheduleLimits.MaxQueued ? $"{ScheduleLimits.MaxQueued} occurrences wait already."
        : null;

    private static OccurrenceRow Row(ScheduleRow schedule, DueOccurrence due, DateTimeOffset now) => new()
    {
        ScheduleId = schedule.Id,
        Id = OccurrenceNames.Of(due.At),
        Kind = due.IsLate ? OccurrenceKind.CaughtUp : OccurrenceKind.Scheduled,
        ScheduledFor = due.At,
        State = due.Missed is null ? OccurrenceState.Queued : OccurrenceState.Missed,
        Reason = due.Missed,
        Run = 1,
        CreatedAt = now,
        UpdatedAt = now,
    };

    // In order, and one at a time unless the schedule allows more. What somebody triggers waits for nothing.
    private static void Begin(ScheduleRow schedule, List<OccurrenceRow> open, bool isBusy, DateTimeOffset now)
    {
        foreach (var row in open.Where(static o => o.State == OccurrenceState.Queued).OrderBy(static o => o.ScheduledFor))
        {
            var isFree = row.Kind == OccurrenceKind.Triggered || schedule.Overlap == OverlapPolicy.Allow;
            if (isFree || !isBusy)
            {
                (row.State, row.BegunAt, row.UpdatedAt) = (OccurrenceState.Running, now, now);
                isBusy = true;
            }
        }
    }

    private RunOccurrenceInput Input(ScheduleRow schedule, OccurrenceRow row) => new(
        schedule.Id,
        schedule.Uid,
        row.Id,
        row.Run,
        schedule.ProtectedSource is null ? null : row.BegunAt + (vault.TrySource(schedule)?.RetryFor ?? ScheduleLimits.DefaultRetryFor));

    // What waits for a report asks again after a quarter of the time that it has waited.
    private static DateTimeOffset WakeAt(List<OccurrenceRow> open, DateTimeOffset? next, DateTimeOffset now)
    {
        var wake = now + LongestSleep;
        if (next is { } at && at < wake)
        {
            wake = at;
        }

        if (open.Find(static o => o.State == OccurrenceState.Queued) is { } first)
        {
            var wait = (now - first.CreatedAt) / 4;
            wait = wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait;
            wake = now + wait < wake ? now + wait : wake;
        }

        return wake;
    }
}
