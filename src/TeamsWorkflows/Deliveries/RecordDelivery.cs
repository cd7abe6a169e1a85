using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries;

/// <summary>Shows in the ledger what an orchestration decided. Setting it twice is setting it once; an end stays.</summary>
internal sealed class RecordDelivery(Database database, TimeProvider time) : TaskActivity<RecordDeliveryInput, bool>
{
    public override async Task<bool> RunAsync(TaskActivityContext context, RecordDeliveryInput input)
    {
        if (await SetAsync(context, input) is { } ended)
        {
            DeliveryTelemetry.Ended(ended.State, ended.UpdatedAt - ended.CreatedAt);
        }

        return true;
    }

    // The row, if this was its end; an end that is there stays.
    private Task<DeliveryRow?> SetAsync(TaskActivityContext context, RecordDeliveryInput input) => database.WriteAsync(
        async db =>
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.Id == input.DeliveryId, context.CancellationToken);
            var before = delivery.State;
            if (before.IsEnd() && before != input.State)
            {
                return null; // an orchestration that was started once more does not undo what its first run came to
            }

            (delivery.State, delivery.Reason, delivery.UpdatedAt) = (input.State, input.Reason, time.GetUtcNow());
            if (input.State == DeliveryState.Cancelled)
            {
                // No case counts on it any more.
                await db.ParkedRuns.Where(p => p.DeliveryId == input.DeliveryId && db.Cases.Any(c => c.Id == p.CaseId && c.ClosedAt == null))
                    .ExecuteDeleteAsync(context.CancellationToken);
            }

            return input.State.IsEnd() && !before.IsEnd() ? delivery : null;
        },
        context.CancellationToken);
}
