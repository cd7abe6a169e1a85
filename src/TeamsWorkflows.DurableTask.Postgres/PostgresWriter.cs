using Npgsql;
using NpgsqlTypes;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Store commands as SQL: a few prepared statements over arrays, in one transaction and one round trip.</summary>
/// <remarks>
/// The statements go out together with one Sync at the end, which makes them one transaction without BEGIN and COMMIT; the
/// first refuses it whole when a fence is stale. Positions of messages (see <see cref="Messages.InboxCursors"/>) rest on
/// this: one commit after the other, and none at all after one whose outcome is unknown.
/// </remarks>
internal sealed class PostgresWriter
{
    private const NpgsqlDbType Bigints = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Smallints = NpgsqlDbType.Array | NpgsqlDbType.Smallint;
    private const NpgsqlDbType Integers = NpgsqlDbType.Array | NpgsqlDbType.Integer;
    private const NpgsqlDbType Booleans = NpgsqlDbType.Array | NpgsqlDbType.Boolean;
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Blobs = NpgsqlDbType.Array | NpgsqlDbType.Bytea;

    private readonly NpgsqlBatch _batch;
    private readonly CommitBatch _changes;
    private readonly NpgsqlParameter<short[]> _heldIds = new() { NpgsqlDbType = Smallints };
    private readonly NpgsqlParameter<long[]> _heldFences = new() { NpgsqlDbType = Bigints };
    private readonly NotificationColumns _notifications = new();
    private readonly NpgsqlBatchCommand _check;
    private readonly NpgsqlBatchCommand _truncate;
    private readonly NpgsqlBatchCommand _untag;
    private readonly NpgsqlBatchCommand _remove;
    private readonly NpgsqlBatchCommand _insert;
    private readonly NpgsqlBatchCommand _tag;
    private readonly NpgsqlBatchCommand _update;
    private readonly NpgsqlBatchCommand _append;
    private readonly NpgsqlBatchCommand _send;
    private readonly NpgsqlBatchCommand _consume;
    private readonly NpgsqlBatchCommand _notify;
    private readonly HubChannels _hubChannels;

    public PostgresWriter(NpgsqlConnection connection, HubChannels channels, int partitions)
    {
        using (var settings = new NpgsqlCommand(
            "SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off; SET enable_mergejoin = off", connection))
        {
            settings.ExecuteNonQuery();
        }

        (_batch, _hubChannels, _changes) = (new NpgsqlBatch(connection), channels, new CommitBatch(partitions));
        _check = Command("SELECT check_fences($1, $2)", _heldIds, _heldFences);
        _truncate = Command("DELETE FROM history WHERE instance_key = ANY ($1)", Column(Bigints, _changes.Truncated));
        _untag = Command("DELETE FROM instance_tag WHERE instance_key = ANY ($1)", Column(Bigints, _changes.Removed));
        _remove = Command("DELETE FROM instance WHERE key = ANY ($1)", Column(Bigints, _changes.Removed));
        _insert = Insert(_changes.Inserted);
        _tag = Command(
            "INSERT INTO instance_tag (name, value, instance_key) SELECT * FROM unnest($1, $2, $3)",
            Column(Texts, _changes.Tags.Names),
            Column(Texts, _changes.Tags.Values),
            Column(Bigints, _changes.Tags.Keys));
        _update = Update(_changes.Updated);
        _append = Command(
            "INSERT INTO history (instance_key, turn, events) SELECT * FROM unnest($1, $2, $3)",
            Column(Bigints, _changes.History.Keys),
            Column(Integers, _changes.History.Turns),
            Column(Blobs, _changes.History.Chunks));
        _send = Send(_changes.Sent);
        _consume = Command("DELETE FROM message WHERE seq = ANY ($1)", Column(Bigints, _changes.Consumed));
        _notify = Command(
            "SELECT pg_notify(channel, payload) FROM unnest($1, $2) AS told (channel, payload)",
            Column(Texts, _notifications.Channels),
            Column(Texts, _notifications.Payloads));
    }

    /// <summary>Writes the commands in one durable transaction.</summary>
    /// <param name="proof">The partitions that must still be this node's, ascending; the first one names the sender of messages.</param>
    /// <param name="isOwn">Whether this node hands a message to a partition over in memory; only to one that is proved.</param>
    /// <param name="number">Grows with each commit under the first partition's fence.</param>
    /// <exception cref="NpgsqlException">Nothing was written, or (when the connection was lost) nobody knows.</exception>
    public void Commit(IReadOnlyList<StoreCommand> commands, HeldPartitions proof, Func<StoredMessage, int, bool> isOwn, long number)
    {
        _changes.Fill(commands, isOwn, proof.Ids[0], Messages.InboxCursors.Position(proof.Fences[0], number));
        (_heldIds.TypedValue, _heldFences.TypedValue) = (proof.Ids, proof.Fences);

        _batch.BatchCommands.Clear();
        _batch.BatchCommands.Add(_check);
        AddIf(_changes.Truncated.Count, _truncate);
        AddIf(_changes.Removed.Count, _untag);
        AddIf(_changes.Removed.Count, _remove);
        AddIf(_changes.Inserted.Keys.Count, _insert);
        AddIf(_changes.Tags.Keys.Count, _tag);
        AddIf(_changes.Updated.Keys.Count, _update);
        AddIf(_changes.History.Keys.Count, _append);
        AddIf(_changes.Sent.Sequences.Count, _send);
        AddIf(_changes.Consumed.Count, _consume);
        AddNotifications(proof.Ids[0]);
        AddIf(_notifications.Channels.Count, _notify);

        _batch.Prepare(); // asks the server only for what it has not seen on this connection
        _batch.ExecuteNonQuery();
    }

    private void AddNotifications(int sender)
    {
        _notifications.Clear();
        foreach (var receiver in _changes.Sent.Foreign)
        {
            _notifications.Add(_hubChannels.OfPartition(receiver), HubChannels.Payload(sender));
        }

        foreach (var (call, outcome) in _changes.Answers)
        {
            _notifications.Add(_hubChannels.OfNode(call.Node), HubChannels.Payload(call.Number, outcome));
        }
    }

    private void AddIf(int count, NpgsqlBatchCommand command)
    {
        if (count > 0)
        {
            _batch.BatchCommands.Add(command);
        }
    }

    private static NpgsqlBatchCommand Insert(InstanceColumns rows) => Command(
        """
        INSERT INTO instance (key, partition, id, name, folded_name, status, is_active, timer_at, custom_status, created_at, updated_at, waiting,
            version, parent_id, tags, completed_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """,
        Column(Bigints, rows.Keys),
        Column(Smallints, rows.Partitions),
        Column(Texts, rows.Ids),
        Column(Texts, rows.Names),
        Column(Texts, rows.FoldedNames),
        Column(Smallints, rows.Statuses),
        Column(Booleans, rows.Active),
        Column(Bigints, rows.TimersAt),
        Column(Texts, rows.CustomStatuses),
        Column(Bigints, rows.CreatedAt),
        Column(Bigints, rows.UpdatedAt),
        Column(Blobs, rows.Waiting),
        Column(Texts, rows.Versions),
        Column(Texts, rows.ParentIds),
        Column(Texts, rows.Tags),
        Column(Bigints, rows.CompletedAt));

    private static NpgsqlBatchCommand Update(InstanceColumns rows) => Command(
        """
        UPDATE instance SET status = changed.status, is_active = changed.is_active, timer_at = changed.timer_at,
            custom_status = changed.custom_status, updated_at = changed.updated_at, waiting = changed.waiting,
            version = changed.version, completed_at = changed.completed_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            AS changed (key, status, is_active, timer_at, custom_status, updated_at, waiting, version, completed_at)
        WHERE instance.key = changed.key
        """,
        Column(Bigints, rows.Keys),
        Column(Smallints, rows.Statuses),
        Column(Booleans, rows.Active),
        Column(Bigints, rows.TimersAt),
        Column(Texts, rows.CustomStatuses),
        Column(Bigints, rows.UpdatedAt),
        Column(Blobs, rows.Waiting),
        Column(Texts, rows.Versions),
        Column(Bigints, rows.CompletedAt));

    private static NpgsqlBatchCommand Send(MessageColumns messages) => Command(
        """
        INSERT INTO message (seq, partition, sender, position, instance_id, execution_id, parent_execution_id, event, call)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        Column(Bigints, messages.Sequences),
        Column(Smallints, messages.Receivers),
        Column(Smallints, messages.Senders),
        Column(Bigints, messages.Positions),
        Column(Texts, messages.InstanceIds),
        Column(Texts, messages.ExecutionIds),
        Column(Texts, messages.ParentExecutionIds),
        Column(Blobs, messages.Events),
        Column(Texts, messages.Calls));

    private static NpgsqlParameter<List<T>> Column<T>(NpgsqlDbType type, List<T> values) => new() { NpgsqlDbType = type, TypedValue = values };

#pragma warning disable CA2100 // constants of ours
    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        NpgsqlBatchCommand command = new(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }
#pragma warning restore CA2100
}
