using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>A task hub of one partition in one SQLite file, owned by one process.</summary>
/// <remarks>
/// One connection writes (the group-commit thread), another reads, a third moves the log into the file; in WAL mode none
/// waits for the other. Ownership is a lock on a file beside the database: the operating system drops it when the process
/// dies, however it dies. SQLite's own <c>locking_mode = EXCLUSIVE</c> would shut out our reading connection as well.
/// </remarks>
public sealed class SqlitePartitionStore(string file, ILogger<SqlitePartitionStore>? logger = null) : IPartitionStore
{
    // A reader that meets a half-written index header takes the write lock for a moment: the writer must wait, not fail.
    private const int BusyTimeoutMs = 10_000;

    private readonly Lock _readGate = new();
    private SqliteOwnership? _ownership;
    private SqliteConnection? _writing;
    private SqliteConnection? _reading;
    private SqliteCheckpointer? _checkpointer;
    private SqliteStatements? _writes;
    private SqliteStatements? _reads;
    private SqliteWriter? _writer;
    private SqliteReader? _reader;

    /// <summary>Gets how often a statement was compiled again because of what was bound to it: a sign of lost time.</summary>
    internal int RecompilationCount => (_writes?.RecompilationCount ?? 0) + (_reads?.RecompilationCount ?? 0);

    /// <inheritdoc/>
    public RecoveredPartition Recover(int maxTimers)
    {
        _ownership = SqliteOwnership.Take(file);
        try
        {
            var inspection = new SqliteInspection(file, logger);
            var isLogMissing = inspection.BeforeOpening(_ownership);
            return Translated(() =>
            {
                _writing = Open();
                inspection.AfterOpening(_writing, isLogMissing);
                new SqliteSchema(_writing, file).Migrate();
                Configure(_writing);
                _reading = Configure(Open());
                _reading.CreateCollation(SqliteQuery.NameCollation, static (a, b) => string.Compare(a, b, StringComparison.OrdinalIgnoreCase));
                _checkpointer = new SqliteCheckpointer(Configure(Open()), new FileInfo(file + "-wal"));
                _writer = new SqliteWriter(_writes = new SqliteStatements(_writing));
                _reader = new SqliteReader(_reads = new SqliteStatements(_reading), file);
                _ownership.MarkOpen(); // the log has been created by now
                return _reader.Recover(maxTimers);
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Commit(IReadOnlyList<StoreCommand> batch) => Translated(() =>
    {
        Opened(_writer).Commit(batch);
        Opened(_checkpointer).AfterCommit(_writing!);
        return true;
    });

    /// <inheritdoc/>
    public StoredInstance? Load(string instanceId) => Read(reader => reader.Load(instanceId, 0, int.MaxValue));

    /// <inheritdoc/>
    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => Read(reader => reader.Load(instanceId, fromTurn, maxTurns));

    /// <inheritdoc/>
    public StoredInstance? LoadEnds(string instanceId) => Read(reader => reader.LoadEnds(instanceId));

    /// <inheritdoc/>
    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => Read(reader => reader.LoadTimers(from, max));

    /// <inheritdoc/>
    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max)
        => Read(reader => reader.Query(query, beforeKey, max));

    /// <inheritdoc/>
    public IReadOnlyList<InstanceCount> Count(OrchestrationQuery query, TimeSpan span, int max)
        => Read(reader => reader.Count(query, span, max));

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => Read(reader => reader.ListFinished(before, max));

    /// <inheritdoc/>
    public void Dispose()
    {
        _checkpointer?.Dispose();
        _writes?.Dispose();
        _reads?.Dispose();
        _reading?.Dispose();
        if (_writer is not null && SqliteCheckpointer.TryMoveAll(_writing!))
        {
            _ownership!.MarkClosed();
            KeepLogOnClose(_writing!, isKept: false);
        }

        _writing?.Dispose();
        _ownership?.Dispose();
        (_checkpointer, _writer, _reader, _writes, _reads) = (null, null, null, null, null);
        (_reading, _writing, _ownership) = (null, null, null);
    }

    private static T Opened<T>(T? part)
        where T : class
        => part ?? throw new InvalidOperationException("Recover comes first: it takes ownership.");

    private T Read<T>(Func<SqliteReader, T> read)
    {
        lock (_readGate)
        {
            return Translated(() => read(Opened(_reader)));
        }
    }

    private T Translated<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, file);
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        KeepLogOnClose(connection, isKept: true);

        // Our partial indexes make plans depend on bound values: without this, binding one is preparing the statement again.
        Set(connection, raw.SQLITE_DBCONFIG_ENABLE_QPSG, true);
        return connection;
    }

    // SQLite's last connection would move the log into a file that was refused, and remove it: such a file is left as it is.
    private static void KeepLogOnClose(SqliteConnection connection, bool isKept)
        => Set(connection, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, isKept);

    private static void Set(SqliteConnection connection, int option, bool isOn)
        => SqliteException.ThrowExceptionForRC(raw.sqlite3_db_config(connection.Handle!, option, isOn ? 1 : 0, out _), connection.Handle!);

    private static SqliteConnection Configure(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of ours
        command.CommandText =
            $"""
            PRAGMA busy_timeout = {BusyTimeoutMs};
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA cache_size = -8000;
            PRAGMA cell_size_check = ON;
            """;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return connection;
    }
}
