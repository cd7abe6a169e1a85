using System.Globalization;
using System.Text.Json;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli;

/// <summary>One line of a file of failures: what was seen, and, for scoring alone, what somebody says it is.</summary>
/// <param name="Label">Null when the line has none.</param>
internal sealed record FailureRecord(string Id, FailureEvidence Evidence, FailureLabel? Label)
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

        var headers = Headers(json);
        return (new(
            id,
            new FailureEvidence(surface, DateTimeOffset.TryParse(headers.GetValueOrDefault("Date"), CultureInfo.InvariantCulture, out var date) ? date : now)
            {
                Status = json.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Number && status.TryGetInt32(out var number) ? number : null,
                Headers = headers,
                Body = json.TryGetProperty("body", out var body) ? Body(body) : null,
            },
            FailureLabel.Read(json)), null);
    }

    private static Dictionary<string, string> Headers(JsonElement json)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (json.TryGetProperty("headers", out var all) && all.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in all.EnumerateObject())
            {
                headers[header.Name] = header.Value.ValueKind == JsonValueKind.Array
                    ? string.Join(", ", header.Value.EnumerateArray().Select(v => v.ToString()))
                    : header.Value.ToString();
            }
        }

        return headers;
    }

    // A body that was not put into a string is the JSON itself.
    private static string? Body(JsonElement body) => body.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => body.GetString(),
        _ => body.GetRawText(),
    };

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What somebody says a failure is.</summary>
/// <param name="Confidence"><c>high</c>, <c>medium</c> or <c>low</c>.</param>
internal sealed record FailureLabel(string Class, string Retry, string Action, string Confidence)
{
    public static FailureLabel? Read(JsonElement record)
        => record.TryGetProperty("label", out var label) && label.ValueKind == JsonValueKind.Object
            ? new(
                Text(label, "class") ?? "",
                Text(label, "retry") ?? "",
                Text(label, "action") ?? "",
                Text(record, "label_confidence") ?? "high")
            : null;

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
