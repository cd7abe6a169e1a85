using System.Text.RegularExpressions;

namespace TeamsWorkflows.Diagnostics;

/// <summary>Takes out of evidence what must never be stored: tokens, secrets, codes, assertions, signatures.</summary>
internal static partial class Redaction
{
    /// <summary>Most of a body that is kept, in characters.</summary>
    public const int MaxBodyLength = 16_384;

    private const string Redacted = "[redacted]";

    // By the clock on the wall, and each pattern is done within a few milliseconds: only a machine without a free core gets here.
    private const int Patience = 30_000;

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

        return Text(body.Length <= MaxBodyLength ? body : body[..MaxBodyLength]);
    }

    /// <summary>The same without a limit, for what is not stored.</summary>
    /// <remarks>What cannot be looked through is taken out whole: evidence is worth less than a secret.</remarks>
    public static string Text(string text)
    {
        try
        {
            return Clean(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return Redacted;
        }
    }

    private static string Clean(string text)
    {
        var cut = PrivateKey().Replace(text, Redacted);
        cut = Jwt().Replace(cut, Redacted);
        cut = AuthorizationCode().Replace(cut, $"${{name}}{Redacted}");
        cut = SecretField().Replace(cut, $"${{name}}{Redacted}");
        cut = Credential().Replace(cut, $"${{name}}{Redacted}");
        return KnownShape().Replace(cut, Redacted);
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

    // In PEM, whole or cut off, under any number of escapes.
    [GeneratedRegex(
        @"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
        RegexOptions.Singleline | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience)]
    private static partial Regex PrivateKey();

    // Three base64url parts, the first of which begins with {" : a JWT wherever it stands, whole or cut off.
    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Patience)]
    private static partial Regex Jwt();

    // A parameter of an address or a form, and neither Graph's "code" nor a number, which is what an operator needs to see.
    [GeneratedRegex(
        @"(?<name>(?:^|[?&\s])code=)(?!-?\d+(?:[&\s""'<]|$))[^&\s""'<]{6,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: Patience)]
    private static partial Regex AuthorizationCode();

    // In JSON, in forms, in log lines, under any number of escapes.
    [GeneratedRegex(
        @"(?<name>(?:access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|code_?verifier|device_?code|assertion|password|passwd|api[_-]?key|account_?key|sharedaccesskey|sig)(?:\\*[""']|&quot;|%22)?\s*(?:[=:]|%3[ad])\s*(?:\\*[""']|&quot;|%22)?)[^""'&\s,}\\]{6,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: Patience)]
    private static partial Regex SecretField();

    [GeneratedRegex(
        @"(?<name>\b(?:bearer|basic|pop)\s+)(?!authorization_uri=|client_id=|realm=|error=)[A-Za-z0-9._~+/=-]{16,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: Patience)]
    private static partial Regex Credential();

    // Refresh tokens and codes of Entra, those of personal accounts, client secrets, and the secret half of a webhook's address.
    [GeneratedRegex(
        @"\b[01]\.A[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*|\bM\.[A-Z0-9]{2,8}_[A-Z0-9]{2,6}\.[^\s""'&]{16,}|[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}|(?<=IncomingWebhook/)[^\s""'/]{8,}(?:/[^\s""'/]+)*",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: Patience)]
    private static partial Regex KnownShape();
}
