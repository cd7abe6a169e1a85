using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Store commands as SQL: one row of history per turn, and the instance's row only when it changed.</summary>
internal sealed class SqliteWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = new(connection, "COMMIT");
    private readonly SqliteStatement _rollback = new(connection, "ROLLBACK");

    private readonly SqliteStatement _append = new(
        connection, "INSERT INTO history (instance_key, turn, events) VALUES (?, ?, ?)");

    private readonly SqliteStatement _truncate = new(connection, "DELETE FROM history WHERE instance_key = ?");

    private readonly SqliteStatement _insert = new(
        connection,
        """
        INSERT INTO instance (key, id, name, status, is_active, timer_at, custom_status, created_at, updated_at, waiting)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly SqliteStatement _update = new(
        connection,
        """
        UPDATE instance SET status = ?, is_active = ?, timer_at = ?, custom_status = ?, updated_at = ?, waiting = ?
        WHERE key = ?
        """);

    private readonly SqliteStatement _send = new(
        connection, "INSERT INTO message (seq, instance_id, execution_id, event) VALUES (?, ?, ?, ?)");

    private readonly SqliteStatement _forget = new(connection, "DELETE FROM message WHERE seq = ?");

    public void Commit(IReadOnlyList<StoreCommand> batch)
    {
        _begin.Execute();
        try
        {
            for (var i = 0; i < batch.Count; i++)
            {
                Apply(batch[i]);
            }

            _commit.Execute();
        }
        catch (SqliteException)
        {
            _rollback.Execute();
            throw;
        }
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _append.Dispose();
        _truncate.Dispose();
        _insert.Dispose();
        _update.Dispose();
        _send.Dispose();
        _forget.Dispose();
    }

    private void Apply(StoreCommand command)
    {
        switch (command)
        {
            case CommitTurn c: Apply(c); break;
            case RefuseMessages c: Exchange(c.Consumed, c.Sent); break;
            default: throw new UnreachableException($"Unknown command {command.GetType().Name}.");
        }
    }

    private void Apply(CommitTurn turn)
    {
        if (turn.Row is { } row)
        {
            if (turn.IsNew)
            {
                Insert(_insert, row);
            }
            else
            {
                _update.Bind((int)row.Status).Bind(row.IsActive).Bind(row.TimerAt).Bind(row.CustomStatus)
                    .Bind(row.UpdatedAt).Bind(row.Waiting).Bind(row.Key).Execute();
            }
        }

        if (turn.ReplacesHistory)
        {
            _truncate.Bind(turn.InstanceKey).Execute();
        }

        if (turn.History is { } chunk)
        {
            _append.Bind(turn.InstanceKey).Bind(turn.TurnNumber).Bind(chunk).Execute();
        }

        Exchange(turn.Consumed, turn.Sent);
    }

    private static void Insert(SqliteStatement insert, InstanceRow row)
        => insert.Bind(row.Key).Bind(row.Id).Bind(row.Name).Bind((int)row.Status).Bind(row.IsActive).Bind(row.TimerAt)
            .Bind(row.CustomStatus).Bind(row.CreatedAt).Bind(row.UpdatedAt).Bind(row.Waiting).Execute();

    private void Exchange(IReadOnlyList<long> consumed, IReadOnlyList<StoredMessage> sent)
    {
        for (var i = 0; i < sent.Count; i++)
        {
            var message = sent[i];
            _send.Bind(message.Sequence).Bind(message.InstanceId).Bind(message.ExecutionId).Bind(message.Event).Execute();
        }

        for (var i = 0; i < consumed.Count; i++)
        {
            _forget.Bind(consumed[i]).Execute();
        }
    }
}
