using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries.Flights;

/// <summary>Ends the part of a delivery in what it shares with others; gives the instances that may go on now.</summary>
internal sealed class SettleFlights(Database database) : TaskActivity<string, string[]>
{
    public override Task<string[]> RunAsync(TaskActivityContext context, string input) => database.WriteAsync(
        async db =>
        {
            var (delivery, thread, _) = await JoinThread.LoadAsync(db, input, context.CancellationToken);
            List<string> instances = [];
            foreach (var flight in new[] { Flight.OfChat(delivery), thread }.OfType<Flight>())
            {
                instances.AddRange(await FlightBook.SettleAsync(db, flight, delivery, context.CancellationToken));
            }

            return instances.ToArray();
        },
        context.CancellationToken);

    /// <summary>Settles what a delivery shares, in its orchestration or in that of its report, and wakes who waited.</summary>
    public static async Task SettleAsync(TaskOrchestrationContext context, DeliverToDestinationInput delivery)
    {
        if (delivery.Plan is not { IsShared: true })
        {
            return;
        }

        try
        {
            foreach (var instanceId in await context.CallActivityAsync<string[]>(nameof(SettleFlights), delivery.DeliveryId, Retries.ThroughOutages))
            {
                context.SendEvent(instanceId, Flight.Free, payload: true);
            }
        }
        catch (TaskFailedException)
        {
            // The delivery has its result all the same; whoever joins next sees that it has ended.
            context.SetCustomStatus(new DeliveryProgress("ended; who waited for it could not be woken"));
        }
    }
}
