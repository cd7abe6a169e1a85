using System.Text.Json;

namespace TeamsWorkflows.Diagnostics;

/// <summary>What Graph's answer says: its code, its message, the challenge in its headers.</summary>
/// <param name="Claims">The claims challenge as JSON; null when there is none.</param>
internal sealed record GraphError(string? Code, string? Message, string? Claims)
{
    public static GraphError Read(FailureEvidence evidence)
    {
        var (code, message) = ReadJson(evidence.Body);
        return new(code ?? evidence.Error, message, evidence.Claims ?? ClaimsChallenge.Read(evidence.Headers.GetValueOrDefault("WWW-Authenticate")));
    }

    public bool Says(string text) => Message?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;

    private static (string? Code, string? Message) ReadJson(string? body)
    {
        if (body is null || !body.AsSpan().TrimStart().StartsWith("{"))
        {
            return (null, null);
        }

        try
        {
            using var json = JsonDocument.Parse(body);
            if (!json.RootElement.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
            {
                return (null, null);
            }

            return (Text(error, "code"), Text(error, "message"));
        }
        catch (JsonException)
        {
            return (null, null); // cut off: status and headers decide
        }
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
