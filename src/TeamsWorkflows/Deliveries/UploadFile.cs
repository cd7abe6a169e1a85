using Microsoft.EntityFrameworkCore;
using Microsoft.Graph.Models;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>Puts one file of a report into the channel's folder. A file of the same name is replaced, so it may be done again.</summary>
internal sealed class UploadFile(AttemptRunner attempts, TeamsFiles files, Database database) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.RepeatableAsync(
        AttemptKind.Upload,
        input,
        async (subject, accessToken) =>
        {
            var (delivery, report) = (subject.Delivery, ReportDocument.From(subject.Report));
            var name = ChannelFiles.NameOf(report, input.Step, delivery.CardId);
            var (contentType, bytes) = await ReadAsync(subject.Report.Id, report, input.Step, context.CancellationToken);
            var requestId = files.NewRequestId();
            var result = await files.PutAsync(
                accessToken!, delivery.TeamId!, delivery.ChannelId!, name, contentType, bytes, requestId, context.CancellationToken);
            if (result is GraphResult<DriveItem>.Success { Value: { WebUrl: { } webUrl } item } success && ItemIdOf(item) is { } itemId)
            {
                var uploaded = new UploadedFile(input.Step, name, itemId, webUrl);
                return new(new PostOutcome.Prepared(name), success.Exchange.Status, success.Exchange.RequestId, requestId, Evidence: null)
                {
                    Note = row => row.Files = WorkflowJson.Write<UploadedFile[]>(
                        [.. (WorkflowJson.Read<UploadedFile[]>(row.Files) ?? []).Where(f => f.Number != input.Step), uploaded]),
                };
            }

            var evidence = result switch
            {
                GraphResult<DriveItem>.Failure f => f.Evidence,
                GraphResult<DriveItem>.Success s => s.Exchange.ToEvidence(delivery.UpdatedAt, requestId, exception: null),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            return AttemptTrace.Failed(Outcomes.OfRead(evidence.Status, Diagnostician.Diagnose(evidence)), evidence);
        },
        context.CancellationToken);

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

    // "{GUID},version": the GUID is what a message refers to the file by.
    private static string? ItemIdOf(DriveItem item)
        => item.ETag?.Trim('"').Split(',')[0] is { } text && Guid.TryParse(text, out var id) ? id.ToString("D") : null;
}
