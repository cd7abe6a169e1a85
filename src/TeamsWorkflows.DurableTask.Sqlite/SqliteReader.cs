using System.Text;
using Microsoft.Data.Sqlite;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Rows as the engine's records. Not safe for two threads at once.</summary>
internal sealed class SqliteReader(SqliteConnection connection) : IDisposable
{
    private const string Columns = "key, id, name, status, is_active, timer_at, custom_status, created_at, updated_at, waiting";

    private readonly SqliteStatement _begin = new(connection, "BEGIN");
    private readonly SqliteStatement _end = new(connection, "COMMIT");
    private readonly SqliteStatement _instance = new(connection, $"SELECT {Columns} FROM instance WHERE id = ?");

    private readonly SqliteStatement _history = new(
        connection, "SELECT events FROM history WHERE instance_key = ? ORDER BY turn");

    private readonly SqliteStatement _historyEnds = new(
        connection,
        """
        SELECT events FROM history WHERE instance_key = ?1
        AND turn IN (0, (SELECT max(turn) FROM history WHERE instance_key = ?1)) ORDER BY turn
        """);

    public StoredInstance? Load(string instanceId) => Load(instanceId, _history);

    public StoredInstance? LoadEnds(string instanceId) => Load(instanceId, _historyEnds);

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey)
    {
        var sql = new StringBuilder($"SELECT {Columns} FROM instance WHERE key < ?");
        if (query.Statuses.Count > 0)
        {
            sql.Append(" AND status IN (").AppendJoin(", ", query.Statuses.Select(static _ => "?")).Append(')');
        }

        sql.Append(query.InstanceIdPrefix is null ? "" : " AND substr(id, 1, length(?)) = ?");
        sql.Append(query.CreatedFrom is null ? "" : " AND created_at >= ?");
        sql.Append(query.CreatedBefore is null ? "" : " AND created_at < ?");
        sql.Append(" ORDER BY key DESC LIMIT ?");

        return Select(sql.ToString(), Row, statement =>
        {
            statement.Bind(beforeKey);
            foreach (var status in query.Statuses)
            {
                statement.Bind((int)status);
            }

            if (query.InstanceIdPrefix is { } prefix)
            {
                statement.Bind(prefix).Bind(prefix);
            }

            if (query.CreatedFrom is { } from)
            {
                statement.Bind(from);
            }

            if (query.CreatedBefore is { } before)
            {
                statement.Bind(before);
            }

            statement.Bind(query.PageSize);
        });
    }

    public RecoveredPartition Recover() => new(
        Select("SELECT coalesce(max(key), 0) FROM instance", static r => r.Int64(0))[0],
        Select("SELECT coalesce(max(seq), 0) FROM message", static r => r.Int64(0))[0],
        Select("SELECT id FROM instance WHERE is_active = 1 ORDER BY key", static r => r.Text(0)),
        Select("SELECT timer_at, id FROM instance WHERE timer_at IS NOT NULL ORDER BY timer_at", static r => (r.Time(0), r.Text(1))),
        Select(
            "SELECT seq, instance_id, execution_id, event FROM message ORDER BY seq",
            static r => new StoredMessage(r.Int64(0), r.Text(1), r.IsNull(2) ? null : r.Text(2), r.Blob(3))));

    public void Dispose()
    {
        _begin.Dispose();
        _end.Dispose();
        _instance.Dispose();
        _history.Dispose();
        _historyEnds.Dispose();
    }

    // Row and history in one read transaction: a commit between the two must not show half a turn.
    private StoredInstance? Load(string instanceId, SqliteStatement history)
    {
        _begin.Execute();
        try
        {
            if (!_instance.Bind(instanceId).Read())
            {
                return null;
            }

            var row = Row(_instance);
            _instance.Reset();
            List<byte[]> chunks = [];
            history.Bind(row.Key);
            while (history.Read())
            {
                chunks.Add(history.Blob(0));
            }

            return new StoredInstance(row, chunks);
        }
        finally
        {
            _end.Execute();
        }
    }

    private static InstanceRow Row(SqliteStatement r) => new(
        r.Int64(0),
        r.Text(1),
        r.Text(2),
        (OrchestrationRuntimeStatus)r.Int64(3),
        IsActive: r.Int64(4) != 0,
        r.IsNull(5) ? null : r.Time(5),
        r.IsNull(6) ? null : r.Text(6),
        r.Time(7),
        r.Time(8),
        r.IsNull(9) ? null : r.Blob(9));

    private List<T> Select<T>(string sql, Func<SqliteStatement, T> map, Action<SqliteStatement>? bind = null)
    {
        using var statement = new SqliteStatement(connection, sql);
        bind?.Invoke(statement);
        List<T> rows = [];
        while (statement.Read())
        {
            rows.Add(map(statement));
        }

        return rows;
    }
}
