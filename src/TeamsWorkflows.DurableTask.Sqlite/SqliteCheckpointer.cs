using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Moves committed pages from the write-ahead log into the file, beside the commits and not inside them.</summary>
/// <remarks>
/// A thread and a connection of its own copy what there is (a PASSIVE checkpoint waits for nobody and holds up nobody).
/// Commits go on meanwhile, so a rest remains. Once it is small the writer copies it between two commits; the log is then
/// wholly in the file, and the next commit begins it anew. Under whatever load the log stays near <see cref="StartPages"/>;
/// at <see cref="MaxPages"/> the writer does it all, so that a disk that is too slow shows as latency, not as a full disk.
/// </remarks>
internal sealed class SqliteCheckpointer : IDisposable
{
    /// <summary>When the work begins: 16 MB of log, so that a page that changes often is copied once.</summary>
    private const int StartPages = 4_000;

    /// <summary>What the writer may copy between two commits: 1 MB, about the time of one commit.</summary>
    private const int RestPages = 256;

    /// <summary>How long the log may get: 128 MB.</summary>
    private const int MaxPages = 32_000;

    private readonly SqliteConnection _connection;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private volatile int _pages; // written since the log began
    private volatile bool _isRestSmall;
    private bool _isAsked;
    private bool _isStopped;

    /// <param name="connection">For this object alone.</param>
    /// <param name="log">What the process before left counts, too: a hub that crashes again and again must not have an ever longer log.</param>
    public SqliteCheckpointer(SqliteConnection connection, FileInfo log)
    {
        _connection = connection;
        _pages = log.Exists ? (int)Math.Min(log.Length / 4_096, MaxPages) : 0;
        _thread = new Thread(Run) { Name = "checkpoint", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Called by the writer between two commits.</summary>
    /// <param name="writing">The writer's connection.</param>
    public void AfterCommit(SqliteConnection writing)
    {
        _ = raw.sqlite3_db_status(writing.Handle!, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, 1);
        _pages += written;
        if (_isRestSmall || _pages > MaxPages)
        {
            _isRestSmall = false;
            var (log, copied) = Checkpoint(writing);
            _pages = log - copied; // not all when somebody reads an old page right now: the next time, then
        }
        else if (_pages > StartPages)
        {
            Ask();
        }
    }

    /// <summary>Moves the whole log into the file and empties it, at the end.</summary>
    /// <returns>False when that was not possible (a full disk, a program that reads the file): the log stays, and is needed.</returns>
    public static bool TryMoveAll(SqliteConnection connection)
        => raw.sqlite3_wal_checkpoint_v2(connection.Handle!, null, raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _) == raw.SQLITE_OK;

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _connection.Dispose();
    }

    private void Ask()
    {
        lock (_gate)
        {
            if (!_isAsked)
            {
                _isAsked = true;
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Run()
    {
        while (WaitUntilAsked())
        {
            var (log, copied) = Checkpoint(_connection);
            _isRestSmall = log - copied <= RestPages;
            lock (_gate)
            {
                _isAsked = !_isRestSmall; // a long rest: once more, each round is shorter
            }
        }
    }

    private bool WaitUntilAsked()
    {
        lock (_gate)
        {
            while (!_isAsked && !_isStopped)
            {
                Monitor.Wait(_gate);
            }

            return !_isStopped;
        }
    }

    // An error here loses nothing: the pages stay in the log, and a disk that fails shows at the next commit.
    [SuppressMessage("Usage", "CA1806", Justification = "See above.")]
    private static (int Log, int Copied) Checkpoint(SqliteConnection connection)
    {
        raw.sqlite3_wal_checkpoint_v2(connection.Handle!, null, raw.SQLITE_CHECKPOINT_PASSIVE, out var log, out var copied);
        return (Math.Max(0, log), Math.Max(0, copied));
    }
}
