using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Fallback;

/// <summary>A report as a mail: its text twice, as HTML and plain, its attachments, and its reference.</summary>
internal static class ReportMail
{
    /// <param name="subject">The subject, to which the reference is added.</param>
    /// <param name="why">A sentence below the report, such as why it comes by e-mail; null: none.</param>
    /// <param name="attachments">The bytes of all its attachments, in their order.</param>
    public static Mail Compose(
        ReportDocument report, Envelope envelope, string subject, string? why, IReadOnlyList<string> recipients, IEnumerable<AttachmentRow> attachments)
    {
        var (reference, note) = (envelope.Reference, envelope.Note);
        return new(
            envelope.Marker.ToString("N"),
            recipients,
            $"{subject} [{reference}]",
            $"{(note is null ? "" : $"{note}\n\n")}{report.PlainMentions(report.Content.ToText())}\n\n-- \n{(why is null ? "" : $"{why}\n")}Reference {reference}",
            ToHtml(report, envelope, why))
        {
            IsImportant = report.Importance != MessageImportance.Normal,
            Files = [.. report.Attachments.Zip(attachments).Select(static f => new MailFile(f.First.Name, f.First.ContentType, f.Second.Content))],
        };
    }

    public static string ToHtml(ReportDocument report, Envelope envelope, string? why)
    {
        var note = envelope.Note is { } text ? $"<p><em>{HtmlText.Encode(text)}</em></p>" : "";
        var reason = why is null ? "" : $"{HtmlText.Encode(why)}<br>";
        return $"{note}{report.PlainMentionsInHtml(report.Content.ToHtml())}<hr><p>{reason}Reference {envelope.Reference}</p>";
    }
}
