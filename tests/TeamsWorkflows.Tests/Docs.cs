namespace TeamsWorkflows.Tests;

/// <summary>Pages under <c>docs/</c> that are made from data: written when asked, compared otherwise.</summary>
internal static class Docs
{
    public static string Root { get; } = FindRoot();

    /// <param name="test">The test class that makes the page.</param>
    /// <param name="project">The project that it is in.</param>
    public static void AssertIs(string page, string content, string test, string project = "TeamsWorkflows.Tests")
    {
        var file = Path.Combine(Root, "docs", page);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, content);
        }

        Assert.True(
            File.Exists(file) && File.ReadAllText(file) == content,
            $"docs/{page} is stale. Run: UPDATE_DOCS=1 dotnet test tests/{project} --filter {test}");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TeamsWorkflows.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The repository was not found above the tests.");
        }

        return folder.FullName;
    }
}
