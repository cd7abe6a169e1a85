using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Reports.Receipts;

namespace TeamsWorkflows.Deliveries;

/// <summary>Carries one report to all its destinations at once, when it is approved if it has to be; one that fails does not hold the others.</summary>
internal sealed class DeliverReport : TaskOrchestrator<DeliverReportInput, DeliveryResult[]>
{
    public override async Task<DeliveryResult[]> RunAsync(TaskOrchestrationContext context, DeliverReportInput input)
    {
        var released = input.Approval is { } approval
            ? await ApprovalStage.PassAsync(context, approval, input.Deliveries)
            : new ReleasedDeliveries(input.Deliveries, []);
        var results = await Task.WhenAll(released.Deliveries.Select(delivery => DeliverAsync(context, delivery)));
        if (input.Notifies)
        {
            // By itself: a receiver that is down does not keep the report from ending.
            context.StartOrchestration(
                nameof(NotifyReceiver),
                new NotifyInput(input.ReportId, context.InstanceId),
                new TaskOptions(InstanceId: DeliveryNames.InstanceOfReceipt(context.InstanceId)));
        }

        return [.. results, .. released.Stopped];
    }

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
                nameof(RecordDelivery), new RecordDeliveryInput(delivery.DeliveryId, DeliveryState.Failed, reason), Retries.ThroughOutages);
            if (delivery.Policies is { MayDigest: true })
            {
                await SettleDigest.SettleAsync(context, delivery.DeliveryId, DeliveryState.Failed, isInDoubt: true);
            }

            await SettleFlights.SettleAsync(context, delivery);
            return new(delivery.DeliveryId, DeliveryState.Failed, reason);
        }
    }
}
