using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Approvals;

/// <summary>Reads what an approval has come to, ends it when it is time, and shows in the ledger what that means. Twice is once.</summary>
internal sealed partial class SettleApproval(Database database, TimeProvider time, ILogger<SettleApproval> logger) : TaskActivity<SettleApprovalInput, ApprovalVerdict>
{
    public override async Task<ApprovalVerdict> RunAsync(TaskActivityContext context, SettleApprovalInput input)
    {
        var (verdict, ended) = await database.WriteAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var approval = await db.Approvals.SingleAsync(a => a.ReportId == input.ReportId, context.CancellationToken);
                var deliveries = await db.Deliveries.Where(d => d.ReportId == input.ReportId && d.ResendOf == null).ToListAsync(context.CancellationToken);
                var wasOpen = approval.State == ApprovalState.Waiting;
                Close(approval, deliveries, input, now);
                deliveries.FindAll(IsBehindIt).ForEach(d => Show(d, approval, now));
                return (Verdict(approval, deliveries), wasOpen && approval.State != ApprovalState.Waiting ? approval : null);
            },
            context.CancellationToken);
        if (ended is not null)
        {
            ApprovalTelemetry.Closed(ended.State, time.GetUtcNow() - ended.CreatedAt);
            Log.Ended(logger, ended.ReportId, ended.State);
        }

        return verdict;
    }

    /// <summary>Whether a delivery has not gone beyond its report's approval.</summary>
    private static bool IsBehindIt(DeliveryRow delivery) => delivery.State is DeliveryState.Accepted or DeliveryState.AwaitingApproval;

    private static void Close(ApprovalRow approval, List<DeliveryRow> deliveries, SettleApprovalInput input, DateTimeOffset now)
    {
        if (approval.State != ApprovalState.Waiting)
        {
            return;
        }

        (ApprovalState State, string Reason)? end = input.Moment switch
        {
            SettleMoment.Abandoned => (ApprovalState.Cancelled, input.Because!),
            _ when !deliveries.Exists(IsBehindIt) => (ApprovalState.Cancelled, "The report was cancelled."),
            SettleMoment.Expired when approval.OnExpiry == ExpiryAction.Release => (ApprovalState.Released, "Nobody decided in time; the report goes out all the same, as it asked."),
            SettleMoment.Expired => (ApprovalState.Expired, "Not enough people approved it in time."),
            _ => null,
        };
        if (end is { } known)
        {
            (approval.State, approval.Reason, approval.ClosedAt) = (known.State, known.Reason, now);
        }
    }

    private static void Show(DeliveryRow delivery, ApprovalRow approval, DateTimeOffset now)
    {
        var (state, reason) = approval.State switch
        {
            ApprovalState.Waiting => (DeliveryState.AwaitingApproval, "Waits for its approval."),
            ApprovalState.Approved or ApprovalState.Released => (DeliveryState.Accepted, approval.Reason),
            _ => (DeliveryState.NotApproved, approval.Reason),
        };
        if (delivery.State != state)
        {
            (delivery.State, delivery.Reason, delivery.UpdatedAt) = (state, reason, now);
        }
    }

    private static ApprovalVerdict Verdict(ApprovalRow approval, List<DeliveryRow> deliveries) => new(
        approval.State,
        [.. deliveries.Where(static d => d.State.IsEnd()).OrderBy(static d => d.Id, StringComparer.Ordinal).Select(static d => new DeliveryResult(d.Id, d.State, d.Reason))]);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The approval of report {Report} ended: {State}, without a decision")]
        public static partial void Ended(ILogger logger, string report, ApprovalState state);
    }
}
