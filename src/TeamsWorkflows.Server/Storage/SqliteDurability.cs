using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace TeamsWorkflows.Server.Storage;

/// <summary>Makes each connection durable and patient: what was acknowledged survives a power cut, a lock is waited for.</summary>
/// <remarks>Once for each of SQLite's own: the driver keeps them, with what was set, and most of what opens one is a single read.</remarks>
internal sealed class SqliteDurability : DbConnectionInterceptor
{
    private const string Pragmas =
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000;";

    private readonly ConditionalWeakTable<object, object> _durable = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        var own = ((SqliteConnection)connection).Handle!;
        if (_durable.TryGetValue(own, out _))
        {
            return;
        }

        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
        _durable.AddOrUpdate(own, own);
    }

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData); // SQLite's calls are not asynchronous
        return Task.CompletedTask;
    }
}
