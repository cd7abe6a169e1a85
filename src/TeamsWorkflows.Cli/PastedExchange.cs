using System.Globalization;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli;

/// <summary>What a person pastes: an error message, a body, or a whole HTTP answer with its status line and headers.</summary>
internal static class PastedExchange
{
    /// <param name="surface">Null: guessed from the text.</param>
    /// <param name="status">Null: from the text's status line, if it begins with one.</param>
    /// <param name="headers">As <c>Name: value</c>; they come before those of the text.</param>
    public static FailureEvidence Read(string text, FailureSurface? surface, int? status, IEnumerable<string> headers, DateTimeOffset now)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers)
        {
            Add(all, header);
        }

        var body = text.Trim();
        if (body.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase))
        {
            var lines = body.ReplaceLineEndings("\n").Split('\n');
            var end = Array.FindIndex(lines, string.IsNullOrWhiteSpace);
            end = end < 0 ? lines.Length : end;
            status ??= StatusOf(lines[0]);
            foreach (var header in lines[1..end])
            {
                Add(all, header);
            }

            body = string.Join('\n', lines.Skip(end + 1)).Trim();
        }

        return new(surface ?? Guess(text), now) { Status = status, Headers = all, Body = body.Length == 0 ? null : body };
    }

    private static void Add(Dictionary<string, string> headers, string line)
    {
        if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
        {
            headers.TryAdd(line[..colon].Trim(), line[(colon + 1)..].Trim());
        }
    }

    private static int? StatusOf(string statusLine)
        => statusLine.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var number, ..]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;

    private static FailureSurface Guess(string text)
        => Has(text, "Msal", "AADSTS", "Adal", "acquireToken") && !Has(text, "\"error_codes\"") ? FailureSurface.MsalException
            : Has(text, "error_description", "error_codes") ? FailureSurface.TokenEndpoint
            : Has(text, "webhook", "WorkflowTrigger", "DirectApi") ? FailureSurface.WebhookResponse
            : Has(text, "innerError", "\"error\"", "graph.microsoft.com") ? FailureSurface.GraphResponse
            : FailureSurface.ConnectorMessage;

    private static bool Has(string text, params string[] words) => words.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));
}
