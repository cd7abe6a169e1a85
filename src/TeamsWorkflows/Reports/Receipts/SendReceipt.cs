using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Http;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports.Receipts;

/// <summary>Sends a report's receipt to its webhook, signed, with an identifier by which the receiver drops repeats.</summary>
internal sealed class SendReceipt(Database database, ReportDesk reports, DestinationVault vault, AddressCaller caller, TimeProvider time)
    : TaskActivity<NotifyInput, NotifyOutcome>
{
    private const int Gone = 410;

    public override async Task<NotifyOutcome> RunAsync(TaskActivityContext context, NotifyInput input)
    {
        var sealedReceiver = await database.ReadAsync(
            db => db.Reports.Where(r => r.Id == input.ReportId).Select(r => r.ProtectedNotify).SingleOrDefaultAsync(context.CancellationToken),
            context.CancellationToken);
        if (sealedReceiver is null || await reports.FindAsync(input.ReportId, context.CancellationToken) is not { } report)
        {
            return new(IsTaken: false, IsWorthAnother: false, RetryAfter: null, "nothing: the report is gone");
        }

        var receiver = vault.Open<WebhookDestination>(sealedReceiver);
        var id = DeliveryNames.Card(input.Id).ToString("N");
        var body = ReceiptJson.Write(new(id, ReceiptCall.Ended, ReportReceipt.Of(report)));
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        List<(string, string)> headers = [("Idempotency-Key", id), ("X-TeamsWorkflows-Timestamp", timestamp)];
        if (receiver.Secret is { } secret)
        {
            headers.Add(("X-TeamsWorkflows-Signature", WebhookWay.Sign(secret, timestamp, body)));
        }

        var answer = await caller.PostAsync(new(receiver.Url!), "application/json", body, headers, context.CancellationToken);
        if (answer.IsSuccess)
        {
            await RecordAsync(input.ReportId, context.CancellationToken);
        }

        return new(
            answer.IsSuccess,
            answer is { IsBlocked: false, Status: not Gone },
            answer.Evidence.RetryAfter,
            answer.Status is { } status ? status.ToString(CultureInfo.InvariantCulture) : "nothing");
    }

    private Task RecordAsync(string reportId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return database.WriteAsync(
            db => db.Reports.Where(r => r.Id == reportId).ExecuteUpdateAsync(set => set.SetProperty(r => r.NotifiedAt, _ => now), cancellationToken),
            cancellationToken);
    }
}
