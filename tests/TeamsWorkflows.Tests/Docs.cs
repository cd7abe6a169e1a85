namespace TeamsWorkflows.Tests;

/// <summary>Files that are made from data, most of them under <c>docs/</c>: written when asked, compared otherwise.</summary>
internal static class Docs
{
    public static string Root { get; } = FindRoot();

    /// <param name="test">The test class that makes the page.</param>
    /// <param name="suite">The project that the class is in.</param>
    public static void AssertIs(string page, string content, string test, string suite = "TeamsWorkflows.Tests")
        => AssertFileIs("docs/" + page, content, test, suite);

    /// <param name="path">From the repository's root.</param>
    public static void AssertFileIs(string path, string content, string test, string suite)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }

        Assert.True(
            File.Exists(file) && File.ReadAllText(file) == content,
            $"{path} is stale. Run: UPDATE_DOCS=1 dotnet test tests/{suite} --filter {test}");
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
