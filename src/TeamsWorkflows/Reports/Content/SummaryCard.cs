using System.Globalization;
using System.Text;
using System.Text.Json;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports.Content;

/// <summary>Our own small cards: the one that carries a message's marker, and the one that stands for a report in a file.</summary>
internal static class SummaryCard
{
    public const int ExcerptLength = 600;

    /// <summary>Title and reference, beside a message that says the rest.</summary>
    public static string OfReference(string title, string reference) => Write(json =>
    {
        WriteText(json, title, "Bolder", isSubtle: false);
        WriteText(json, $"Reference {reference}", "Default", isSubtle: true);
    });

    /// <summary>Title and the whole report as text, for places that show nothing but cards.</summary>
    public static string OfText(ReportDocument report, Envelope envelope) => Write(json =>
    {
        WriteText(json, report.Subject, "Bolder", isSubtle: false);
        if (envelope.Note is { } note)
        {
            WriteText(json, note, "Default", isSubtle: true);
        }

        WriteText(json, report.Content.ToText(), "Default", isSubtle: false);
        WriteText(json, $"Reference {envelope.Reference}", "Default", isSubtle: true);
    });

    /// <summary>Title, the beginning of the report, and the link to the whole of it.</summary>
    public static string Of(ReportDocument report, string reference, UploadedFile whole) => Write(
        json =>
        {
            WriteText(json, report.Title, "Bolder", isSubtle: false);
            WriteText(json, Excerpt(report.PlainMentions(report.Content.ToText())), "Default", isSubtle: false);
            WriteText(json, $"This is the beginning. The whole report is in the file {whole.Name}.", "Default", isSubtle: false);
            WriteText(json, $"Reference {reference}", "Default", isSubtle: true);
        },
        whole.WebUrl);

    /// <summary>Cuts a text at the end of a line or a word, and marks that it goes on.</summary>
    public static string Excerpt(string text)
    {
        if (text.Length <= ExcerptLength)
        {
            return text;
        }

        var head = text[..ExcerptLength];
        var end = head.LastIndexOfAny(['\n', ' ']);
        return string.Create(CultureInfo.InvariantCulture, $"{head[..(end > ExcerptLength / 2 ? end : ExcerptLength - 1)].TrimEnd()} …");
    }

    private static string Write(Action<Utf8JsonWriter> body, string? link = null)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "AdaptiveCard");
            json.WriteString("version", "1.4");
            json.WriteStartArray("body");
            body(json);
            json.WriteEndArray();
            if (link is not null)
            {
                json.WriteStartArray("actions");
                json.WriteStartObject();
                json.WriteString("type", "Action.OpenUrl");
                json.WriteString("title", "Open the whole report");
                json.WriteString("url", link);
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
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
