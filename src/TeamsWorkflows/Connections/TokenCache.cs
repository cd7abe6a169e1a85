using Microsoft.EntityFrameworkCore;
using Microsoft.Identity.Client;
using TeamsWorkflows.Data;
using TeamsWorkflows.Data.Statements;

namespace TeamsWorkflows.Connections;

/// <summary>MSAL's token cache of one connection, in an encrypted row.</summary>
/// <remarks>
/// One object per client object and activity, so nothing is shared between threads but the row, whose version a writer
/// must have read. Two renewals at once both succeed: the loser lays its tokens over the winner's and writes again;
/// Entra keeps the refresh token that was used valid, so either is good.
/// </remarks>
/// <seealso href="https://learn.microsoft.com/entra/msal/dotnet/how-to/token-cache-serialization"/>
internal sealed class TokenCache(Database database, ISecretProtector protector, string connectionId)
{
    private const int MaxConflicts = 100; // each of them is another renewal that succeeded, here or on another node

    private long _version;

    public void Attach(ITokenCache cache)
    {
        cache.SetBeforeAccessAsync(LoadAsync);
        cache.SetAfterAccessAsync(SaveAsync);
    }

    private string Purpose => $"msal-token-cache/{connectionId}";

    private async Task LoadAsync(TokenCacheNotificationArgs args)
    {
        var row = await FindAsync(args.CancellationToken);
        _version = row?.Version ?? 0;
        args.TokenCache.DeserializeMsalV3(Read(row), shouldClearExistingCache: true);
    }

    private async Task SaveAsync(TokenCacheNotificationArgs args)
    {
        if (!args.HasStateChanged)
        {
            return;
        }

        for (var conflicts = 0; !await TrySaveAsync(args); conflicts++)
        {
            if (conflicts == MaxConflicts)
            {
                throw new DbUpdateConcurrencyException($"The token cache of '{connectionId}' was changed by others again and again.");
            }

            var mine = args.TokenCache.SerializeMsalV3();
            var theirs = await FindAsync(args.CancellationToken);
            _version = theirs?.Version ?? 0;
            args.TokenCache.DeserializeMsalV3(Read(theirs), shouldClearExistingCache: true);
            args.TokenCache.DeserializeMsalV3(mine, shouldClearExistingCache: false);
        }
    }

    private async Task<bool> TrySaveAsync(TokenCacheNotificationArgs args)
    {
        var data = args.HasTokens ? protector.Protect(Purpose, args.TokenCache.SerializeMsalV3()) : null;
        var isSaved = await database.WriteAsync(
            async db =>
            {
                var row = await db.TokenCaches.SingleOrDefaultAsync(c => c.ConnectionId == connectionId, args.CancellationToken);
                if ((row?.Version ?? 0) != _version)
                {
                    return false;
                }

                if (row is not null && data is null)
                {
                    db.TokenCaches.Remove(row);
                }
                else if (row is not null)
                {
                    (row.Data, row.Version) = (data!, _version + 1);
                }
                else if (data is not null)
                {
                    db.TokenCaches.Add(new TokenCacheRow { ConnectionId = connectionId, Data = data, Version = _version + 1 });
                }

                return true;
            },
            args.CancellationToken);
        _version += isSaved ? 1 : 0;
        return isSaved;
    }

    private Task<TokenCacheRow?> FindAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async db => await RowTable<TokenCacheRow>.Of(db).FindAsync(db, [connectionId], cancellationToken) is [var row] ? row : null, cancellationToken);

    // A row that cannot be read (lost keys) is an empty cache: the connection then asks for a sign-in, which is right.
    private byte[]? Read(TokenCacheRow? row) => row is null ? null : protector.Unprotect(Purpose, row.Data);
}
