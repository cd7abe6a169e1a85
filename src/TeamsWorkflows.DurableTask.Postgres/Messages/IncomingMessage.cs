using Npgsql;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres.Messages;

/// <summary>A message as it lies in the table.</summary>
/// <param name="Receiver">The partition that it is for.</param>
/// <param name="Sender">A partition of the node that sent it; null: it was sent within the receiver's own node.</param>
/// <param name="Position">See <see cref="InboxCursors"/>; 0 without a sender.</param>
internal readonly record struct IncomingMessage(StoredMessage Message, int Receiver, int? Sender, long Position)
{
    public static IncomingMessage Read(NpgsqlDataReader r) => new(
        PostgresRows.Message(r),
        r.GetInt16(6),
        r.IsDBNull(7) ? null : r.GetInt16(7),
        r.IsDBNull(8) ? 0 : r.GetInt64(8));
}
