using System.Text;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Diagnostics;

/// <summary>The claims that a service wants in the next token, out of its <c>WWW-Authenticate</c> header.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/claims-challenge"/>
internal static partial class ClaimsChallenge
{
    /// <param name="header">One challenge, or several joined; null when there was none.</param>
    /// <returns>The claims request as JSON; null when the header has none, or none that can be read.</returns>
    public static string? Read(string? header)
    {
        if (header is null || Parameter().Match(header) is not { Success: true } match)
        {
            return null;
        }

        var text = match.Groups["claims"].Value.Replace('-', '+').Replace('_', '/');
        Span<byte> decoded = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), decoded, out var length)
            ? Encoding.UTF8.GetString(decoded[..length])
            : null;
    }

    [GeneratedRegex(
        "\\bclaims=\"(?<claims>[A-Za-z0-9+/_=-]+)\"",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
