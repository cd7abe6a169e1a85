using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>Several nodes of one hub in PostgreSQL: the first in this process, with the clients; the others are processes.</summary>
internal sealed class BenchNodes : IDisposable
{
    private const string AskWritten = "written";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly List<Process> _others = [];

    private BenchNodes(PostgresTaskHub first) => First = first;

    public PostgresTaskHub First { get; }

    /// <summary>Starts them, and waits until each has its share.</summary>
    /// <param name="log">Told at the start of each slow step of the first node.</param>
    public static BenchNodes Start(EngineArguments arguments, Action<string>? log = null)
    {
        var (options, nodes) = (arguments.ToHub(), arguments.Nodes);
        BenchNodes started = new(Open(options, log));
        for (var i = 1; i < nodes; i++)
        {
            var other = OwnProcess.Start(Arguments(arguments), readsCaller: true);
            started._others.Add(other);
            other.StandardOutput.ReadLine(); // it runs
        }

        while (started.First.RunningCount is 0 || started.First.RunningCount > (options.Partitions / nodes) + 1)
        {
            Thread.Sleep(BetweenLooks);
        }

        return started;
    }

    /// <summary>One of the others: runs until its standard input ends, and says what it has written when it is asked.</summary>
    public static async Task RunOtherAsync(EngineArguments arguments)
    {
        using var log = StepLog.Open(arguments.Folder);
        await using var hub = Open(arguments.ToHub(), log.Append);
        await Console.Out.WriteLineAsync("runs");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == AskWritten)
            {
                var (commits, commands) = hub.Worker.Written;
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{commits} {commands}"));
            }
        }
    }

    /// <returns>The number of transactions, and of commands in them, of all nodes.</returns>
    public (long Commits, long Commands) Written()
    {
        var (commits, commands) = First.Worker.Written;
        foreach (var other in _others)
        {
            other.StandardInput.WriteLine(AskWritten);
            var answer = other.StandardOutput.ReadLine()!.Split(' ').Select(static n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            (commits, commands) = (commits + answer[0], commands + answer[1]);
        }

        return (commits, commands);
    }

    /// <summary>Ends the last of the others as a power cut would.</summary>
    /// <returns>Which process it was.</returns>
    public int KillOne()
    {
        using var victim = _others[^1];
        _others.RemoveAt(_others.Count - 1);
        var id = victim.Id;
        victim.Kill();
        victim.WaitForExit();
        return id;
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

    private static PostgresTaskHub Open(PostgresHubOptions options, Action<string>? log)
    {
        var hub = PostgresTaskHub.Open(
            options, new(BenchWorkflows.Registry(log), NullLoggerFactory.Instance, TimeProvider.System, Guid.CreateVersion7, new TaskHubOptions()));
        hub.Start();
        return hub;
    }

    private static string[] Arguments(EngineArguments arguments) =>
    [
        "engine", "node", "--postgres", arguments.Postgres!, "--folder", arguments.Folder,
        "--lease-ms", arguments.Lease.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
    ];
}
