using AngleSharp.Dom;
using Ganss.Xss;

namespace TeamsWorkflows.Reports.Content;

/// <param name="Removed">What was taken out, each once, in alphabetical order: <c>script</c>, <c>onclick</c>, …</param>
internal sealed record CleanHtml(string Html, IReadOnlyList<string> Removed);

/// <summary>Lets through the HTML that Teams and mail programs show alike, and nothing that can run, load or hide.</summary>
/// <remarks>
/// Microsoft publishes no list of the tags that Teams keeps; these are the ones that its own samples use. Images are left
/// out: one too large makes a message disappear without an error.
/// </remarks>
/// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-post"/>
internal static class HtmlCleaner
{
    private static readonly string[] Tags =
    [
        "p", "br", "hr", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "a", "ul", "ol", "li", "table", "thead", "tbody", "tfoot",
        "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6", "code", "pre", "blockquote", "div", "span",
    ];

    // Their text is not text for people.
    private static readonly string[] Opaque = ["script", "style", "iframe", "object", "embed", "template", "noscript", "title", "svg", "math"];

    // Its rules take longer to set up than most reports to clean.
    private static readonly ThreadLocal<(HtmlSanitizer Sanitizer, SortedSet<string> Removed)> Own = new(Create);

    public static CleanHtml Clean(string html)
    {
        var (sanitizer, removed) = Own.Value;
        removed.Clear();
        return new(sanitizer.Sanitize(html), [.. removed]);
    }

    /// <summary>Reads the text of HTML, a line for each block.</summary>
    public static string ToText(string html)
    {
        var lines = new System.Text.StringBuilder();
        var body = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(html).Body;
        if (body is not null)
        {
            Append(body, lines);
        }

        return string.Join('\n', lines.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    private static void Append(INode node, System.Text.StringBuilder lines)
    {
        foreach (var child in node.ChildNodes)
        {
            switch (child)
            {
                case IText text:
                    lines.Append(text.Text);
                    break;
                case IElement { LocalName: "br" or "hr" }:
                    lines.Append('\n');
                    break;
                case IElement element:
                    Append(element, lines);
                    lines.Append(element.LocalName switch
                    {
                        "td" or "th" => "\t",
                        "p" or "div" or "li" or "tr" or "pre" or "blockquote" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" => "\n",
                        _ => "",
                    });
                    break;
            }
        }
    }

    private static (HtmlSanitizer Sanitizer, SortedSet<string> Removed) Create()
    {
        var removed = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(Tags, StringComparer.OrdinalIgnoreCase),
            AllowedAttributes = new HashSet<string>(["href", "colspan", "rowspan"], StringComparer.OrdinalIgnoreCase),
            AllowedSchemes = new HashSet<string>(["http", "https", "mailto"], StringComparer.OrdinalIgnoreCase),
            UriAttributes = new HashSet<string>(["href"], StringComparer.OrdinalIgnoreCase),
        })
        {
            KeepChildNodes = true,
        };
        sanitizer.RemovingTag += (_, e) =>
        {
            var name = e.Tag.LocalName;
            removed.Add(name);
            if (Opaque.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                e.Tag.TextContent = "";
            }
        };
        sanitizer.RemovingAttribute += (_, e) => removed.Add(e.Attribute.Name);
        return (sanitizer, removed);
    }
}
