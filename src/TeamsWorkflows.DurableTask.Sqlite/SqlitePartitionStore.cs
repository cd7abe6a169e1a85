using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>A task hub of one partition in one SQLite file, owned by one process.</summary>
/// <remarks>
/// One connection writes (the group-commit thread), another reads; in WAL mode neither waits for the other.
/// Ownership is a lock on a file beside the database: the operating system drops it when the process dies, however it
/// dies. SQLite's own <c>locking_mode = EXCLUSIVE</c> would shut out our reading connection as well.
/// </remarks>
public sealed class SqlitePartitionStore : IPartitionStore
{
    // A reader that meets a half-written index header takes the write lock for a moment: the writer must wait, not fail.
    private const int BusyTimeoutMs = 10_000;

    private const int CheckpointPages = 4_000; // 16 MB of WAL: rewriting a page a few times costs one write to the file

    private readonly string _file;
    private readonly Lock _readGate = new();
    private FileStream? _ownership;
    private SqliteConnection? _writing;
    private SqliteConnection? _reading;
    private SqliteWriter? _writer;
    private SqliteReader? _reader;

    public SqlitePartitionStore(string file) => _file = file;

    public RecoveredPartition Recover()
    {
        _ownership = new FileStream(_file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        _writing = Open();
        using (var command = _writing.CreateCommand())
        {
            command.CommandText = Schema();
            command.ExecuteNonQuery();
        }

        _reading = Open();
        _writer = new SqliteWriter(_writing);
        _reader = new SqliteReader(_reading);
        return _reader.Recover();
    }

    public void Commit(IReadOnlyList<StoreCommand> batch) => Opened(_writer).Commit(batch);

    public StoredInstance? Load(string instanceId)
    {
        lock (_readGate)
        {
            return Opened(_reader).Load(instanceId);
        }
    }

    public StoredInstance? LoadEnds(string instanceId)
    {
        lock (_readGate)
        {
            return Opened(_reader).LoadEnds(instanceId);
        }
    }

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey)
    {
        ArgumentNullException.ThrowIfNull(query);

        lock (_readGate)
        {
            return Opened(_reader).Query(query, beforeKey);
        }
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _reader?.Dispose();
        _writing?.Dispose();
        _reading?.Dispose();
        _ownership?.Dispose();
    }

    private static T Opened<T>(T? part)
        where T : class
        => part ?? throw new InvalidOperationException("Recover comes first: it takes ownership.");

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _file, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of ours
        command.CommandText =
            $"""
            PRAGMA busy_timeout = {BusyTimeoutMs};
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = {CheckpointPages};
            PRAGMA cache_size = -32000;
            """;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return connection;
    }

    private static string Schema()
    {
        using var stream = typeof(SqlitePartitionStore).Assembly.GetManifestResourceStream("Schema.sql")
            ?? throw new UnreachableException("The schema is embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
