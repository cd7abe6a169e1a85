using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries.Flights;

/// <summary>Forgets a chat of several people that is gone: for its delivery, and for all that come after it.</summary>
internal sealed class ForgetChat(Database database) : TaskActivity<string, bool>
{
    public override Task<bool> RunAsync(TaskActivityContext context, string input) => database.WriteAsync(
        async db =>
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.Id == input, context.CancellationToken);
            if (delivery.ChatId is { } gone && Flight.OfChat(delivery) is { } flight)
            {
                await FlightBook.ForgetAsync(db, flight, gone, context.CancellationToken);
                (delivery.ChatId, delivery.RootMessageId) = (null, null);
            }

            return true;
        },
        context.CancellationToken);
}
