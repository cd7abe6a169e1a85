using System.Diagnostics;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Store commands as SQL: one row of history per turn, and the instance's row only when it changed.</summary>
internal sealed class SqliteWriter(SqliteStatements statements)
{
    // What a transaction gives back of the file at most: some 1 MB, well under a millisecond.
    private const int VacuumPages = 256;

    private const int MinFreePages = 1_024; // 4 MB: fewer are soon used again

    private readonly SqliteStatement _begin = statements.Prepare("BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = statements.Prepare("COMMIT");
    private readonly SqliteStatement _rollback = statements.Prepare("ROLLBACK");
    private readonly SqliteStatement _freePages = statements.Prepare("PRAGMA freelist_count");
    private readonly SqliteStatement _vacuum = statements.Prepare($"PRAGMA incremental_vacuum({VacuumPages})");

    private readonly SqliteStatement _append = statements.Prepare(
        "INSERT INTO history (instance_key, turn, events, checksum) VALUES (?, ?, ?, ?)");

    private readonly SqliteStatement _truncate = statements.Prepare("DELETE FROM history WHERE instance_key = ?");

    private readonly SqliteStatement _insert = statements.Prepare(
        """
        INSERT INTO instance (key, id, name, status, is_active, timer_at, custom_status, created_at, updated_at, waiting,
            version, parent_id, tags, completed_at, checksum)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly SqliteStatement _update = statements.Prepare(
        """
        UPDATE instance SET status = ?, is_active = ?, timer_at = ?, custom_status = ?, updated_at = ?, waiting = ?,
            version = ?, completed_at = ?, checksum = ? WHERE key = ?
        """);

    private readonly SqliteStatement _delete = statements.Prepare("DELETE FROM instance WHERE key = ?");
    private readonly SqliteStatement _tag = statements.Prepare("INSERT INTO instance_tag (name, value, instance_key) VALUES (?, ?, ?)");
    private readonly SqliteStatement _untag = statements.Prepare("DELETE FROM instance_tag WHERE instance_key = ?");

    private readonly SqliteStatement _send = statements.Prepare(
        "INSERT INTO message (seq, instance_id, execution_id, parent_execution_id, event, checksum) VALUES (?, ?, ?, ?, ?, ?)");

    private readonly SqliteStatement _forget = statements.Prepare("DELETE FROM message WHERE seq = ?");

    private bool _hasFreed = true; // the release before, or the process before, may have left some

    public void Commit(IReadOnlyList<StoreCommand> batch)
    {
        _begin.Execute();
        try
        {
            for (var i = 0; i < batch.Count; i++)
            {
                Apply(batch[i]);
            }

            Shrink();
            _commit.Execute();
        }
        catch
        {
            TryRollBack();
            throw;
        }
    }

    private void Apply(StoreCommand command)
    {
        switch (command)
        {
            case CommitTurn c: Apply(c); break;
            case RefuseMessages c:
                Forget(c.Purged);
                Exchange(c.Consumed, c.Sent);
                break;
            default: throw new UnreachableException($"Unknown command {command.GetType().Name}.");
        }
    }

    private void Apply(CommitTurn turn)
    {
        Forget(turn.Replaces);
        if (turn.Row is { } row)
        {
            if (turn.IsNew)
            {
                Insert(row);
            }
            else
            {
                _update.Bind((int)row.Status).Bind(row.IsActive).Bind(row.TimerAt).Bind(row.CustomStatus)
                    .Bind(row.UpdatedAt).Bind(row.Waiting).Bind(row.Version).Bind(row.CompletedAt)
                    .Bind(Checksum.Of(row, SqliteRows.TagsOf(row))).Bind(row.Key).Execute();
            }
        }

        if (turn.ReplacesHistory)
        {
            _truncate.Bind(turn.InstanceKey).Execute();
            _hasFreed = true;
        }

        if (turn.History is { } chunk)
        {
            _append.Bind(turn.InstanceKey).Bind(turn.TurnNumber).Bind(chunk)
                .Bind(Checksum.Of(turn.InstanceKey, turn.TurnNumber, chunk)).Execute();
        }

        Exchange(turn.Consumed, turn.Sent);
    }

    private void Insert(InstanceRow row)
    {
        var tags = SqliteRows.TagsOf(row);
        _insert.Bind(row.Key).Bind(row.Id).Bind(row.Name).Bind((int)row.Status).Bind(row.IsActive).Bind(row.TimerAt)
            .Bind(row.CustomStatus).Bind(row.CreatedAt).Bind(row.UpdatedAt).Bind(row.Waiting).Bind(row.Version).Bind(row.ParentId)
            .Bind(tags).Bind(row.CompletedAt).Bind(Checksum.Of(row, tags)).Execute();
        if (tags is not null)
        {
            foreach (var (name, value) in row.Tags)
            {
                _tag.Bind(name).Bind(value).Bind(row.Key).Execute();
            }
        }
    }

    private void Forget(long? key)
    {
        if (key is { } gone)
        {
            _truncate.Bind(gone).Execute();
            _untag.Bind(gone).Execute();
            _delete.Bind(gone).Execute();
            _hasFreed = true;
        }
    }

    private void Exchange(IReadOnlyList<long> consumed, IReadOnlyList<StoredMessage> sent)
    {
        for (var i = 0; i < sent.Count; i++)
        {
            var message = sent[i];
            _send.Bind(message.Sequence).Bind(message.InstanceId).Bind(message.ExecutionId).Bind(message.ParentExecutionId)
                .Bind(message.Event).Bind(Checksum.Of(message)).Execute();
        }

        for (var i = 0; i < consumed.Count; i++)
        {
            _forget.Bind(consumed[i]).Execute();
        }
    }

    // Free pages are given back a few at a time, and only when there are many: a commit must not get long.
    private void Shrink()
    {
        if (_hasFreed && _freePages.Read())
        {
            var free = _freePages.Int64(0);
            _freePages.Reset();
            _hasFreed = free > MinFreePages;
            if (_hasFreed)
            {
                _vacuum.Execute();
            }
        }
    }

    // SQLite has rolled back by itself after some errors, a full disk among them.
    private void TryRollBack()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(statements.Connection.Handle!) == 0)
        {
            _rollback.Execute();
        }
    }
}
