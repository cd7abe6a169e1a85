using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Rows as the engine's records. Not safe for two threads at once.</summary>
internal sealed class SqliteReader(SqliteStatements statements, string file)
{
    private readonly SqliteStatement _begin = statements.Prepare("BEGIN");
    private readonly SqliteStatement _end = statements.Prepare("COMMIT");
    private readonly SqliteStatement _instance = statements.Prepare(
        $"SELECT {SqliteRows.InstanceColumns} FROM instance WHERE id = ?");

    private readonly SqliteStatement _history = statements.Prepare(
        "SELECT turn, events, checksum FROM history WHERE instance_key = ? AND turn >= ? ORDER BY turn LIMIT ?");

    private readonly SqliteStatement _historyEnds = statements.Prepare(
        """
        SELECT turn, events, checksum FROM history WHERE instance_key = ?1
        AND turn IN (0, (SELECT max(turn) FROM history WHERE instance_key = ?1)) ORDER BY turn
        """);

    private readonly SqliteStatement _timers = statements.Prepare(
        "SELECT timer_at, id FROM instance WHERE timer_at >= ? ORDER BY timer_at, id LIMIT ?");

    private readonly SqliteStatement _firstFrom = statements.Prepare(
        "SELECT key, created_at FROM instance WHERE key >= ? ORDER BY key LIMIT 1");

    private readonly SqliteStatement _finished = statements.Prepare(
        "SELECT id FROM instance WHERE completed_at < ? ORDER BY completed_at, key LIMIT ?");

    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns)
        => Load(instanceId, row => _history.Bind(row.Key).Bind(fromTurn).Bind(maxTurns));

    public StoredInstance? LoadEnds(string instanceId) => Load(instanceId, row => _historyEnds.Bind(row.Key));

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max)
    {
        var select = SqliteQuery.List(query, beforeKey, max);
        using var statement = new SqliteStatement(statements.Connection, select.Text);
        select.Bind(statement);
        return ReadAll(statement, r => SqliteRows.CheckedInstance(r, file));
    }

    public IReadOnlyList<InstanceCount> Count(OrchestrationQuery query, TimeSpan span, int max)
    {
        var last = Select("SELECT coalesce(max(key), 0) FROM instance", static r => r.Int64(0))[0];
        var select = SqliteQuery.Count(query, KeyRange.Of(query, FirstFrom, last), span, max);
        using var statement = new SqliteStatement(statements.Connection, select.Text);
        select.Bind(statement);
        return ReadAll(statement, r => InstanceCount.Of(r.Int64(0), span, (OrchestrationRuntimeStatus)r.Int64(1), (int)r.Int64(2)));
    }

    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max)
        => ReadAll(_timers.Bind(from).Bind(max), static r => new DueTimer(r.Time(0), r.Text(1)));

    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max)
        => ReadAll(_finished.Bind(before).Bind(max), static r => r.Text(0));

    public RecoveredPartition Recover(int maxTimers) => new(
        Select("SELECT coalesce(max(key), 0) FROM instance", static r => r.Int64(0))[0],
        Select("SELECT coalesce(max(seq), 0) FROM message", static r => r.Int64(0))[0],
        Select("SELECT id FROM instance WHERE is_active = 1 ORDER BY key", static r => r.Text(0)),
        LoadTimers(DateTimeOffset.MinValue, maxTimers),
        Select($"SELECT {SqliteRows.MessageColumns} FROM message ORDER BY seq", r => SqliteRows.CheckedMessage(r, file)));

    // Row and history in one read transaction: a commit between the two must not show half a turn.
    private StoredInstance? Load(string instanceId, Func<InstanceRow, SqliteStatement> selectHistory)
    {
        _begin.Execute();
        try
        {
            if (!_instance.Bind(instanceId).Read())
            {
                return null;
            }

            var row = SqliteRows.CheckedInstance(_instance, file);
            _instance.Reset();
            return new StoredInstance(row, ReadAll(selectHistory(row), r => Chunk(r, row)));
        }
        finally
        {
            _instance.Reset();
            _end.Execute();
        }
    }

    private (long Key, DateTimeOffset CreatedAt)? FirstFrom(long key)
        => ReadAll(_firstFrom.Bind(key), static r => (r.Int64(0), r.Time(1))) is [var first, ..] ? first : null;

    private byte[] Chunk(SqliteStatement r, InstanceRow row)
    {
        var chunk = r.Blob(1);
        return Checksum.Of(row.Key, r.Int64(0), chunk) == r.Int64(2)
            ? chunk
            : throw SqliteErrors.Checksum($"turn {r.Int64(0)} of instance '{row.Id}'", file);
    }

    private List<T> Select<T>(string sql, Func<SqliteStatement, T> map)
    {
        using var statement = new SqliteStatement(statements.Connection, sql);
        return ReadAll(statement, map);
    }

    private static List<T> ReadAll<T>(SqliteStatement statement, Func<SqliteStatement, T> map)
    {
        List<T> rows = [];
        try
        {
            while (statement.Read())
            {
                rows.Add(map(statement));
            }
        }
        finally
        {
            statement.Reset();
        }

        return rows;
    }
}
