using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Looks at a file and its log before they are used, for what SQLite would pass over without a word.</summary>
/// <remarks>
/// SQLite takes an empty file for a new one, removes a log whose file is gone, and drops what it cannot read of a log.
/// What was told as durable must not go that way.
/// </remarks>
internal sealed partial class SqliteInspection(string file, ILogger? logger)
{
    /// <returns>Whether the log that a process left is gone.</returns>
    /// <exception cref="CorruptStoreException">Something is missing or damaged that SQLite would pass over.</exception>
    public bool BeforeOpening(SqliteOwnership ownership)
    {
        var (database, log) = (new FileInfo(file), SqliteLog.Read(file + "-wal"));
        if (log is not null && !database.Exists)
        {
            throw new CorruptStoreException(
                $"The task hub's file '{file}' is missing, but its log is there. Put the file back, or remove the log to begin anew.");
        }

        if (database is { Exists: true, Length: 0 } && (log is not null || ownership.WasOpen || ownership.WasClosed))
        {
            throw new CorruptStoreException(
                $"The task hub's file '{file}' is empty, and was not. Restore the last backup, or remove the file to begin anew.");
        }

        if (!database.Exists)
        {
            ownership.MarkNew();
            return false;
        }

        LookAtLog(log);
        return ownership.WasOpen && !File.Exists(file + "-wal");
    }

    /// <exception cref="IOException">The file cannot be written, or is not whole without the log that is gone.</exception>
    public void AfterOpening(SqliteConnection connection, bool isLogMissing)
    {
        // SQLite opens what it cannot write for reading alone, and says so at the first commit: too late for whoever starts the hub.
        if (raw.sqlite3_db_readonly(connection.Handle!, "main") != 0)
        {
            throw new IOException($"The task hub's file '{file}' is read-only. The process needs to write the file and its folder.");
        }

        if (isLogMissing)
        {
            TellOfMissingLog(connection);
        }
    }

    // A power cut can tear the transaction that was being written, and no caller was told of that one. A log that is damaged
    // further in held transactions that callers were told of; parts of them may be in the file already.
    private void LookAtLog(SqliteLog? log)
    {
        if (log is { LostTransactions: > 1 } damaged)
        {
            throw new CorruptStoreException(
                $"The log '{file}-wal' is damaged behind byte {damaged.ReadableBytes}: whole transactions after it cannot be read. Keep a copy of "
                + "the file and its log for an inquiry, and restore the last backup. To go on without what came after that byte, "
                + $"cut the log off there (truncate --size={damaged.ReadableBytes}).");
        }

        if (logger is not null && log is { } torn && (torn.EndsWithinPage || torn.LostTransactions > 0))
        {
            Log.TornLog(logger, file + "-wal", torn.ReadableBytes);
        }
    }

    private void TellOfMissingLog(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(1)";
        if (command.ExecuteScalar() is not "ok")
        {
            throw new CorruptStoreException(
                $"The log of the task hub's file '{file}' is missing, and the file alone is not whole. Put the log back, or restore the last backup.");
        }

        if (logger is not null)
        {
            Log.MissingLog(logger, file + "-wal");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The log '{File}' ends within a page, or in a torn one: a crash or a truncated copy. "
            + "The task hub goes on from the last whole transaction, at byte {Bytes}; whatever came after is not there.")]
        public static partial void TornLog(ILogger logger, string file, long bytes);

        [LoggerMessage(2, LogLevel.Error, "The log '{File}' is missing though the last process did not stop cleanly. If another program has opened "
            + "the task hub's file since, it has moved the log into it and all is well. If the log was removed or not restored, "
            + "the latest transactions are lost: stop the process and restore both.")]
        public static partial void MissingLog(ILogger logger, string file);
    }
}
