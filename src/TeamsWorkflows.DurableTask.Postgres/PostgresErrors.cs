using System.Globalization;
using Npgsql;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>PostgreSQL's errors as what they mean to whoever runs the hub.</summary>
internal static class PostgresErrors
{
    /// <summary>Raised by <c>check_fences</c>.</summary>
    public const string FenceIsStale = "TW001";

    /// <param name="hub">What to call the hub in messages to people.</param>
    public static Exception Translate(NpgsqlException e, string hub) => e switch
    {
        PostgresException { SqlState: FenceIsStale } stale => Lost(stale, hub),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new IOException(
            $"There is no space left on the disk of the task hub's database ({hub}). Nothing of the last transaction was written. "
            + "Make room, then start the process again.",
            e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => new IOException(
            $"The database user may not do what the task hub needs ({hub}): {e.Message}. It must own the schema, or be allowed to create it.", e),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => new IOException(
            $"The task hub's database ({hub}) is read-only: a standby? Connect to the primary (Target Session Attributes=primary).", e),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } => new CorruptStoreException(
            $"The task hub's database ({hub}) is damaged: {e.Message}. Stop the processes, and restore the last backup.", e),
        PostgresException { SqlState: [_, ..] state } when !IsServerGone(state) => new IOException(
            $"The task hub's database ({hub}) refused the statement: {e.Message}. Nothing of the last transaction was written.", e),
        _ => new IOException(
            $"The task hub's database ({hub}) is out of reach or went away: {e.Message}. Whether the last transaction was written is "
            + "unknown; whoever opens the hub next finds it whole or not at all.",
            e),
    };

    // Connection exceptions, and an operator's intervention: shutdown, crash, still starting.
    private static bool IsServerGone(string state)
        => state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal);

    private static PartitionLostException Lost(PostgresException stale, string hub)
    {
        int[] partitions = [.. stale.Hint!.Split(',').Select(static id => int.Parse(id, CultureInfo.InvariantCulture))];
        return new(
            $"Another node has taken over partition {string.Join(", ", partitions)} of the task hub ({hub}): this one was too slow to renew "
            + "its leases. Nothing of the last transaction was written.",
            partitions,
            stale);
    }
}
