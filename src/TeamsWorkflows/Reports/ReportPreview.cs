using System.Text;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports;

/// <summary>What each destination would get, made by the very code that sends it.</summary>
/// <param name="RemovedHtml">What was taken out of an HTML body: tags and attributes, each once.</param>
public sealed record ReportPreview(IReadOnlyList<DestinationPreview> Destinations, IReadOnlyList<string> RemovedHtml)
{
    // Recognised as a sample; a real delivery has a marker of its own.
    private static readonly Guid SampleMarker = DeliveryNames.Card("preview");

    internal static ReportPreview Of(ReportRequest request, ReportDocument report) => new(
        [.. request.Destinations!.Select(d => Of(d!, report, SampleMarker))],
        request is { Format: ReportFormat.Html, Body: { } html } ? Content.HtmlCleaner.Clean(html).Removed : []);

    /// <summary>Makes what is really sent, as far as it is known before any file is uploaded.</summary>
    internal static Rendering Render(Destination destination, ReportDocument report, Guid marker)
    {
        var way = WayBook.Of(destination);
        var files = ChannelFiles.Expected(report, FilesOf(way.Plan(destination, report)), marker);
        return way.Render(destination, report, new(marker, files));
    }

    /// <param name="marker">The delivery's own, or a sample.</param>
    internal static DestinationPreview Of(Destination destination, ReportDocument report, Guid marker)
    {
        var way = WayBook.Of(destination);
        var plan = way.Plan(destination, report);
        var rendering = Render(destination, report, marker);
        return new(
            way.Kind,
            destination.Shown,
            rendering.ContentType,
            rendering.Payload.Length,
            rendering.MaxBytes,
            Encoding.UTF8.GetString(rendering.Payload.Span),
            [.. FilesOf(plan).Select(n => way.FilePath(destination, report, n, marker))],
            rendering.Notes);
    }

    private static IEnumerable<int> FilesOf(DeliveryPlan plan)
        => plan.Before.Where(static s => s.Activity == nameof(UploadFile)).Select(static s => s.Number);
}

/// <summary>What one destination would get.</summary>
/// <param name="SizeBytes">Of the payload, as it is really sent.</param>
/// <param name="MaxBytes">The most that is taken there.</param>
/// <param name="Payload">The payload itself; addresses of files that are not uploaded yet are placeholders.</param>
/// <param name="Files">The names of the files that are uploaded before.</param>
/// <param name="Notes">What is done differently from what was handed over, such as that the whole is in a file.</param>
public sealed record DestinationPreview(
    string Kind,
    Destination Destination,
    string ContentType,
    int SizeBytes,
    int MaxBytes,
    string Payload,
    IReadOnlyList<string> Files,
    IReadOnlyList<string> Notes);
