using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries.Flights;

/// <summary>Gives a delivery its place in the report's thread: the first message, an answer to it, or the right to change it.</summary>
internal sealed class JoinThread(Database database, TimeProvider time) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => database.WriteAsync<PostOutcome>(
        async db =>
        {
            var (delivery, flight, isUpdate) = await LoadAsync(db, input.DeliveryId, context.CancellationToken);
            var row = await FlightBook.JoinAsync(
                db, flight!, delivery, context.InstanceId, isUpdate, time.GetUtcNow(), context.CancellationToken);
            if (row is null)
            {
                return new PostOutcome.Behind("Another report of the same thread goes first.");
            }

            (delivery.RootMessageId, delivery.WebUrl) = (row.Made, isUpdate ? row.WebUrl : null);
            return new PostOutcome.Prepared(row.Made is null ? "The first message of its thread." : "A place in its thread.");
        },
        context.CancellationToken);

    /// <summary>Forgets the first message of a delivery's thread: it was deleted.</summary>
    public static async Task ForgetAsync(ProductDb db, string deliveryId, string messageId, CancellationToken cancellationToken)
    {
        var (delivery, flight, _) = await LoadAsync(db, deliveryId, cancellationToken);
        delivery.RootMessageId = null;
        await FlightBook.ForgetAsync(db, flight!, messageId, cancellationToken);
    }

    /// <summary>Finds a delivery and its thread; null: its report names none, or its place is not made yet.</summary>
    public static async Task<(DeliveryRow Delivery, Flight? Flight, bool IsUpdate)> LoadAsync(
        ProductDb db, string deliveryId, CancellationToken cancellationToken)
    {
        var delivery = await db.Deliveries.SingleAsync(d => d.Id == deliveryId, cancellationToken);
        var report = await db.Reports.Where(r => r.Id == delivery.ReportId)
            .Select(static r => new { r.Publisher, r.Thread, r.UpdatesThread }).SingleAsync(cancellationToken);
        return (delivery, Flight.OfThread(delivery, report.Publisher, report.Thread), report.UpdatesThread);
    }
}
