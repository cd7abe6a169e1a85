using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.Benchmarks;

/// <summary>What one durable transaction costs, by the number of turns in it: rows like those of W1, SQLite at synchronous=FULL.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The runner calls the cleanup.")]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 20, iterationCount: 300)]
public class GroupCommitBenchmarks
{
    private const int Instances = 200;
    private const int HistoryBytes = 70;

    private string _folder = "";
    private SqlitePartitionStore? _store;
    private StoreCommand[] _batch = [];
    private int _next;

    [Params(1, 10, 100, 1_000)]
    public int TurnsPerCommit { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("group-commit").FullName;
        _store = new SqlitePartitionStore(Path.Combine(_folder, "hub.db"));
        _store.Recover(1);
    }

    [IterationSetup]
    public void Prepare() => _batch = [.. Enumerable.Range(0, TurnsPerCommit).Select(_ => Append(_next++))];

    [Benchmark]
    public void Commit() => _store!.Commit(_batch);

    [GlobalCleanup]
    public void Close()
    {
        _store!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // 200 instances take turns, as they do under load.
    private static CommitTurn Append(int number) => new(
        number % Instances, number / Instances, new byte[HistoryBytes], ReplacesHistory: false, IsNew: false, Row: null, [], []);
}
