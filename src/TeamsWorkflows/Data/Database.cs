using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Audit;

namespace TeamsWorkflows.Data;

/// <summary>Reads and writes of the product's data. A write is one transaction and all or nothing.</summary>
/// <remarks>
/// Writes behave as if there were one at a time, whatever the database and however many processes there are: serializable.
/// SQLite allows one writer: those that come together share a transaction (<see cref="WriteGroup"/>). A server database runs
/// them side by side, and refuses one of two that would not have come to the same one after the other: it runs again.
/// What a database server that restarts cuts off before the commit runs again as well. What somebody's act changes is written
/// into the audit log in the same transaction (<see cref="AuditCall"/>).
/// </remarks>
public sealed partial class Database : IDisposable
{
    private const int MaxConflicts = 100; // each of them is somebody else's success

    private static readonly TimeSpan OutagePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OutagePause = TimeSpan.FromMilliseconds(250);

    private readonly ContextShelf _readers;
    private readonly ContextShelf _writers;
    private readonly TimeProvider _time;
    private readonly ILogger<Database> _logger;
    private readonly SemaphoreSlim _turns;
    private readonly WriteGroup? _group; // null: writers do not wait for each other here

    /// <param name="contexts">Makes a context for each read and each transaction.</param>
    /// <param name="time">Measures how long the database has been away.</param>
    /// <param name="maxWriters">How many transactions of this process may write at once: 1 for SQLite.</param>
    public Database(IDbContextFactory<ProductDb> contexts, TimeProvider time, ILogger<Database> logger, int maxWriters)
    {
        var isFile = maxWriters == 1;
        (_time, _logger, _turns) = (time, logger, new(maxWriters, maxWriters));
        _readers = new(contexts, isFile, static db => db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking);
        _writers = new(contexts, isFile, static db => db.Database.AutoSavepointsEnabled = false); // it is all or nothing
        _group = isFile ? new(WriteOnceAsync) : null;
    }

    /// <summary>Gets or sets whom to tell what a transaction has changed, once it is durable; null: nobody, and nothing is collected.</summary>
    /// <remarks>Must return at once. What it throws is logged, and changes nothing about the write.</remarks>
    public Action<IReadOnlyCollection<DataChange>>? Committed { get; set; }

    /// <exception cref="DbException">The database is out of reach for longer than is waited for.</exception>
    public Task<T> ReadAsync<T>(Func<ProductDb, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);

        return RepeatAsync(() => _readers.UseAsync(read, cancellationToken), cancellationToken);
    }

    /// <summary>Runs <paramref name="write"/> and saves what it changed, in one transaction.</summary>
    /// <param name="write">May run more than once: whatever it does beside the database has to bear that.</param>
    /// <exception cref="DbUpdateException">A constraint was violated, or somebody else changed a row first; nothing was written.</exception>
    public Task<T> WriteAsync<T>(Func<ProductDb, Task<T>> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);

        return AuditCall.Current is { } call
            ? WriteRecordedAsync(write, call, cancellationToken)
            : WriteGroupedAsync(write, cancellationToken);
    }

    public Task WriteAsync(Func<ProductDb, Task> write, CancellationToken cancellationToken) => WriteAsync(
        async db =>
        {
            await write(db);
            return true;
        },
        cancellationToken);

    public void Dispose()
    {
        _turns.Dispose();
        _readers.Dispose();
        _writers.Dispose();
    }

    private async Task<T> WriteRecordedAsync<T>(Func<ProductDb, Task<T>> write, AuditCall call, CancellationToken cancellationToken)
    {
        var (result, head) = await WriteGroupedAsync(db => AuditTrail.RecordAsync(db, write, call, _time, cancellationToken), cancellationToken);
        call.Wrote(head);
        return result;
    }

    private async Task<T> WriteGroupedAsync<T>(Func<ProductDb, Task<T>> write, CancellationToken cancellationToken)
    {
        if (_group is not null)
        {
            return await _group.WriteAsync(write, cancellationToken);
        }

        await _turns.WaitAsync(cancellationToken);
        try
        {
            T result = default!;
            await RepeatAsync(
                async () =>
                {
                    await WriteOnceAsync(async db => result = await write(db), cancellationToken);
                    return true;
                },
                cancellationToken);
            return result;
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task WriteOnceAsync(Func<ProductDb, Task> write, CancellationToken cancellationToken)
    {
        var told = Committed;
        var changes = told is null ? null : new ChangeCollector();
        await _writers.UseAsync(
            async db =>
            {
                db.Changes = changes;
                await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
                await write(db);
                await db.SaveChangesAsync(cancellationToken);
                await CommitAsync(transaction, cancellationToken);
                return true;
            },
            cancellationToken);
        if (changes is { Changes.Count: > 0 })
        {
            Tell(told!, changes.Changes);
        }
    }

    // What is committed is committed: a listener that fails must not have it written again.
    private void Tell(Action<IReadOnlyCollection<DataChange>> told, IReadOnlyCollection<DataChange> changes)
    {
        try
        {
            told(changes);
        }
#pragma warning disable CA1031 // whatever a listener throws, the write has succeeded
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.NotTold(_logger, changes.Count, e);
        }
    }

    private static async Task CommitAsync(IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (DatabaseFailure.IsOutage(e))
        {
            throw new IOException("The database went away while it committed: nobody knows if it did.", e);
        }
    }

    private async Task<T> RepeatAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        for (var conflicts = 0; ;)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (DatabaseFailure.IsConflict(e) && conflicts++ < MaxConflicts)
            {
                // At once: what it lost against has committed.
            }
            catch (Exception e) when (DatabaseFailure.IsOutage(e) && _time.GetElapsedTime(started) < OutagePatience)
            {
                await Task.Delay(OutagePause, _time, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What a transaction has changed ({Count}) could not be told; it is written")]
        public static partial void NotTold(ILogger logger, int count, Exception reason);
    }
}
