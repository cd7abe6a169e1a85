using System.Globalization;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Diagnostics;

/// <summary>
/// What a person pastes: an error message, a body, a whole HTTP exchange (raw, or as <c>curl -v</c> prints it), a record of a
/// file of failures, or the output of a step of Power Automate.
/// </summary>
public static partial class PastedExchange
{
    /// <summary>Most characters that are looked at; tools and pages take no longer text.</summary>
    public const int MaxLength = 65_536;

    /// <summary>Reads evidence out of a text; what is secret in it is taken out.</summary>
    /// <param name="surface">Null: from the record, or guessed from the text.</param>
    /// <param name="status">Null: from the text.</param>
    /// <param name="headers">As <c>Name: value</c>; they come before those of the text.</param>
    /// <param name="now">When it was seen, if the text does not say.</param>
    public static FailureEvidence Read(string text, FailureSurface? surface, int? status, IEnumerable<string> headers, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(headers);

        var pasted = text.Trim();
        var found = FailureRecord.Find(pasted, Guess, now) ?? Answer(pasted, now);
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers.Select(Header).Concat(found.Headers.Select(static h => ((string, string)?)(h.Key, h.Value))))
        {
            if (header is var (name, value))
            {
                all.TryAdd(name, value);
            }
        }

        return found with
        {
            Surface = surface ?? found.Surface,
            Status = status ?? found.Status,
            Headers = Redaction.Headers(all.Select(static h => (h.Key, h.Value))),
            Body = found.Body is { Length: > 0 } body ? Redaction.Text(Cut(body)) : null,
            Claims = ClaimsChallenge.Read(all.GetValueOrDefault("WWW-Authenticate")), // before it is redacted: base64 of JSON looks like a token
        };
    }

    /// <returns>What was pasted, without the tokens and secrets in it.</returns>
    public static string? Redact(string? text) => text is null ? null : Redaction.Text(Cut(text));

    private static FailureEvidence Answer(string text, DateTimeOffset now)
    {
        var lines = Unprefixed(text.ReplaceLineEndings("\n").Split('\n'));
        var first = Array.FindIndex(lines, static l => StatusLine().IsMatch(l));
        if (first < 0 || (first > 0 && !RequestLine().IsMatch(lines[0])))
        {
            return new(Guess(text), now) { Body = text.Length == 0 ? null : text };
        }

        var end = Array.FindIndex(lines, first, string.IsNullOrWhiteSpace);
        end = end < 0 ? lines.Length : end;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines[(first + 1)..end])
        {
            if (Header(line) is var (name, value))
            {
                headers.TryAdd(name, value);
            }
        }

        var body = string.Join('\n', lines.Skip(end + 1)).Trim();
        return new(Guess(text), now)
        {
            Status = int.Parse(StatusLine().Match(lines[first]).Groups["status"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
            Headers = headers,
            Body = body.Length == 0 ? null : body,
        };
    }

    // The beginning says what it is, the end often why.
    private static string Cut(string text)
        => text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength / 2), "\n…\n", text.AsSpan(text.Length - (MaxLength / 2)));

    // curl -v: "> " is ours, "< " the answer's head, "* " and "{ [" its own remarks.
    private static string[] Unprefixed(string[] lines) => !Array.Exists(lines, static l => l.StartsWith("< HTTP/", StringComparison.OrdinalIgnoreCase))
        ? lines
        : [.. lines.SkipWhile(static l => !l.StartsWith("< HTTP/", StringComparison.OrdinalIgnoreCase))
            .Where(static l => l.Length == 0 || l is not ['>' or '*', ..] and not ['{' or '}', ' ', '[', ..])
            .Select(static l => l is ['<', ' ', ..] ? l[2..] : l == "<" ? "" : l)];

    private static (string Name, string Value)? Header(string line)
        => line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (line[..colon].Trim(), line[(colon + 1)..].Trim()) : null;

    private static FailureSurface Guess(string text)
        => Has(text, "Msal", "AADSTS", "Adal", "acquireToken") && !Has(text, "\"error_codes\"") ? FailureSurface.MsalException
            : Has(text, "error_description", "error_codes") ? FailureSurface.TokenEndpoint
            : Has(text, "webhook", "WorkflowTrigger", "DirectApi") ? FailureSurface.WebhookResponse
            : Has(text, "innerError", "\"error\"", "graph.microsoft.com") ? FailureSurface.GraphResponse
            : FailureSurface.ConnectorMessage;

    private static bool Has(string text, params string[] words) => words.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    // Not 1xx: what follows them is the answer.
    [GeneratedRegex(@"^HTTP/[0-9.]+\s+(?<status>[2-9]\d\d)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatusLine();

    [GeneratedRegex(@"^(?:[A-Z]{3,7}\s+\S+|HTTP/[0-9.]+\s+1\d\d\b)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RequestLine();
}
