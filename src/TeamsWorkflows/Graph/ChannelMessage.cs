using System.Net;
using System.Text.Json;
using Markdig;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Serialization.Json;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Graph;

/// <summary>A report as a channel message: its text as HTML, and a small card that carries the marker.</summary>
/// <remarks>
/// Graph has no idempotency key for messages. What survives the round trip is the identifier of a card attachment, any
/// GUID of ours, so the delivery's key is put there and found again by a read-back.
/// </remarks>
/// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-post"/>
internal static class ChannelMessage
{
    private const string CardContentType = "application/vnd.microsoft.card.adaptive";

    private static readonly MarkdownPipeline Markdown =
        new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().Build();

    public static ChatMessage Build(string title, string body, ReportFormat format, Guid cardId) => new()
    {
        Subject = title,
        Body = new ItemBody
        {
            ContentType = BodyType.Html,
            Content = $"{ToHtml(body, format)}<attachment id=\"{cardId:N}\"></attachment>",
        },
        Attachments =
        [
            new ChatMessageAttachment { Id = cardId.ToString("N"), ContentType = CardContentType, Content = Card(title, cardId) },
        ],
    };

    /// <summary>Measures the JSON that is really sent.</summary>
    /// <returns>Bytes.</returns>
    public static long SizeOf(string title, string body, ReportFormat format)
    {
        using var writer = new JsonSerializationWriter();
        writer.WriteObjectValue(null, Build(title, body, format, Guid.Empty));
        using var content = writer.GetSerializedContent();
        return content.Length;
    }

    /// <summary>Finds the message that carries the marker.</summary>
    public static bool Carries(ChatMessage message, Guid cardId)
        => message.Attachments?.Exists(a => Guid.TryParse(a.Id, out var id) && id == cardId) == true;

    public static string ToHtml(string body, ReportFormat format) => format switch
    {
        ReportFormat.Markdown => Markdig.Markdown.ToHtml(body, Markdown),
        _ => $"<pre>{WebUtility.HtmlEncode(body)}</pre>",
    };

    private static string Card(string title, Guid cardId)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "AdaptiveCard");
            json.WriteString("version", "1.4");
            json.WriteStartArray("body");
            WriteText(json, title, "Bolder", isSubtle: false);
            WriteText(json, $"Reference {DeliveryNames.Reference(cardId)}", "Default", isSubtle: true);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteText(Utf8JsonWriter json, string text, string weight, bool isSubtle)
    {
        json.WriteStartObject();
        json.WriteString("type", "TextBlock");
        json.WriteString("text", text);
        json.WriteString("weight", weight);
        json.WriteBoolean("isSubtle", isSubtle);
        json.WriteBoolean("wrap", value: true);
        json.WriteEndObject();
    }
}
