using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries;

/// <summary>Shows in the ledger what an orchestration decided. Setting it twice is setting it once.</summary>
internal sealed class RecordDelivery(Database database, TimeProvider time) : TaskActivity<RecordDeliveryInput, bool>
{
    public override Task<bool> RunAsync(TaskActivityContext context, RecordDeliveryInput input) => database.WriteAsync(
        async db =>
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.Id == input.DeliveryId, context.CancellationToken);
            (delivery.State, delivery.Reason, delivery.UpdatedAt) = (input.State, input.Reason, time.GetUtcNow());
            return true;
        },
        context.CancellationToken);
}
