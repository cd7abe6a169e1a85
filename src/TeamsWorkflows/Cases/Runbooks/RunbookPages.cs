using System.Globalization;
using System.Text;

namespace TeamsWorkflows.Cases.Runbooks;

/// <summary>The runbooks as pages for people: <c>docs/runbooks/</c>, made from the data and checked against it.</summary>
internal static class RunbookPages
{
    /// <returns>Each page by its file's name: one of contents, and one for each class of failure.</returns>
    public static IReadOnlyDictionary<string, string> Write(string version, IReadOnlyList<Runbook> runbooks)
    {
        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var contents = new StringBuilder()
            .Append("# Runbooks\n\n")
            .Append($"Edition {version}, made from `src/TeamsWorkflows/Cases/Runbooks/runbooks.json`: change that, and run\n")
            .Append("`UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Tests --filter RunbookTests`.\n\n")
            .Append("Every diagnosis names one of these; a case shows it, and how often it has held: `GET /api/v1/runbooks`.\n");
        foreach (var chapter in runbooks.GroupBy(static r => r.Id.Split('/')[0], StringComparer.Ordinal))
        {
            var file = chapter.Key + ".md";
            contents.Append($"\n## [{chapter.Key}]({file})\n\n");
            var page = new StringBuilder().Append($"# {chapter.Key}\n\n[All runbooks](README.md)\n");
            foreach (var runbook in chapter)
            {
                contents.Append($"- {runbook.Title} (`{runbook.Id}`)\n");
                Write(page, runbook);
            }

            pages[file] = page.ToString();
        }

        pages["README.md"] = contents.ToString();
        return pages;
    }

    private static void Write(StringBuilder page, Runbook runbook)
    {
        page.Append($"\n## {runbook.Title}\n\n`{runbook.Id}`: {runbook.Precondition}\n\n");
        for (var i = 0; i < runbook.Steps.Count; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"{i + 1}. {runbook.Steps[i].Text}\n");
        }

        page.Append($"\nProved when: {runbook.Verification} If it does not help: ask {runbook.Escalation}.");
        page.Append(runbook.Learn is { } learn ? $" More: <{learn}>\n" : "\n");
    }
}
