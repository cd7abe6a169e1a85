using System.Diagnostics;
using System.Globalization;
using Npgsql;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>The system driver of the engine: one workload, one line of JSON on standard output.</summary>
internal static class EngineBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = EngineArguments.Parse(args);
        Directory.CreateDirectory(options.Folder);
        if (options.Workload == "w5child")
        {
            await CrashWorkload.ChildAsync(options);
            return 0;
        }

        if (options.Workload == "reopen")
        {
            await WaitingWorkload.ReopenAsync(options);
            return 0;
        }

        if (options.Workload == "node")
        {
            await BenchNodes.RunOtherAsync(options);
            return 0;
        }

        var waited = await Machine.QuietAsync(options.Folder, options.Quiet);
        var (before, fsync) = Machine.Fdatasync(options.Folder);
        var (own, all) = Machine.CpuSeconds();
        var clock = Stopwatch.StartNew();
        var figures = await RunAsync(options);
        var (ownAfter, allAfter) = Machine.CpuSeconds();
        var foreign = (allAfter - all - (ownAfter - own)) / clock.Elapsed.TotalSeconds / Environment.ProcessorCount * 100;
        figures.Add("foreign_cpu_pct", Math.Max(0, foreign), 1)
            .Add("fdatasync_per_s_before", before)
            .Add("fsync_ms", fsync, 3)
            .Add("fdatasync_per_s_after", Machine.Fdatasync(options.Folder).PerSecond)
            .Add("waited_s", waited, 0);
        await Console.Out.WriteLineAsync(figures.ToJson());
        return 0;
    }

    private static async Task<Figures> RunAsync(EngineArguments options)
    {
        var figures = new Figures().Add("workload", options.Workload);
        switch (options.Workload)
        {
            case "W1a": await StepWorkloads.LatencyAsync(options, figures); break;
            case "W1b": await StepWorkloads.ThroughputAsync(options, figures); break;
            case "W2": await StepWorkloads.FanOutAsync(options, figures); break;
            case "long": await StepWorkloads.LongAsync(options, figures); break;
            case "W3a": await WaitingWorkload.LatencyAsync(options, figures); break;
            case "W3b": await WaitingWorkload.ManyAsync(options, figures); break;
            case "W4": await TimerWorkload.RunAsync(options, figures); break;
            case "W5": await (options.Nodes > 1 ? NodeCrashWorkload.RunAsync(options, figures) : CrashWorkload.RunAsync(options, figures)); break;
            case "W6": await SteadyWorkload.RunAsync(options, figures); break;
            case "floor": Floor.Run(options, figures); break;
            default: throw new ArgumentException($"There is no workload '{options.Workload}': W1a W1b W2 W3a W3b W4 W5 W6 long floor.", nameof(options));
        }

        return figures;
    }
}

/// <param name="Folder">Where the hub's file lies: on the disk to measure.</param>
/// <param name="Postgres">How to reach a PostgreSQL database; null: SQLite.</param>
/// <param name="Nodes">How many processes share the hub in PostgreSQL; 0: one that has it for itself.</param>
/// <param name="Lease">How long a lease on a partition runs.</param>
internal sealed record EngineArguments(
    string Workload, int Count, string Folder, TimeSpan Quiet, double Minutes, double Rate, string? Postgres, int Nodes, TimeSpan Lease)
{
    private const string Schema = "bench";

    public static EngineArguments Parse(string[] args)
    {
        var parsed = new EngineArguments(
            args.FirstOrDefault() ?? "",
            0,
            Path.Combine(Path.GetTempPath(), "teamsworkflows-bench"),
            TimeSpan.FromSeconds(90),
            10,
            0,
            null,
            0,
            new PostgresHubOptions().LeaseDuration);
        for (var i = 1; i < args.Length; i++)
        {
            parsed = args[i] switch
            {
                "--folder" => parsed with { Folder = args[++i] },
                "--quiet-ms" => parsed with { Quiet = TimeSpan.FromMilliseconds(Number(args[++i])) },
                "--minutes" => parsed with { Minutes = Number(args[++i]) },
                "--postgres" => parsed with { Postgres = args[++i] },
                "--nodes" => parsed with { Nodes = (int)Number(args[++i]) },
                "--lease-ms" => parsed with { Lease = TimeSpan.FromMilliseconds(Number(args[++i])) },
                "--rate" => parsed with { Rate = Number(args[++i]) },
                _ => parsed with { Count = (int)Number(args[i]) },
            };
        }

        return parsed;
    }

    /// <returns>The path of a hub's file that does not exist yet.</returns>
    public string NewFile()
    {
        foreach (var old in Directory.GetFiles(Folder, "hub.*"))
        {
            File.Delete(old);
        }

        return HubFile;
    }

    /// <returns>A hub with nothing in it, of as many nodes as are asked for.</returns>
    public BenchHub NewHub()
    {
        if (Nodes == 0)
        {
            return new BenchHub(NewStore(), HubFile);
        }

        return new BenchHub(NewNodes());
    }

    /// <returns>The nodes of a hub with nothing in it.</returns>
    /// <param name="log">Told at the start of each slow step of the first node.</param>
    public BenchNodes NewNodes(Action<string>? log = null)
    {
        Empty();
        return BenchNodes.Start(this, log);
    }

    public PostgresHubOptions ToHub() => new()
    {
        ConnectionString = Postgres ?? throw new InvalidOperationException("Nodes share a database: --postgres says which."),
        Schema = Schema,
        LeaseDuration = Lease,
    };

    /// <returns>A store with nothing in it.</returns>
    public IPartitionStore NewStore()
    {
        Empty();
        return OldStore();
    }

    private void Empty()
    {
        NewFile();
        if (Postgres is not null)
        {
            using var source = NpgsqlDataSource.Create(Postgres);
            using var command = source.CreateCommand($"DROP SCHEMA IF EXISTS {Schema} CASCADE");
            command.ExecuteNonQuery();
        }
    }

    /// <returns>The store as an earlier process left it.</returns>
    public IPartitionStore OldStore() => Postgres is null
        ? new SqlitePartitionStore(HubFile)
        : new PostgresPartitionStore(ToHub(), TimeProvider.System, Guid.NewGuid);

    public string HubFile => Path.Combine(Folder, "hub.db");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
