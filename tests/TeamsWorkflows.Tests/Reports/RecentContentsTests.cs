using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Tests.Reports;

/// <summary>A content that was read just now is not read again, and is never taken for another one.</summary>
public sealed class RecentContentsTests
{
    [Fact]
    public void The_same_text_is_the_same_content()
        => Assert.Same(ReportContent.Load(ReportFormat.Markdown, "**recent**"), ReportContent.Load(ReportFormat.Markdown, "**recent**"));

    [Fact]
    public void Another_format_is_another_content()
    {
        Assert.IsType<ReportContent.Markdown>(ReportContent.Load(ReportFormat.Markdown, "<b>recent</b>"));
        Assert.IsType<ReportContent.Html>(ReportContent.Load(ReportFormat.Html, "<b>recent</b>"));
        Assert.IsType<ReportContent.Plain>(ReportContent.Load(ReportFormat.Text, "<b>recent</b>"));
    }

    [Fact]
    public async Task However_many_come_at_once_each_gets_its_own()
    {
        await Parallel.ForAsync(0, 20_000, (i, _) =>
        {
            var text = $"report {i % 1_000}";
            Assert.Equal(text, ReportContent.Load(ReportFormat.Text, text).Stored);
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void A_long_text_is_not_kept()
    {
        var text = new string('x', 20_000);
        Assert.NotSame(ReportContent.Load(ReportFormat.Text, text), ReportContent.Load(ReportFormat.Text, text));
    }
}
