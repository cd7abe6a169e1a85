using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Tests;

/// <summary>Which tests show which row of the requirements: read from the traits in the sources of all test projects.</summary>
public sealed partial class RequirementsCoverageTests
{
    // Rows of groups A, B, C, E, F, G and I, and the cross-cutting ones that diagnosis and connections must show.
    private static readonly string[] Wanted =
    [
        .. Rows(1, 32), .. Rows(46, 79), .. Rows(91, 100), "B2", "B5", "B7", "B8", "B9", "B10", "B12",
    ];

    [Fact]
    public void The_page_names_the_tests_of_every_row_that_has_one()
        => Docs.AssertIs("requirements-coverage.md", Page(Read()), nameof(RequirementsCoverageTests));

    [Fact]
    public void Every_row_about_diagnosis_and_connections_is_shown_by_a_test()
        => Assert.Empty(Wanted.Except(Read().SelectMany(t => t.Rows)));

    private static IEnumerable<string> Rows(int first, int last) => Enumerable.Range(first, last - first + 1).Select(n => $"R{n}");

    private static List<CoveringTest> Read()
    {
        var tests = Path.Combine(Docs.Root, "tests");
        return [.. Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => Read(Path.GetRelativePath(tests, f).Split(Path.DirectorySeparatorChar)[0], File.ReadAllText(f)))
            .OrderBy(t => t.Project, StringComparer.Ordinal).ThenBy(t => t.Class, StringComparer.Ordinal).ThenBy(t => t.Method, StringComparer.Ordinal)];
    }

    private static IEnumerable<CoveringTest> Read(string project, string source)
    {
        var classes = TestClass().Matches(source).ToArray();
        foreach (Match test in TestMethod().Matches(source))
        {
            var around = classes.Last(c => c.Index < test.Index);
            var @class = around.Groups["name"].Value;
            var rows = Row().Matches(around.Groups["attributes"].Value + test.Groups["attributes"].Value)
                .Select(m => m.Groups["row"].Value).Distinct(StringComparer.Ordinal).ToArray();
            if (rows.Length > 0)
            {
                yield return new(project, @class, test.Groups["name"].Value, rows);
            }
        }
    }

    private static string Page(List<CoveringTest> tests)
    {
        var page = new StringBuilder()
            .Append("# Which test shows which requirement\n\n")
            .Append("Made from the `Requirement` traits of the tests. When it is stale, run\n")
            .Append("`UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Tests --filter RequirementsCoverageTests`.\n\n")
            .Append("| row | tests |\n|---|---|\n");
        var rows = tests.SelectMany(t => t.Rows).Distinct(StringComparer.Ordinal)
            .OrderByDescending(r => r[0]).ThenBy(r => int.Parse(r[1..], CultureInfo.InvariantCulture));
        foreach (var row in rows)
        {
            var shown = tests.Where(t => t.Rows.Contains(row)).Select(t => $"{t.Class}: {t.Method.Replace('_', ' ')}");
            page.Append(CultureInfo.InvariantCulture, $"| {row} | {string.Join("<br>", shown)} |\n");
        }

        return page.ToString();
    }

    // At the left margin, with the attributes in front of it: they count for each of its methods.
    [GeneratedRegex(@"(?<attributes>(?:^\[[^\n]*\n)*)^(?:public|internal) (?:sealed |abstract |static )?(?:partial )?class (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TestClass();

    // The attributes in front of a public method, each on a line of its own.
    [GeneratedRegex(@"(?<attributes>(?:^    \[[^\n]*\n|^        [^\n]*\n)+)    public (?:static )?(?:async )?[\w<>]+ (?<name>\w+)\(", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TestMethod();

    [GeneratedRegex("""Trait\("Requirement", "(?<row>[RB]\d+)"\)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Row();

    private sealed record CoveringTest(string Project, string Class, string Method, IReadOnlyList<string> Rows);
}
