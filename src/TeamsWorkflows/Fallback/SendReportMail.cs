using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Fallback;

/// <summary>Sends a report by e-mail because Teams did not take it; the mail carries the delivery's key.</summary>
/// <remarks>
/// A mail server gives no way to ask whether a mail was taken, so a process that dies in between sends it again: with the
/// same Message-ID, by which receivers drop repeats.
/// </remarks>
internal sealed class SendReportMail(Database database, Mailer mailer, TimeProvider time) : TaskActivity<AttemptInput, PostOutcome>
{
    public override async Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input)
    {
        var (delivery, report, earlier) = await database.ReadAsync(
            async db =>
            {
                var delivery = await db.Deliveries.SingleAsync(d => d.Id == input.DeliveryId, context.CancellationToken);
                var report = await db.Reports.Include(r => r.Attachments).SingleAsync(r => r.Id == delivery.ReportId, context.CancellationToken);
                var earlier = await db.Attempts.SingleOrDefaultAsync(
                    a => a.DeliveryId == input.DeliveryId && a.Number == input.Number, context.CancellationToken);
                return (delivery, report, earlier);
            },
            context.CancellationToken);
        if (WorkflowJson.Read<PostOutcome>(earlier?.Outcome) is { } recorded)
        {
            return recorded;
        }

        var startedAt = time.GetUtcNow();
        var outcome = new PostOutcome.Mailed(await mailer.SendAsync(Mail(report, delivery, input.Note), context.CancellationToken));
        await RecordAsync(input, outcome, startedAt, CancellationToken.None);
        return outcome;
    }

    private static Mail Mail(ReportRow report, DeliveryRow delivery, string? note)
    {
        var document = ReportDocument.From(report);
        return ReportMail.Compose(
            document,
            new(delivery.CardId, []),
            report.Title,
            note is null ? "Teams could not be reached." : $"Why this comes by e-mail: {note}",
            report.FallbackRecipients.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            report.Attachments.OrderBy(static a => a.Number));
    }

    private Task RecordAsync(AttemptInput input, PostOutcome.Mailed outcome, DateTimeOffset startedAt, CancellationToken cancellationToken)
        => database.WriteAsync(
            async db =>
            {
                db.Attempts.Add(new AttemptRow
                {
                    DeliveryId = input.DeliveryId,
                    Number = input.Number,
                    Kind = AttemptKind.Mail,
                    StartedAt = startedAt,
                    EndedAt = time.GetUtcNow(),
                    Outcome = WorkflowJson.Write<PostOutcome>(outcome),
                });
                var delivery = await db.Deliveries.SingleAsync(d => d.Id == input.DeliveryId, cancellationToken);
                (delivery.State, delivery.Reason, delivery.MailMessageId, delivery.UpdatedAt)
                    = (input.GoesOn ? DeliveryState.Waiting : DeliveryState.FellBack, input.Note, outcome.MailMessageId, time.GetUtcNow());
            },
            cancellationToken);
}
