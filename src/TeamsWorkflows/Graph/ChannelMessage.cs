using System.Globalization;
using System.Text;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Serialization.Json;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Graph;

/// <summary>A report as a message of Teams: its text as HTML, and a card that carries the marker.</summary>
/// <remarks>
/// Graph has no idempotency key for messages. What survives the round trip is the identifier of a card attachment, any
/// GUID of ours, so the delivery's key is put there and found again by a read-back.
/// </remarks>
/// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-post"/>
internal static class ChannelMessage
{
    private const string CardContentType = "application/vnd.microsoft.card.adaptive";

    public static ChatMessage Build(ReportDocument report, Envelope envelope)
    {
        var whole = envelope.Files.FirstOrDefault(static f => f.Number == 0);
        ChatMessage message = new()
        {
            Subject = report.Subject,
            Importance = report.Importance switch
            {
                MessageImportance.High => ChatMessageImportance.High,
                MessageImportance.Urgent => ChatMessageImportance.Urgent,
                _ => ChatMessageImportance.Normal,
            },
            Body = new ItemBody { ContentType = BodyType.Html, Content = Body(report, envelope, whole is not null) },
            Attachments =
            [
                new() { Id = envelope.Marker.ToString("N"), ContentType = CardContentType, Content = Card(report, envelope, whole) },
                .. envelope.Files.Select(static f => new ChatMessageAttachment
                {
                    Id = f.ItemId, ContentType = "reference", ContentUrl = f.WebUrl, Name = f.Name,
                }),
            ],
        };
        if (report.Mentions.Count > 0)
        {
            message.Mentions = [.. report.Mentions.Select(ToMention)]; // a property that was set to null is sent as null
        }

        return message;
    }

    /// <summary>Makes the bytes that are really sent.</summary>
    public static Rendering Render(ReportDocument report, Envelope envelope)
    {
        using var writer = new JsonSerializationWriter();
        writer.WriteObjectValue(null, Build(report, envelope));
        using var content = writer.GetSerializedContent();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return new(
            "application/json",
            bytes.ToArray(),
            ChannelMessageLimits.MaxMessageBytes,
            envelope.Files.Any(static f => f.Number == 0)
                ? ["The report is too large for a message: the whole of it is a file in the channel's folder, and the message a summary with its link."]
                : []);
    }

    /// <summary>Finds the message that carries the marker.</summary>
    public static bool Carries(ChatMessage message, Guid marker)
        => message.Attachments?.Exists(a => Guid.TryParse(a.Id, out var id) && id == marker) == true;

    private static string Body(ReportDocument report, Envelope envelope, bool isSummary)
    {
        var html = new StringBuilder();
        if (envelope.Note is { } note)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p><em>{HtmlText.Encode(note)}</em></p>");
        }

        // A card says everything itself; a summary is a card, too.
        var text = isSummary || report.Content is ReportContent.Card ? "" : report.Content.ToHtml();
        AppendMentioning(html, report, text);
        html.Append(CultureInfo.InvariantCulture, $"<attachment id=\"{envelope.Marker:N}\"></attachment>");
        foreach (var file in envelope.Files)
        {
            html.Append(CultureInfo.InvariantCulture, $"<attachment id=\"{file.ItemId}\"></attachment>");
        }

        return html.ToString();
    }

    private static void AppendMentioning(StringBuilder html, ReportDocument report, string text)
    {
        var before = new StringBuilder();
        for (var i = 0; i < report.Mentions.Count; i++)
        {
            var name = HtmlText.Encode(report.Mentions[i].Name);
            var (place, tag) = ($"@[{name}]", $"<at id=\"{i}\">{name}</at>");
            if (text.Contains(place, StringComparison.Ordinal))
            {
                text = text.Replace(place, tag, StringComparison.Ordinal);
            }
            else
            {
                before.Append(before.Length == 0 ? "" : ", ").Append(tag);
            }
        }

        html.Append(before.Length == 0 ? "" : $"<p>{before}</p>").Append(text);
    }

    private static ChatMessageMention ToMention(Mention mention, int i) => new()
    {
        Id = i,
        MentionText = mention.Name,
        Mentioned = new()
        {
            User = new Identity
            {
                Id = mention.UserId.ToString("D"),
                DisplayName = mention.Name,
                AdditionalData = new Dictionary<string, object>(StringComparer.Ordinal) { ["userIdentityType"] = "aadUser" },
            },
        },
    };

    private static string Card(ReportDocument report, Envelope envelope, UploadedFile? whole) => whole is not null
        ? SummaryCard.Of(report, envelope.Reference, whole)
        : report.Content is ReportContent.Card card ? card.Json
        : SummaryCard.OfReference(report.Title, envelope.Reference);
}
