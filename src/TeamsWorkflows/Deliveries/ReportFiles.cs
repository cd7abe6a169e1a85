using Microsoft.EntityFrameworkCore;
using Microsoft.Graph.Models;
using TeamsWorkflows.Data;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>Puts files of a report into the folder of its channel.</summary>
internal sealed class ReportFiles(TeamsFiles files, Database database)
{
    /// <param name="number">0: the report itself; from 1: its attachments.</param>
    /// <param name="note">Says what a file that lies there means; null: the answer does not hold what is needed.</param>
    public async Task<AttemptTrace> PutAsync(
        AttemptSubject subject, string accessToken, int number, Func<string, DriveItem, FilePut?> note, CancellationToken cancellationToken)
    {
        var (delivery, report) = (subject.Delivery, ReportDocument.From(subject.Report));
        var destination = WorkflowJson.Read<Destination>(delivery.Destination)!;
        var path = WayBook.Of(destination).FilePath(destination, report, number, delivery.CardId);
        var (contentType, bytes) = await ReadAsync(subject.Report.Id, report, number, cancellationToken);
        var requestId = files.NewRequestId();
        var result = await files.PutAsync(
            accessToken, delivery.TeamId!, delivery.ChannelId!, path, contentType, bytes, requestId, cancellationToken);
        if (result is GraphResult<DriveItem>.Success { Value: { } item } success && note(path, item) is { } put)
        {
            return new(put.Outcome, success.Exchange.Status, success.Exchange.RequestId, requestId, Evidence: null) { Note = put.Note };
        }

        return MessageTraces.OfUnanswered(result, delivery.UpdatedAt, requestId);
    }

    private async Task<(string ContentType, byte[] Bytes)> ReadAsync(
        string reportId, ReportDocument report, int number, CancellationToken cancellationToken)
    {
        if (number == 0)
        {
            var whole = report.Content.ToFile(report.Title);
            return (whole.ContentType, whole.Bytes);
        }

        var attached = await database.ReadAsync(
            db => db.Attachments.SingleAsync(a => a.ReportId == reportId && a.Number == number, cancellationToken), cancellationToken);
        return (report.Attachments[number - 1].ContentType, attached.Content);
    }
}

/// <summary>What a file that lies in its folder means for the delivery.</summary>
/// <param name="Note">What the ledger's row learns by it; null: nothing.</param>
internal sealed record FilePut(PostOutcome Outcome, Action<DeliveryRow>? Note = null);
