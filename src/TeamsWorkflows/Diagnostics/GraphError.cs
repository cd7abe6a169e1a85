using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Diagnostics;

/// <summary>What Graph's answer says: its code, its message, the challenge in its headers.</summary>
/// <param name="Claims">The claims challenge as JSON; null when there is none.</param>
internal sealed partial record GraphError(string? Code, string? Message, string? Claims)
{
    public static GraphError Read(FailureEvidence evidence)
    {
        var (code, message) = ReadJson(evidence.Body);
        return new(code ?? evidence.Error, message, evidence.Claims ?? ReadChallenge(evidence.Headers));
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

    // WWW-Authenticate: Bearer … error="insufficient_claims", claims="<base64 of JSON>"; several challenges may be joined.
    private static string? ReadChallenge(IReadOnlyDictionary<string, string> headers)
    {
        if (!headers.TryGetValue("WWW-Authenticate", out var challenge) || ClaimsParameter().Match(challenge) is not { Success: true } match)
        {
            return null;
        }

        Span<byte> decoded = new byte[match.Groups["claims"].Length];
        var padded = match.Groups["claims"].Value.Replace('-', '+').Replace('_', '/');
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, decoded, out var length) ? Encoding.UTF8.GetString(decoded[..length]) : null;
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex("\\bclaims=\"(?<claims>[A-Za-z0-9+/_=-]+)\"", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClaimsParameter();
}
