using Microsoft.Graph.Models;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>Puts one file of a report into the channel's folder. A file of the same name is replaced, so it may be done again.</summary>
internal sealed class UploadFile(AttemptRunner attempts, ReportFiles files) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.RepeatableAsync(
        AttemptKind.Upload,
        input,
        (subject, accessToken) => files.PutAsync(subject, accessToken!, input.Step, (name, item) => Uploaded(input.Step, name, item), context.CancellationToken),
        context.CancellationToken);

    private static FilePut? Uploaded(int number, string name, DriveItem item)
    {
        if (item.WebUrl is not { } webUrl || ItemIdOf(item) is not { } itemId)
        {
            return null;
        }

        var uploaded = new UploadedFile(number, name, itemId, webUrl);
        return new(
            new PostOutcome.Prepared(name),
            row => row.Files = WorkflowJson.Write<UploadedFile[]>(
                [.. (WorkflowJson.Read<UploadedFile[]>(row.Files) ?? []).Where(f => f.Number != number), uploaded]));
    }

    // "{GUID},version": the GUID is what a message refers to the file by.
    private static string? ItemIdOf(DriveItem item)
        => item.ETag?.Trim('"').Split(',')[0] is { } text && Guid.TryParse(text, out var id) ? id.ToString("D") : null;
}

/// <summary>Puts the report itself into the channel's folder, as the delivery's end.</summary>
internal sealed class PutReportFile(AttemptRunner attempts, ReportFiles files) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.RepeatableAsync(
        AttemptKind.Post,
        input,
        (subject, accessToken) => files.PutAsync(
            subject,
            accessToken!,
            number: 0,
            static (_, item) => item.Id is { } id ? new(new PostOutcome.Posted(id, item.WebUrl)) : null,
            context.CancellationToken),
        context.CancellationToken);
}
