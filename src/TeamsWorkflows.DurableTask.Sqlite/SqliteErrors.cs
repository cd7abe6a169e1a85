using Microsoft.Data.Sqlite;
using SQLitePCL;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>SQLite's error codes as what they mean to whoever runs the hub.</summary>
internal static class SqliteErrors
{
    public static Exception Translate(SqliteException e, string file) => e.SqliteErrorCode switch
    {
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new CorruptStoreException(
            $"The task hub's file '{file}' is damaged, or no database at all ({e.Message}). Stop the process, keep a copy of the "
            + "file for an inquiry, and restore the last backup.",
            e),
        raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH => new CorruptStoreException( // our statements fit an intact file
            $"The task hub's file '{file}' is not laid out as this release writes it ({e.Message}): it was damaged, or changed by another "
            + "program. Stop the process, keep a copy of the file for an inquiry, and restore the last backup.",
            e),
        raw.SQLITE_FULL => new IOException(
            $"There is no space left for the task hub's file '{file}'. Nothing of the last transaction was written. Make room, "
            + "then start the process again.",
            e),
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN => new IOException(
            $"The task hub's file '{file}' cannot be opened for writing ({e.Message}). The process needs to write the file and its folder.", e),
        raw.SQLITE_IOERR => new IOException(
            $"The disk refused to read or write the task hub's file '{file}' ({e.Message}, extended code {e.SqliteExtendedErrorCode}).", e),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new IOException(
            $"Another program holds a lock on the task hub's file '{file}' ({e.Message}). Only backups may read it while the hub runs.", e),
        _ => e,
    };

    public static CorruptStoreException Checksum(string what, string file) => new(
        $"The checksum of {what} in the task hub's file '{file}' is wrong: the file was damaged outside SQLite. Stop the process, "
        + "keep a copy of the file for an inquiry, and restore the last backup.");
}
