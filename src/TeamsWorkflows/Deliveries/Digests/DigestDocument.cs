using System.Globalization;
using System.Text;
using System.Text.Json;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Deliveries.Digests;

/// <param name="AcceptedAt">When it was handed over.</param>
/// <param name="IsMailed">Whether it has gone out by e-mail meanwhile.</param>
internal sealed record DigestPart(ReportDocument Report, DateTimeOffset AcceptedAt, bool IsMailed);

/// <summary>Several reports as one document; pure.</summary>
internal static class DigestDocument
{
    /// <summary>The most reports in one digest: more is a list that nobody reads.</summary>
    public const int MaxReports = 25;

    /// <summary>The most bytes that its reports take; the rest is for what stands around them.</summary>
    public const int MaxBytes = ChannelMessageLimits.MaxMessageBytes - (3 * 1024);

    private const int BytesBesideReport = 300; // when it was handed over, in JSON

    /// <summary>How many bytes of a message a report takes as it is sent.</summary>
    /// <returns>Null: it goes by itself, as it is too large, or more than a text with a title.</returns>
    public static int? SizeOf(ReportDocument report)
    {
        if (report is { Content: ReportContent.Card } or { Attachments.Count: > 0 } or { Mentions.Count: > 0 } or { Thread: not null })
        {
            return null;
        }

        var size = BytesBesideReport + JsonEncodedText.Encode(Body(report)).EncodedUtf8Bytes.Length;
        return size <= MaxBytes ? size : null;
    }

    /// <summary>Makes one document of several, each under its title with the time when it was handed over.</summary>
    public static ReportDocument Of(IReadOnlyList<DigestPart> parts, DateTimeOffset now)
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"{parts.Count} reports");
        var html = new StringBuilder();
        foreach (var part in parts)
        {
            var mailed = part.IsMailed ? "; already sent by e-mail" : "";
            html.Append(Body(part.Report)).Append(CultureInfo.InvariantCulture, $"<p><em>Handed over at {DeliveryNotes.Time(part.AcceptedAt, now)}{mailed}.</em></p>");
        }

        return new(title, title, new ReportContent.Html(html.ToString()), parts.Max(static p => p.Report.Importance), [], []);
    }

    private static string Body(ReportDocument report) => $"<h3>{HtmlText.Encode(report.Subject)}</h3>{report.Content.ToHtml()}";
}
