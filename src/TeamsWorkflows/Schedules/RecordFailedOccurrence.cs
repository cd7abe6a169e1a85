using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Schedules;

/// <summary>Writes down that an occurrence came to nothing, and why.</summary>
internal sealed class RecordFailedOccurrence(Database database, TimeProvider time) : TaskActivity<FailOccurrenceInput, bool>
{
    private const int MaxReasonLength = 1_000;

    /// <returns>Whether it was still open.</returns>
    public override async Task<bool> RunAsync(TaskActivityContext context, FailOccurrenceInput input)
    {
        var (now, reason) = (time.GetUtcNow(), ColumnText.Cut(input.Reason, MaxReasonLength));
        return await database.WriteAsync(
            db => OccurrenceRows.OpenRun(db, input.ScheduleId, input.OccurrenceId, input.Run).ExecuteUpdateAsync(
                set => set.SetProperty(o => o.State, OccurrenceState.Failed).SetProperty(o => o.Reason, reason)
                    .SetProperty(o => o.Data, (string?)null).SetProperty(o => o.UpdatedAt, now),
                context.CancellationToken),
            context.CancellationToken) == 1;
    }
}
