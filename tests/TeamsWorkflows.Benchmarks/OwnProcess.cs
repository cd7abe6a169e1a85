using System.Diagnostics;

namespace TeamsWorkflows.Benchmarks;

/// <summary>Another process of this program, started as this one was: by itself, or by <c>dotnet X.dll</c>.</summary>
internal static class OwnProcess
{
    /// <param name="writesHere">Whether what it prints goes where this one's goes; otherwise the caller reads it.</param>
    /// <param name="readsCaller">Whether the caller writes its standard input.</param>
    public static Process Start(IEnumerable<string> arguments, bool writesHere = false, bool readsCaller = false)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The system does not say which program this is.");
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(OwnProcess).Assembly.Location] : [];
        return Process.Start(new ProcessStartInfo(program, [.. host, .. arguments])
        {
            RedirectStandardOutput = !writesHere,
            RedirectStandardInput = readsCaller,
            UseShellExecute = false,
        })!;
    }
}
