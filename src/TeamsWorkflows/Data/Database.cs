using Microsoft.EntityFrameworkCore;

namespace TeamsWorkflows.Data;

/// <summary>Reads and writes of the product's data. A write is one transaction and all or nothing.</summary>
/// <remarks>
/// SQLite allows one writer, and its driver waits for the lock by sleeping: queueing here costs less. A server database
/// needs no queue.
/// </remarks>
/// <param name="maxWriters">How many transactions may write at once: 1 for SQLite.</param>
public sealed class Database(IDbContextFactory<ProductDb> contexts, int maxWriters) : IDisposable
{
    private readonly SemaphoreSlim _writers = new(maxWriters, maxWriters);

    public async Task<T> ReadAsync<T>(Func<ProductDb, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await read(db);
    }

    /// <summary>Runs <paramref name="write"/> and saves what it changed, in one transaction.</summary>
    /// <exception cref="DbUpdateException">A constraint was violated, or somebody else changed a row first; nothing was written.</exception>
    public async Task<T> WriteAsync<T>(Func<ProductDb, Task<T>> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);

        await _writers.WaitAsync(cancellationToken);
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var result = await write(db);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return result;
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
}
