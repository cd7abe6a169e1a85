using Markdig;

namespace TeamsWorkflows.Reports.Content;

/// <summary>Markdown as reports may use it: CommonMark, pipe tables, bare links; raw HTML is shown as text.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().Build();

    /// <summary>Writes HTML of which nothing can run: links to anything but the web and mail are taken out.</summary>
    public static string ToHtml(string markdown) => HtmlCleaner.Clean(Markdown.ToHtml(markdown, Pipeline)).Html;
}
