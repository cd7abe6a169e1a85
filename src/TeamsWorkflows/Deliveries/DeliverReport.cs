using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries;

/// <summary>Carries one report to all its destinations at once; one that fails does not hold the others.</summary>
internal sealed class DeliverReport : TaskOrchestrator<DeliverReportInput, DeliveryResult[]>
{
    public override Task<DeliveryResult[]> RunAsync(TaskOrchestrationContext context, DeliverReportInput input)
        => Task.WhenAll(input.Deliveries.Select(delivery => DeliverAsync(context, delivery)));

    private static async Task<DeliveryResult> DeliverAsync(TaskOrchestrationContext context, DeliverToDestinationInput delivery)
    {
        try
        {
            return await context.CallSubOrchestratorAsync<DeliveryResult>(
                nameof(DeliverToDestination), delivery, new TaskOptions(InstanceId: DeliveryNames.InstanceOf(delivery.DeliveryId)));
        }
        catch (TaskFailedException e)
        {
            var reason = $"The delivery stopped: {e.FailureDetails.ErrorMessage}";
            await context.CallActivityAsync(
                nameof(RecordDelivery), new RecordDeliveryInput(delivery.DeliveryId, DeliveryState.Failed, reason));
            await SettleFlights.SettleAsync(context, delivery);
            return new(delivery.DeliveryId, DeliveryState.Failed, reason);
        }
    }
}
