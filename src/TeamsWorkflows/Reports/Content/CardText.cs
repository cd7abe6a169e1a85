using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeamsWorkflows.Reports.Content;

/// <summary>What a card says, for places that show no cards: its texts, facts and links, in order.</summary>
internal static class CardText
{
    public static string ToText(string json) => string.Join('\n', Lines(json));

    public static string ToHtml(string json) => string.Concat(Lines(json).Select(static l => $"<p>{HtmlText.Encode(l)}</p>"));

    /// <summary>The card with a sentence above everything else.</summary>
    /// <param name="note">Null: the card as it is.</param>
    public static string WithNote(string json, string? note)
    {
        if (note is null)
        {
            return json;
        }

        var card = JsonNode.Parse(json)!.AsObject();
        if (card["body"] is not JsonArray body)
        {
            card["body"] = body = [];
        }

        body.Insert(0, new JsonObject { ["type"] = "TextBlock", ["text"] = note, ["wrap"] = true, ["isSubtle"] = true });
        return card.ToJsonString();
    }

    private static List<string> Lines(string json)
    {
        using var card = JsonDocument.Parse(json);
        var lines = new List<string>();
        Walk(card.RootElement, lines);
        return lines;
    }

    private static void Walk(JsonElement element, List<string> lines)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Walk(item, lines);
                }

                break;

            case JsonValueKind.Object:
                if (Own(element) is { Length: > 0 } line)
                {
                    lines.Add(line);
                }

                foreach (var member in element.EnumerateObject().Where(static m => m.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object))
                {
                    Walk(member.Value, lines);
                }

                break;
        }
    }

    private static string? Own(JsonElement element) => Text(element, "type") switch
    {
        "TextBlock" or "TextRun" => Text(element, "text"),
        "CodeBlock" => Text(element, "codeSnippet"),
        "Image" => Text(element, "altText"),
        "Action.OpenUrl" => $"{Text(element, "title")}: {Text(element, "url")}",
        null when Text(element, "title") is { } title && Text(element, "value") is { } value => $"{title}: {value}", // a fact
        _ => null,
    };

    private static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
