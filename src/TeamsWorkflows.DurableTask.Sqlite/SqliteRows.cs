using System.Text.Json;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Columns to records.</summary>
internal static class SqliteRows
{
    public const string InstanceColumns =
        "key, id, name, status, is_active, timer_at, custom_status, created_at, updated_at, waiting, version, parent_id, tags, completed_at, checksum";

    public const string MessageColumns = "seq, instance_id, execution_id, parent_execution_id, event, checksum";

    public static InstanceRow Instance(SqliteStatement r) => new(
        r.Int64(0),
        r.Text(1),
        r.Text(2),
        (OrchestrationRuntimeStatus)r.Int64(3),
        IsActive: r.Int64(4) != 0,
        r.IsNull(5) ? null : r.Time(5),
        r.TextOrNull(6),
        r.Time(7),
        r.Time(8))
    {
        Waiting = r.IsNull(9) ? null : r.Blob(9),
        Version = r.TextOrNull(10),
        ParentId = r.TextOrNull(11),
        Tags = r.IsNull(12) ? ValueMap<string>.Empty : new(JsonSerializer.Deserialize<Dictionary<string, string>>(r.Text(12))!),
        CompletedAt = r.IsNull(13) ? null : r.Time(13),
    };

    /// <exception cref="CorruptStoreException">The row is not what was written.</exception>
    public static InstanceRow CheckedInstance(SqliteStatement r, string file)
    {
        InstanceRow row;
        try
        {
            row = Instance(r);
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException)
        {
            throw new CorruptStoreException(SqliteErrors.Checksum($"instance row {r.Int64(0)}", file).Message, e);
        }

        return Checksum.Of(row, r.TextOrNull(12)) == r.Int64(14)
            ? row
            : throw SqliteErrors.Checksum($"the row of instance '{row.Id}'", file);
    }

    public static StoredMessage Message(SqliteStatement r)
        => new(r.Int64(0), r.Text(1), r.TextOrNull(2), r.TextOrNull(3), r.Blob(4));

    /// <exception cref="CorruptStoreException">The row is not what was written.</exception>
    public static StoredMessage CheckedMessage(SqliteStatement r, string file)
    {
        var message = Message(r);
        return Checksum.Of(message) == r.Int64(5)
            ? message
            : throw SqliteErrors.Checksum($"message {message.Sequence} to instance '{message.InstanceId}'", file);
    }

    /// <returns>The tags as they are stored.</returns>
    public static string? TagsOf(InstanceRow row) => row.Tags.Count == 0 ? null : JsonSerializer.Serialize(row.Tags);
}
