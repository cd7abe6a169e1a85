using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace TeamsWorkflows.Data;

/// <summary>Reads and writes of the product's data. A write is one transaction and all or nothing.</summary>
/// <remarks>
/// Writes behave as if there were one at a time, whatever the database and however many processes there are: serializable.
/// SQLite allows one writer, and its driver waits for the lock by sleeping: queueing here costs less. A server database runs
/// them side by side, and refuses one of two that would not have come to the same one after the other: it runs again.
/// What a database server that restarts cuts off before the commit runs again as well.
/// </remarks>
/// <param name="maxWriters">How many transactions of this process may write at once: 1 for SQLite.</param>
public sealed class Database(IDbContextFactory<ProductDb> contexts, TimeProvider time, int maxWriters) : IDisposable
{
    private const int MaxConflicts = 100; // each of them is somebody else's success

    private static readonly TimeSpan OutagePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OutagePause = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _writers = new(maxWriters, maxWriters);

    /// <exception cref="DbException">The database is out of reach for longer than is waited for.</exception>
    public Task<T> ReadAsync<T>(Func<ProductDb, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);

        return RepeatAsync(
            async () =>
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
                return await read(db);
            },
            cancellationToken);
    }

    /// <summary>Runs <paramref name="write"/> and saves what it changed, in one transaction.</summary>
    /// <param name="write">May run more than once: whatever it does beside the database has to bear that.</param>
    /// <exception cref="DbUpdateException">A constraint was violated, or somebody else changed a row first; nothing was written.</exception>
    public async Task<T> WriteAsync<T>(Func<ProductDb, Task<T>> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);

        await _writers.WaitAsync(cancellationToken);
        try
        {
            return await RepeatAsync(() => WriteOnceAsync(write, cancellationToken), cancellationToken);
        }
        finally
        {
            _writers.Release();
        }
    }

    public Task WriteAsync(Func<ProductDb, Task> write, CancellationToken cancellationToken) => WriteAsync(
        async db =>
        {
            await write(db);
            return true;
        },
        cancellationToken);

    public void Dispose() => _writers.Dispose();

    private async Task<T> WriteOnceAsync<T>(Func<ProductDb, Task<T>> write, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
        var result = await write(db);
        await db.SaveChangesAsync(cancellationToken);
        await CommitAsync(transaction, cancellationToken);
        return result;
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
        var started = time.GetTimestamp();
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
            catch (Exception e) when (DatabaseFailure.IsOutage(e) && time.GetElapsedTime(started) < OutagePatience)
            {
                await Task.Delay(OutagePause, time, cancellationToken);
            }
        }
    }
}
