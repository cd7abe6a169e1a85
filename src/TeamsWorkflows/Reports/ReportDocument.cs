using TeamsWorkflows.Data;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Reports;

/// <summary>A report as every way out makes its message of it.</summary>
/// <param name="Subject">The message's subject: the title, unless the report has one of its own.</param>
internal sealed record ReportDocument(
    string Title,
    string Subject,
    ReportContent Content,
    MessageImportance Importance,
    IReadOnlyList<Mention> Mentions,
    IReadOnlyList<AttachedFile> Attachments)
{
    /// <summary>Gets the thread that it belongs to; null: none.</summary>
    public ReportThread? Thread { get; init; }

    public static ReportDocument From(ReportRow row) => new(
        row.Title,
        row.Subject ?? row.Title,
        ReportContent.Load(row.Format, row.Body),
        row.Importance,
        WorkflowJson.Read<Mention[]>(row.Mentions) ?? [],
        WorkflowJson.Read<AttachedFile[]>(row.AttachedFiles) ?? [])
    {
        Thread = row.Thread is { } key ? new(key, row.UpdatesThread) : null,
    };

    /// <summary>Gets the names of people who are mentioned as readers see them where nobody can be mentioned.</summary>
    public string PlainMentions(string text)
        => Mentions.Aggregate(text, static (t, m) => t.Replace($"@[{m.Name}]", $"@{m.Name}", StringComparison.Ordinal));

    /// <summary>As <see cref="PlainMentions"/>, in HTML.</summary>
    public string PlainMentionsInHtml(string html)
        => Mentions.Select(static m => HtmlText.Encode(m.Name)).Aggregate(html, static (t, n) => t.Replace($"@[{n}]", $"@{n}", StringComparison.Ordinal));
}

/// <summary>A thread of reports, by the publisher's key.</summary>
/// <param name="IsUpdate">Whether the report takes the place of the thread's first message.</param>
internal sealed record ReportThread(string Key, bool IsUpdate);

/// <summary>Somebody to be mentioned: where the text says <c>@[Name]</c>, or else before it.</summary>
/// <param name="UserId">Entra's identifier of the user.</param>
/// <param name="Name">As it is shown.</param>
public sealed record Mention(Guid UserId, string Name);

/// <summary>A file that comes with a report, without its bytes.</summary>
/// <param name="Size">In bytes.</param>
internal sealed record AttachedFile(string Name, string ContentType, long Size);
