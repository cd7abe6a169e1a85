using TeamsWorkflows.Cases;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Approvals;

/// <summary>Waits until a report is approved, refused, cancelled or too old, and has people reminded on the way.</summary>
/// <remarks>
/// What people decide is decided in the database, in one transaction; the event only says that there is something to read.
/// So two who decide at once, and an end of the time in the same moment, come to one result, and an event that comes twice does
/// no harm. Mails go out by an orchestration of their own: a mail server that is down holds no decision up.
/// </remarks>
internal sealed class AwaitApproval : TaskOrchestrator<AwaitApprovalInput, ApprovalVerdict>
{
    /// <summary>The event that says that the approval is over.</summary>
    public const string Closed = "ApprovalClosed";

    public override async Task<ApprovalVerdict> RunAsync(TaskOrchestrationContext context, AwaitApprovalInput input)
    {
        context.SetCustomStatus(new DeliveryProgress("waiting for approval", input.ExpiresAt));
        var verdict = await SettleAsync(context, input, SettleMoment.Opened);
        if (verdict.State == ApprovalState.Waiting)
        {
            Mail(context, new(input.ReportId, input.Approvers, ApprovalMailKind.Ask));
        }

        var nudges = new Queue<CaseNudge>(input.Chase?.Nudges().Where(n => input.HandedOverAt + n.After < input.ExpiresAt) ?? []);
        while (verdict.State == ApprovalState.Waiting)
        {
            nudges.TryPeek(out var nudge);
            if (await IsToldAsync(context, nudge is null ? input.ExpiresAt : input.HandedOverAt + nudge.After))
            {
                verdict = await SettleAsync(context, input, SettleMoment.Told); // it may go on: a part of it was cancelled
                continue;
            }

            nudges.TryDequeue(out _);
            verdict = await OnTimeAsync(context, input, nudge) ?? verdict;
        }

        return verdict;
    }

    // Null: it goes on.
    private static async Task<ApprovalVerdict?> OnTimeAsync(TaskOrchestrationContext context, AwaitApprovalInput input, CaseNudge? nudge)
    {
        if (nudge is null)
        {
            return await SettleAsync(context, input, SettleMoment.Expired);
        }

        Mail(context, nudge.IsEscalation
            ? new(input.ReportId, input.Escalations, ApprovalMailKind.Escalate)
            : new(input.ReportId, input.Approvers, ApprovalMailKind.Remind, nudge.Number));
        return null;
    }

    private static async Task<bool> IsToldAsync(TaskOrchestrationContext context, DateTimeOffset until)
    {
        using var over = new CancellationTokenSource();
        var told = context.WaitForExternalEvent<bool>(Closed, over.Token);
        var winner = await Task.WhenAny(told, context.CreateTimer(until, over.Token));
#pragma warning disable CA1849, MA0042, VSTHRD103 // CancelAsync would leave the orchestrator's thread
        over.Cancel();
#pragma warning restore CA1849, MA0042, VSTHRD103
        return winner == told;
    }

    private static void Mail(TaskOrchestrationContext context, AskApproversInput input)
        => context.StartOrchestration(nameof(AskApprovers), input, new TaskOptions(InstanceId: ApprovalNames.InstanceOfMails(input)));

    private static Task<ApprovalVerdict> SettleAsync(TaskOrchestrationContext context, AwaitApprovalInput input, SettleMoment moment)
        => context.CallActivityAsync<ApprovalVerdict>(nameof(SettleApproval), new SettleApprovalInput(input.ReportId, moment), Retries.ThroughOutages);
}

/// <summary>Mails everybody who is asked, each by itself: an address that is refused keeps no other from its mail.</summary>
internal sealed class AskApprovers : TaskOrchestrator<AskApproversInput, bool>
{
    /// <returns>Whether all mails were taken that were still wanted.</returns>
    public override async Task<bool> RunAsync(TaskOrchestrationContext context, AskApproversInput input)
        => (await Task.WhenAll(input.Approvers.Select(n => AskAsync(context, new(input.ReportId, n, input.Kind, input.Number))))).All(static isTaken => isTaken);

    private static async Task<bool> AskAsync(TaskOrchestrationContext context, AskApproverInput input)
    {
        try
        {
            await context.CallActivityAsync<bool>(nameof(AskApprover), input, Retries.OfMail);
            return true;
        }
        catch (TaskFailedException)
        {
            return false; // the approver's row says why; the next reminder is another try
        }
    }
}
