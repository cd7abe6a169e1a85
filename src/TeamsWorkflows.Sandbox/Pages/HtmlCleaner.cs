using System.Net;
using System.Text.RegularExpressions;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>Shows a client's HTML safely: known tags without attributes, web links, and everything else as text or not at all.</summary>
internal static partial class HtmlCleaner
{
    private const int RegexTimeoutMs = 1000;

    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "br", "b", "strong", "i", "em", "u", "s", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td",
        "h1", "h2", "h3", "h4", "code", "pre", "blockquote", "hr", "div", "span", "a",
    };

    private static readonly HashSet<string> Void = new(StringComparer.OrdinalIgnoreCase) { "br", "hr" };

    public static Html Clean(string html)
    {
        var parts = new List<Html>();
        var open = new Stack<string>();
        foreach (Match token in Token().Matches(Hidden().Replace(html, "")))
        {
            var name = token.Groups["name"].Value.ToLowerInvariant();
            if (name.Length == 0)
            {
                parts.Add(Html.Text(WebUtility.HtmlDecode(token.Value)));
            }
            else if (!Kept.Contains(name))
            {
                continue;
            }
            else if (token.Groups["close"].Length > 0)
            {
                Close(name, open, parts);
            }
            else
            {
                parts.Add(Open(name, token.Groups["attributes"].Value));
                if (!Void.Contains(name))
                {
                    open.Push(name);
                }
            }
        }

        while (open.TryPop(out var left))
        {
            parts.Add(Tag(left, isClose: true));
        }

        return Html.Join(parts);
    }

    // What was opened inside is closed too, so that no message can break out of its frame.
    private static void Close(string name, Stack<string> open, List<Html> parts)
    {
        if (!open.Contains(name, StringComparer.Ordinal))
        {
            return;
        }

        string closed;
        do
        {
            closed = open.Pop();
            parts.Add(Tag(closed, isClose: true));
        }
        while (closed != name);
    }

    private static Html Open(string name, string attributes)
    {
        if (name == "a"
            && Href().Match(attributes) is { Success: true } match
            && Uri.TryCreate(WebUtility.HtmlDecode(match.Groups["value"].Value), UriKind.Absolute, out var target)
            && target.Scheme is "https" or "http")
        {
            return Html.Of($"<a href=\"{target.AbsoluteUri}\" rel=\"noopener noreferrer\">");
        }

        return Tag(name, isClose: false);
    }

    // The name is one of ours, not the client's text.
    private static Html Tag(string name, bool isClose) => isClose ? Html.Of($"</{name}>") : Html.Of($"<{name}>");

    [GeneratedRegex("""<(?<tag>script|style|title)\b.*?(</\k<tag>\s*>|$)|<!--.*?(-->|$)""", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture, RegexTimeoutMs)]
    private static partial Regex Hidden();

    [GeneratedRegex("""<(?<close>/?)(?<name>[A-Za-z][A-Za-z0-9]*)(?<attributes>[^<>]*)>|[^<]+|<""", RegexOptions.None, RegexTimeoutMs)]
    private static partial Regex Token();

    [GeneratedRegex("""\bhref\s*=\s*["'](?<value>[^"']*)["']""", RegexOptions.IgnoreCase, RegexTimeoutMs)]
    private static partial Regex Href();
}
