using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace TeamsWorkflows.Reports.Content;

/// <summary>A report's body, read, checked and safe: what every way out makes its own message of. Closed.</summary>
internal abstract record ReportContent
{
    // Beside the records: what was written is no part of what they are.
    private static readonly ConditionalWeakTable<ReportContent, string> Written = [];

    private ReportContent()
    {
    }

    public abstract ReportFormat Format { get; }

    /// <summary>Gets the text that is stored; <see cref="Load"/> makes the same content of it again.</summary>
    public abstract string Stored { get; }

    /// <summary>Reads what <see cref="Stored"/> wrote; of what was handed over just now, the very content that was checked.</summary>
    public static ReportContent Load(ReportFormat format, string stored) => RecentContents.GetOrAdd(format, stored, Read);

    private static ReportContent Read(ReportFormat format, string stored) => format switch
    {
        ReportFormat.Markdown => new Markdown(stored),
        ReportFormat.Text => new Plain(stored),
        ReportFormat.Html => new Html(stored),
        ReportFormat.Table => ContentJson.ReadTable(stored),
        ReportFormat.AdaptiveCard => new Card(stored),
        _ => throw new UnreachableException(),
    };

    /// <summary>Writes the content as HTML of the few tags that Teams and mail programs show alike.</summary>
    /// <remarks>Once: a report is measured for each destination, and each has its message.</remarks>
    public string ToHtml() => Written.GetValue(this, static content => content.WriteHtml());

    private string WriteHtml() => this switch
    {
        Markdown m => MarkdownText.ToHtml(m.Source),
        Plain p => $"<pre>{HtmlText.Encode(p.Source)}</pre>",
        Html h => h.Source,
        Table t => TableText.ToHtml(t),
        Card c => CardText.ToHtml(c.Json),
        _ => throw new UnreachableException(),
    };

    /// <summary>Writes the content as plain text, for ways that show nothing else.</summary>
    public string ToText() => this switch
    {
        Markdown m => m.Source,
        Plain p => p.Source,
        Html h => HtmlCleaner.ToText(h.Source),
        Table t => TableText.ToText(t),
        Card c => CardText.ToText(c.Json),
        _ => throw new UnreachableException(),
    };

    /// <summary>Gets the ending of the file that <see cref="ToFile"/> writes, for those who need its name only.</summary>
    public string FileExtension => this switch
    {
        Markdown or Html => ".html",
        Plain => ".txt",
        Table => ".csv",
        Card => ".json",
        _ => throw new UnreachableException(),
    };

    /// <summary>Writes the whole content as a file that its usual program opens.</summary>
    /// <param name="title">Heads a page of HTML.</param>
    public ContentFile ToFile(string title) => this switch
    {
        Markdown or Html => new(FileExtension, "text/html", Page(title, ToHtml())),
        Plain p => new(FileExtension, "text/plain", Encoding.UTF8.GetBytes(p.Source)),
        Table t => new(FileExtension, "text/csv", TableText.ToCsv(t)),
        Card c => new(FileExtension, "application/json", Encoding.UTF8.GetBytes(c.Json)),
        _ => throw new UnreachableException(),
    };

    private static byte[] Page(string title, string html)
    {
        var encoded = HtmlText.Encode(title);
        return Encoding.UTF8.GetBytes(
            $"<!doctype html><html><head><meta charset=\"utf-8\"><title>{encoded}</title></head><body><h1>{encoded}</h1>{html}</body></html>");
    }

    /// <summary>CommonMark with tables; raw HTML in it is shown as text.</summary>
    public sealed record Markdown(string Source) : ReportContent
    {
        public override ReportFormat Format => ReportFormat.Markdown;

        public override string Stored => Source;
    }

    /// <summary>Shown as it is.</summary>
    public sealed record Plain(string Source) : ReportContent
    {
        public override ReportFormat Format => ReportFormat.Text;

        public override string Stored => Source;
    }

    /// <param name="Source">Sanitised: only what <see cref="HtmlCleaner"/> lets through.</param>
    public sealed record Html(string Source) : ReportContent
    {
        public override ReportFormat Format => ReportFormat.Html;

        public override string Stored => Source;
    }

    /// <param name="Rows">Each as long as <paramref name="Columns"/>.</param>
    public sealed record Table(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) : ReportContent
    {
        public override ReportFormat Format => ReportFormat.Table;

        public override string Stored => ContentJson.Write(this);
    }

    /// <param name="Json">An Adaptive Card that <see cref="CardRules"/> has passed.</param>
    public sealed record Card(string Json) : ReportContent
    {
        public override ReportFormat Format => ReportFormat.AdaptiveCard;

        public override string Stored => Json;
    }
}

/// <param name="Extension">With its dot.</param>
internal sealed record ContentFile(string Extension, string ContentType, byte[] Bytes);
