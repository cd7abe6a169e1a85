using System.Text.RegularExpressions;

namespace TeamsWorkflows.Diagnostics;

/// <summary>Takes out of evidence what must never be stored: tokens, secrets, codes, assertions, signatures.</summary>
internal static partial class Redaction
{
    /// <summary>Most of a body that is kept, in characters.</summary>
    public const int MaxBodyLength = 16_384;

    private const string Redacted = "[redacted]";

    private static readonly HashSet<string> SecretHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "x-functions-key", "api-key",
    };

    public static string? Body(string? body)
    {
        if (string.IsNullOrEmpty(body))
        {
            return null;
        }

        var cut = body.Length <= MaxBodyLength ? body : body[..MaxBodyLength];
        cut = AuthorizationCode().Replace(Jwt().Replace(cut, Redacted), $"${{name}}{Redacted}");
        return SecretField().Replace(cut, $"${{name}}{Redacted}");
    }

    public static IReadOnlyDictionary<string, string> Headers(IEnumerable<(string Name, string Value)> headers)
    {
        var kept = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            kept[name] = SecretHeaders.Contains(name) ? Redacted : Body(value) ?? "";
        }

        return kept;
    }

    // Three base64url parts, the first of which begins with {" : a JWT wherever it stands, whole or cut off.
    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Jwt();

    // A parameter of an address or a form, and not Graph's "code", which is what an operator needs to see.
    [GeneratedRegex(
        @"(?<name>(?:^|[?&\s])code=)[^&\s""'<]{6,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex AuthorizationCode();

    [GeneratedRegex(
        @"(?<name>(?:access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|device_code|assertion|password|sig)[""']?\s*[=:]\s*[""']?)[^""'&\s,}]{6,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretField();
}
