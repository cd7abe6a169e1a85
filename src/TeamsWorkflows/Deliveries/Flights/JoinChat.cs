using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries.Flights;

/// <summary>Lets one delivery make a chat of several people, and gives that chat to the others.</summary>
internal sealed class JoinChat(Database database, TimeProvider time) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => database.WriteAsync<PostOutcome>(
        async db =>
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.Id == input.DeliveryId, context.CancellationToken);
            var row = await FlightBook.JoinAsync(
                db, Flight.OfChat(delivery)!, delivery, context.InstanceId, needsHold: false, time.GetUtcNow(), context.CancellationToken);
            if (row is null)
            {
                return new PostOutcome.Behind("Another report makes the chat.");
            }

            delivery.ChatId = row.Made;
            return new PostOutcome.Prepared(row.Made is null ? "The chat is to be made." : "The chat.");
        },
        context.CancellationToken);
}
