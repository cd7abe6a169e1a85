using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Schedules;

/// <summary>Makes an occurrence's report and hands it over, once: the key follows from schedule and time.</summary>
internal sealed class HandOverOccurrence(Database database, ScheduleVault vault, ReportDesk reports, TimeProvider time)
    : TaskActivity<RunOccurrenceInput, HandOverOutcome>
{
    private const int MaxReasonLength = 900;

    public override async Task<HandOverOutcome> RunAsync(TaskActivityContext context, RunOccurrenceInput input)
    {
        var (schedule, occurrence) = await OccurrenceRows.FindAsync(database, input, context.CancellationToken);
        if (schedule is null || occurrence is null)
        {
            return new HandOverOutcome.Gone();
        }

        if (schedule.ProtectedSource is not null && occurrence.Data is null)
        {
            return new HandOverOutcome.Refused("A source was added after this occurrence had begun, so nothing was read for it. Trigger the schedule.");
        }

        var wall = ScheduleView.RecurrenceOf(schedule).OnTheWall(occurrence.ScheduledFor);
        var source = occurrence.Data is { } json ? JsonNode.Parse(json) : null;
        var request = ScheduledReport.Of(vault.OpenReport(schedule), schedule.Id, occurrence.Kind, wall, schedule.TimeZone, source);
        var key = OccurrenceNames.Key(schedule.Uid, occurrence.Id);
        switch (await reports.SubmitAsync(schedule.Publisher, [schedule.Owner, .. EditAuthors.Of(ScheduleActions.Authors(schedule))], key, request, context.CancellationToken))
        {
            case SubmitResult.Accepted accepted:
                return await RecordAsync(input, accepted.Report.Id);
            case SubmitResult.KeyReused reused: // it was, just before the template or the data changed
                return await RecordAsync(input, reused.ReportId);
            case SubmitResult.Invalid invalid:
                var reason = ReportErrors.Line(invalid.Errors);
                return new HandOverOutcome.Refused(reason.Length <= MaxReasonLength ? reason : ColumnText.Cut(reason, MaxReasonLength) + "…");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<HandOverOutcome> RecordAsync(RunOccurrenceInput input, string reportId)
    {
        var now = time.GetUtcNow();
        await database.WriteAsync(
            db => OccurrenceRows.OpenRun(db, input.ScheduleId, input.OccurrenceId, input.Run).ExecuteUpdateAsync(
                set => set.SetProperty(o => o.State, OccurrenceState.HandedOver).SetProperty(o => o.ReportId, reportId)
                    .SetProperty(o => o.Reason, (string?)null).SetProperty(o => o.Data, (string?)null).SetProperty(o => o.UpdatedAt, now),
                CancellationToken.None),
            CancellationToken.None);
        return new HandOverOutcome.Done(reportId);
    }
}

/// <summary>The rows that an occurrence's activities work on.</summary>
internal static class OccurrenceRows
{
    /// <summary>The occurrence while this very run of it is open.</summary>
    public static IQueryable<OccurrenceRow> OpenRun(ProductDb db, string scheduleId, string occurrenceId, int run)
    {
        db.Note(ChangeTopic.Schedules, scheduleId); // whoever writes asks for it so; in a read it says nothing to anybody
        return db.Occurrences.Where(o => o.ScheduleId == scheduleId && o.Id == occurrenceId && o.Run == run && o.State == OccurrenceState.Running);
    }

    /// <returns>Nulls when the schedule was deleted, or this run of the occurrence has ended.</returns>
    public static Task<(ScheduleRow? Schedule, OccurrenceRow? Occurrence)> FindAsync(
        Database database, RunOccurrenceInput input, CancellationToken cancellationToken) => database.ReadAsync(
            async db => (
                await db.Schedules.SingleOrDefaultAsync(s => s.Id == input.ScheduleId && s.Uid == input.Uid, cancellationToken),
                await OpenRun(db, input.ScheduleId, input.OccurrenceId, input.Run).SingleOrDefaultAsync(cancellationToken)),
            cancellationToken);
}
