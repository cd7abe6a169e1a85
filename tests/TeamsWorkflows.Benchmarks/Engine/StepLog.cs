namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>Which steps have begun: a file of each process, read together. A line that is there survives the process.</summary>
internal sealed class StepLog : IDisposable
{
    private const string Pattern = "steps-*.log";

    private readonly StreamWriter _file;

    private StepLog(string path) => _file = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
    {
        AutoFlush = true,
    };

    public static StepLog Open(string folder) => new(PathOf(folder, Environment.ProcessId));

    public static void Clear(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, Pattern))
        {
            File.Delete(file);
        }
    }

    /// <returns>One line for each start of a step: its workflow, and its task.</returns>
    public static List<string> Read(string folder)
        => [.. Directory.GetFiles(folder, Pattern).Order(StringComparer.Ordinal).SelectMany(ReadFile)];

    /// <returns>The same of one process.</returns>
    public static IReadOnlyList<string> Read(string folder, int processId) => ReadFile(PathOf(folder, processId));

    public void Append(string step)
    {
        lock (_file)
        {
            _file.WriteLine(step);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string PathOf(string folder, int processId) => Path.Combine(folder, $"steps-{processId}.log");

    private static string[] ReadFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
