using Npgsql;
using NpgsqlTypes;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Postgres.Messages;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Rows as the engine's records. Any thread: each call takes a connection of the pool.</summary>
internal sealed class PostgresReader(PostgresConnections connections)
{
    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => Load(
        instanceId,
        "SELECT events FROM history WHERE instance_key = (SELECT key FROM instance WHERE id = $1) AND turn >= $2 ORDER BY turn LIMIT $3",
        Integer(fromTurn),
        Integer(maxTurns));

    public StoredInstance? LoadEnds(string instanceId) => Load(
        instanceId,
        """
        SELECT events FROM history h, (SELECT key FROM instance WHERE id = $1) i
        WHERE h.instance_key = i.key AND h.turn IN (0, (SELECT max(turn) FROM history WHERE instance_key = i.key)) ORDER BY turn
        """);

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max)
    {
        using var connection = connections.Open();
        using var command = PostgresQuery.List(connection, query, beforeKey, max);
        return ReadAll(command, PostgresRows.Instance);
    }

    public IReadOnlyList<InstanceCount> Count(OrchestrationQuery query, TimeSpan span, int max)
    {
        var last = Select("SELECT coalesce(max(key), 0) FROM instance", static r => r.GetInt64(0))[0];
        var keys = KeyRange.Of(query, FirstFrom, last);
        using var connection = connections.Open();
        using var command = PostgresQuery.Count(connection, query, keys, span, max);
        return ReadAll(command, r => InstanceCount.Of(r.GetInt64(0), span, (OrchestrationRuntimeStatus)r.GetInt16(1), (int)r.GetInt64(2)));
    }

    public IReadOnlyList<DueTimer> LoadTimers(short[] partitions, DateTimeOffset from, int max) => Select(
        "SELECT timer_at, id FROM instance WHERE timer_at >= $1 AND partition = ANY ($2) ORDER BY timer_at, id LIMIT $3",
        static r => new DueTimer(PostgresRows.Time(r, 0), r.GetString(1)),
        Bigint(PostgresRows.Ticks(from)),
        Smallints(partitions),
        Integer(max));

    public IReadOnlyList<InstanceState> Find(IReadOnlyList<string> ids) => Select(
        "SELECT id, waiting IS NULL, completed_at IS NOT NULL FROM instance WHERE id = ANY ($1)",
        static r => new InstanceState(r.GetString(0), r.GetBoolean(1), r.GetBoolean(2)),
        new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, TypedValue = [.. ids] });

    public IReadOnlyList<string> ListFinished(short[] partitions, DateTimeOffset before, int max) => Select(
        "SELECT id FROM instance WHERE completed_at < $1 AND partition = ANY ($2) ORDER BY completed_at, key LIMIT $3",
        static r => r.GetString(0),
        Bigint(PostgresRows.Ticks(before)),
        Smallints(partitions),
        Integer(max));

    /// <summary>Reads what is open in partitions that were just acquired, and how far the messages of others have been read by that.</summary>
    public (RecoveredPartition Recovered, IReadOnlyList<IncomingMessage> Incoming) Recover(short[] partitions, int maxTimers)
    {
        var (lastKey, lastSequence) = Select(
            "SELECT coalesce((SELECT max(key) FROM instance), 0), coalesce((SELECT max(seq) FROM message), 0)",
            static r => (r.GetInt64(0), r.GetInt64(1)))[0];
        var active = Select(
            "SELECT id FROM instance WHERE is_active AND partition = ANY ($1) ORDER BY key", static r => r.GetString(0), Smallints(partitions));
        var messages = Select(
            $"SELECT {PostgresRows.MessageColumns}, partition, sender, position FROM message WHERE partition = ANY ($1) ORDER BY seq",
            IncomingMessage.Read,
            Smallints(partitions));
        return (
            new(lastKey, lastSequence, active, LoadTimers(partitions, DateTimeOffset.MinValue, maxTimers), [.. messages.Select(static m => m.Message)]),
            messages);
    }

    private (long Key, DateTimeOffset CreatedAt)? FirstFrom(long key) => Select(
        "SELECT key, created_at FROM instance WHERE key >= $1 ORDER BY key LIMIT 1",
        static r => (r.GetInt64(0), PostgresRows.Time(r, 1)),
        Bigint(key)) is [var first, ..] ? first : null;

    // Row and history from one snapshot: a commit between the two must not show half a turn. Four statements, one round trip.
    private StoredInstance? Load(string instanceId, string selectHistory, params NpgsqlParameter[] more)
    {
        using var connection = connections.Open();
        using var batch = new NpgsqlBatch(connection);
        Add(batch, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        Add(batch, $"SELECT {PostgresRows.InstanceColumns} FROM instance WHERE id = $1", Text(instanceId));
        Add(batch, selectHistory, [Text(instanceId), .. more]);
        Add(batch, "COMMIT");
        batch.Prepare();
        using var reader = batch.ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        var row = PostgresRows.Instance(reader);
        List<byte[]> history = [];
        reader.NextResult();
        while (reader.Read())
        {
            history.Add(reader.GetFieldValue<byte[]>(0));
        }

        return new(row, history);
    }

#pragma warning disable CA2100 // constants of ours
    private List<T> Select<T>(string sql, Func<NpgsqlDataReader, T> map, params NpgsqlParameter[] parameters)
    {
        using var connection = connections.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        command.Prepare();
        return ReadAll(command, map);
    }

    private static void Add(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
        NpgsqlBatchCommand command = new(sql);
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
    }
#pragma warning restore CA2100

    private static List<T> ReadAll<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> map)
    {
        List<T> rows = [];
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private static NpgsqlParameter<string> Text(string value) => new() { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = value };

    private static NpgsqlParameter<int> Integer(int value) => new() { NpgsqlDbType = NpgsqlDbType.Integer, TypedValue = value };

    private static NpgsqlParameter<long> Bigint(long value) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, TypedValue = value };

    private static NpgsqlParameter<short[]> Smallints(short[] values)
        => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint, TypedValue = values };
}
