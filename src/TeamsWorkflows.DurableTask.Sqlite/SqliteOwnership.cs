using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>The lock on a file beside the database: who holds it owns the task hub. It dies with the process, however that ends.</summary>
/// <remarks>
/// The lock file outlives the process, and says whether it stopped cleanly: after a clean stop everything is in the database
/// and no log is needed; after any other the log beside it is a part of the data. A lock file that is left over locks nobody out.
/// </remarks>
internal sealed class SqliteOwnership : IDisposable
{
    private static readonly byte[] Open = "open  \n"u8.ToArray();
    private static readonly byte[] Closed = "closed\n"u8.ToArray();

    private readonly FileStream _lock;

    private SqliteOwnership(FileStream held)
    {
        _lock = held;
        var state = new byte[Open.Length];
        _ = held.ReadAtLeast(state, state.Length, throwOnEndOfStream: false);
        (WasOpen, WasClosed) = (state.SequenceEqual(Open), state.SequenceEqual(Closed));
    }

    /// <summary>Gets a value indicating whether the owner before was killed: its log must be there.</summary>
    public bool WasOpen { get; }

    /// <summary>Gets a value indicating whether the owner before stopped cleanly.</summary>
    public bool WasClosed { get; }

    /// <exception cref="PartitionOwnedException">Another process, or another store of this one, owns the hub.</exception>
    public static SqliteOwnership Take(string file)
    {
        var lockFile = file + ".lock";
        try
        {
            return new(new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The task hub's folder cannot be written: '{lockFile}' ({e.Message}).", e);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException && File.Exists(lockFile))
        {
            throw new PartitionOwnedException(
                $"Another process runs the task hub in '{file}' ('{lockFile}' is locked). Stop it first, or give this one a file of its own.", e);
        }
    }

    /// <summary>Says that there is no database yet.</summary>
    public void MarkNew() => _lock.SetLength(0);

    /// <summary>Says that the log is a part of the data from now on.</summary>
    public void MarkOpen() => Mark(Open);

    /// <summary>Says that the log is in the database, and may go.</summary>
    public void MarkClosed() => Mark(Closed);

    public void Dispose() => _lock.Dispose();

    private void Mark(byte[] state)
    {
        _lock.Position = 0;
        _lock.Write(state);
        _lock.Flush();
    }
}
