using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Approvals;

/// <summary>A report's wait for its approval, before any of its deliveries is begun.</summary>
internal static class ApprovalStage
{
    /// <returns>The deliveries that go on, and what became of the others.</returns>
    public static async Task<ReleasedDeliveries> PassAsync(
        TaskOrchestrationContext context, AwaitApprovalInput approval, IReadOnlyList<DeliverToDestinationInput> deliveries)
    {
        var verdict = await VerdictAsync(context, approval);
        var stopped = verdict.Stopped.Select(static d => d.DeliveryId).ToHashSet(StringComparer.Ordinal);
        var waited = context.CurrentUtcDateTime - approval.HandedOverAt;
        return new([.. deliveries.Where(d => !stopped.Contains(d.DeliveryId)).Select(d => Later(d, waited))], verdict.Stopped);
    }

    private static async Task<ApprovalVerdict> VerdictAsync(TaskOrchestrationContext context, AwaitApprovalInput approval)
    {
        try
        {
            return await context.CallSubOrchestratorAsync<ApprovalVerdict>(
                nameof(AwaitApproval), approval, new TaskOptions(InstanceId: ApprovalNames.Instance(approval.ReportId)));
        }
        catch (TaskFailedException e)
        {
            var abandoned = new SettleApprovalInput(approval.ReportId, SettleMoment.Abandoned, $"The approval stopped: {e.FailureDetails.ErrorMessage}");
            return await context.CallActivityAsync<ApprovalVerdict>(nameof(SettleApproval), abandoned, Retries.ThroughOutages);
        }
    }

    // Patience is for Teams: what people took to decide is not taken from it.
    private static DeliverToDestinationInput Later(DeliverToDestinationInput delivery, TimeSpan waited) => delivery with
    {
        Deadline = delivery.Deadline + waited,
        Policies = delivery.Policies is { } policies
            ? policies with { LateFrom = policies.LateFrom + waited, MailAt = policies.MailAt + waited }
            : null,
    };
}

/// <param name="Stopped">What became of those that do not go on.</param>
internal sealed record ReleasedDeliveries(IReadOnlyList<DeliverToDestinationInput> Deliveries, IReadOnlyList<DeliveryResult> Stopped);
