using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>Several nodes of one hub in PostgreSQL: the first in this process, with the clients; the others are processes.</summary>
internal sealed class BenchNodes : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly List<Process> _others = [];

    private BenchNodes(PostgresTaskHub first) => First = first;

    public PostgresTaskHub First { get; }

    /// <summary>Starts them, and waits until each has its share.</summary>
    public static BenchNodes Start(PostgresHubOptions options, int nodes)
    {
        BenchNodes started = new(Open(options));
        for (var i = 1; i < nodes; i++)
        {
            var other = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Arguments(options.ConnectionString))
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            started._others.Add(other);
            other.StandardOutput.ReadLine(); // it runs
        }

        while (started.First.RunningCount is 0 || started.First.RunningCount > (options.Partitions / nodes) + 1)
        {
            Thread.Sleep(BetweenLooks);
        }

        return started;
    }

    /// <summary>One of the others: runs until its standard input ends.</summary>
    public static async Task RunOtherAsync(PostgresHubOptions options)
    {
        await using var hub = Open(options);
        await Console.Out.WriteLineAsync("runs");
        await Console.In.ReadToEndAsync();
    }

    public void Dispose()
    {
        foreach (var other in _others)
        {
            other.StandardInput.Close();
            other.WaitForExit();
            other.Dispose();
        }
    }

    private static PostgresTaskHub Open(PostgresHubOptions options)
    {
        var hub = PostgresTaskHub.Open(
            options, new(BenchWorkflows.Registry(log: null), NullLoggerFactory.Instance, TimeProvider.System, Guid.CreateVersion7, new TaskHubOptions()));
        hub.Start();
        return hub;
    }

    // "dotnet X.dll" when it was started like that, the program itself otherwise.
    private static string[] Arguments(string connectionString)
    {
        string[] own = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(BenchNodes).Assembly.Location] : [];
        return [.. own, "engine", "node", "--postgres", connectionString];
    }
}
