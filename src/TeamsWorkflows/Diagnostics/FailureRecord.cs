using System.Globalization;
using System.Text.Json;

namespace TeamsWorkflows.Diagnostics;

/// <summary>One line of a file of failures: what was seen, and, for scoring alone, what somebody says it is.</summary>
/// <param name="Label">Null when the line has none.</param>
public sealed record FailureRecord(string Id, FailureEvidence Evidence, FailureLabel? Label)
{
    /// <summary>Reads <c>id, surface, status, headers, body</c>; of everything else only the label, and only for scoring.</summary>
    /// <param name="now">When it was seen, if the answer has no <c>Date</c>.</param>
    /// <returns>The record, or what is wrong with the line.</returns>
    public static (FailureRecord? Record, string? Problem) Read(string line, DateTimeOffset now)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return Read(json.RootElement, now);
        }
        catch (JsonException e)
        {
            return (null, $"is not JSON: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            return (null, $"holds what is no text: {e.Message}");
        }
    }

    private static (FailureRecord? Record, string? Problem) Read(JsonElement json, DateTimeOffset now)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return (null, "is not a JSON object");
        }

        if (Text(json, "id") is not { Length: > 0 } id)
        {
            return (null, "has no 'id'");
        }

        if (FailureVocabulary.ParseSurface(Text(json, "surface")) is not { } surface)
        {
            return (null, $"has the surface '{Text(json, "surface")}', which is none of {string.Join(", ", Enum.GetValues<FailureSurface>().Select(s => s.Label()))}");
        }

        return (new(id, EvidenceOf(json, surface, now), FailureLabel.Read(json)), null);
    }

    /// <summary>Reads a record, or the output of a step of Power Automate, out of what a person pasted.</summary>
    /// <param name="guess">Names the surface when the text does not.</param>
    /// <returns>Null when it is neither.</returns>
    internal static FailureEvidence? Find(string text, Func<string, FailureSurface> guess, DateTimeOffset now)
    {
        if (!text.StartsWith('{'))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var isRecord = root.TryGetProperty("body", out _)
                && (root.TryGetProperty("surface", out _) || root.TryGetProperty("headers", out _) || Status(root) is not null);
            return isRecord ? EvidenceOf(root, FailureVocabulary.ParseSurface(Text(root, "surface")) ?? guess(text), now) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // text that merely begins like one
        }
    }

    private static FailureEvidence EvidenceOf(JsonElement json, FailureSurface surface, DateTimeOffset now)
    {
        var headers = Headers(json);
        return new(surface, DateTimeOffset.TryParse(headers.GetValueOrDefault("Date"), CultureInfo.InvariantCulture, out var date) ? date : now)
        {
            Status = Status(json),
            Headers = headers,
            Body = json.TryGetProperty("body", out var body) ? Body(body) : null,
        };
    }

    // Power Automate's outputs say statusCode. Some tools write the number as text.
    private static int? Status(JsonElement json)
        => !json.TryGetProperty("status", out var status) && !json.TryGetProperty("statusCode", out status) ? null
            : status.ValueKind == JsonValueKind.Number ? (status.TryGetInt32(out var number) ? number : null)
            : status.ValueKind == JsonValueKind.String && int.TryParse(Written(status), NumberStyles.None, CultureInfo.InvariantCulture, out var text) ? text
            : null;

    private static Dictionary<string, string> Headers(JsonElement json)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (json.TryGetProperty("headers", out var all) && all.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in all.EnumerateObject())
            {
                headers[header.Name] = header.Value.ValueKind == JsonValueKind.Array
                    ? string.Join(", ", header.Value.EnumerateArray().Select(Written))
                    : Written(header.Value);
            }
        }

        return headers;
    }

    // A body that was not put into a string is the JSON itself.
    private static string? Body(JsonElement body) => body.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => Written(body),
        _ => body.GetRawText(),
    };

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Written(value) : null;

    /// <summary>Reads a text, or any other value as it is written.</summary>
    /// <remarks>Whoever cut an answer off may have cut a character in two: then the text stays as it is written, escapes and all.</remarks>
    internal static string Written(JsonElement value)
    {
        try
        {
            return value.ToString();
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText()[1..^1];
        }
    }
}

/// <summary>What somebody says a failure is.</summary>
/// <param name="Confidence"><c>high</c>, <c>medium</c> or <c>low</c>.</param>
public sealed record FailureLabel(string Class, string Retry, string Action, string Confidence)
{
    internal static FailureLabel? Read(JsonElement record)
        => record.TryGetProperty("label", out var label) && label.ValueKind == JsonValueKind.Object
            ? new(
                Text(label, "class") ?? "",
                Text(label, "retry") ?? "",
                Text(label, "action") ?? "",
                Text(record, "label_confidence") ?? "high")
            : null;

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? FailureRecord.Written(value) : null;
}
