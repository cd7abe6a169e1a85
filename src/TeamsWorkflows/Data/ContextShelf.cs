using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace TeamsWorkflows.Data;

/// <summary>Contexts for one use, kept from one to the next with what makes them costly: the open connection and its prepared statements.</summary>
/// <remarks>For a file: a connection is a handle and a few pages of memory. A server's are shared, and go back to the driver's pool.</remarks>
/// <param name="setUp">Makes a new context ready for its use.</param>
internal sealed class ContextShelf(IDbContextFactory<ProductDb> contexts, bool keeps, Action<ProductDb> setUp) : IDisposable
{
    private const int MaxKept = 16; // more than that are in use together only in a burst

    private readonly ConcurrentQueue<ProductDb> _kept = new();
    private volatile bool _isDisposed;

    public async Task<T> UseAsync<T>(Func<ProductDb, Task<T>> use, CancellationToken cancellationToken)
    {
        var db = await TakeAsync(cancellationToken);
        var isSound = false;
        try
        {
            var result = await use(db);
            isSound = true;
            return result;
        }
        finally
        {
            await GiveBackAsync(db, isSound);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_kept.TryDequeue(out var db))
        {
            LetGo(db);
            db.Dispose();
        }
    }

    private async ValueTask<ProductDb> TakeAsync(CancellationToken cancellationToken)
    {
        if (_kept.TryDequeue(out var kept))
        {
            return kept;
        }

        var db = await contexts.CreateDbContextAsync(cancellationToken);
        setUp(db);
        if (keeps)
        {
            await OpenAsync(db, cancellationToken);
        }

        return db;
    }

    private static async Task OpenAsync(ProductDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.Database.OpenConnectionAsync(cancellationToken);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }

        db.Prepared = new(db.Database.GetDbConnection());
    }

    // What failed may have left something behind, in the context or in the connection: it is not used again.
    private async ValueTask GiveBackAsync(ProductDb db, bool isSound)
    {
        db.Changes = null;
        db.Forget();
        if (keeps && isSound && !_isDisposed && _kept.Count < MaxKept)
        {
            _kept.Enqueue(db);
            if (_isDisposed)
            {
                Dispose(); // it was disposed in between, and has not seen this one
            }

            return;
        }

        LetGo(db);
        await db.DisposeAsync();
    }

    // The context goes back into its pool, and serves somebody else.
    private static void LetGo(ProductDb db)
    {
        db.Prepared?.Dispose();
        db.Prepared = null;
    }
}
