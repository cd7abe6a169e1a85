using System.Text.Json;
using Npgsql;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Columns to records, and times to numbers.</summary>
internal static class PostgresRows
{
    public const string InstanceColumns =
        "key, id, name, status, is_active, timer_at, custom_status, created_at, updated_at, waiting, version, parent_id, tags, completed_at";

    public const string MessageColumns = "seq, instance_id, execution_id, parent_execution_id, event, call";

    public static long Ticks(DateTimeOffset time) => time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;

    public static long? Ticks(DateTimeOffset? time) => time is { } known ? Ticks(known) : null;

    public static DateTimeOffset Time(NpgsqlDataReader r, int column) => DateTimeOffset.UnixEpoch.AddTicks(r.GetInt64(column));

    public static string? TextOrNull(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);

    public static InstanceRow Instance(NpgsqlDataReader r) => new(
        r.GetInt64(0),
        r.GetString(1),
        r.GetString(2),
        (OrchestrationRuntimeStatus)r.GetInt16(3),
        r.GetBoolean(4),
        TimeOrNull(r, 5),
        TextOrNull(r, 6),
        Time(r, 7),
        Time(r, 8))
    {
        Waiting = r.IsDBNull(9) ? null : r.GetFieldValue<byte[]>(9),
        Version = TextOrNull(r, 10),
        ParentId = TextOrNull(r, 11),
        Tags = r.IsDBNull(12) ? ValueMap<string>.Empty : new(JsonSerializer.Deserialize<Dictionary<string, string>>(r.GetString(12))!),
        CompletedAt = TimeOrNull(r, 13),
    };

    public static StoredMessage Message(NpgsqlDataReader r)
        => new(r.GetInt64(0), r.GetString(1), TextOrNull(r, 2), TextOrNull(r, 3), r.GetFieldValue<byte[]>(4)) { Call = TextOrNull(r, 5) };

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : Time(r, column);
}
