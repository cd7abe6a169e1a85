using System.Globalization;
using System.Text;

namespace TeamsWorkflows.Cases.Runbooks;

/// <summary>The runbooks as a page for people: <c>docs/runbooks.md</c>, made from the data and checked against it.</summary>
internal static class RunbookPages
{
    public static string Write(string version, IReadOnlyList<Runbook> runbooks)
    {
        var page = new StringBuilder()
            .Append("# Runbooks\n\n")
            .Append($"Edition {version}, made from `src/TeamsWorkflows/Cases/Runbooks/runbooks.json`: change that, and run\n")
            .Append("`UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Tests --filter RunbookTests`.\n\n")
            .Append("Every diagnosis names one of these; a case shows it, and how often it has held: `GET /api/v1/runbooks`.\n");
        foreach (var chapter in runbooks.GroupBy(static r => r.Id.Split('/')[0], StringComparer.Ordinal))
        {
            page.Append($"\n## {chapter.Key}\n");
            foreach (var runbook in chapter)
            {
                Write(page, runbook);
            }
        }

        return page.ToString();
    }

    private static void Write(StringBuilder page, Runbook runbook)
    {
        page.Append($"\n### {runbook.Title}\n\n`{runbook.Id}`: {runbook.Precondition}\n\n");
        for (var i = 0; i < runbook.Steps.Count; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"{i + 1}. {runbook.Steps[i]}\n");
        }

        page.Append($"\nProved when: {runbook.Verification} If it does not help: ask {runbook.Escalation}.");
        page.Append(runbook.Learn is { } learn ? $" More: <{learn}>\n" : "\n");
    }
}
