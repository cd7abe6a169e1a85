using Npgsql;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres.Leases;

/// <summary>The leases in PostgreSQL: tables <c>node</c> and <c>partition</c>, one round trip and one transaction per call.</summary>
/// <remarks>
/// Everything is decided by the database's clock, and at once: no node holds a lock while it thinks. Not safe for two
/// threads at once.
/// </remarks>
/// <param name="isExclusive">Whether this node must have all partitions, or none: a hub that one node runs alone.</param>
internal sealed class PostgresLeaseTable(
    PostgresConnections connections, HubChannels channels, string nodeId, TimeSpan duration, bool isExclusive = false) : ILeaseTable
{
    // Every node has its part, and they add up: the first nodes in order have one more where it does not divide evenly.
    private const string Share =
        """
        SELECT all_partitions.count / live.count + CASE WHEN live.rank < all_partitions.count % live.count THEN 1 ELSE 0 END
        FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank, count(*) OVER () AS count FROM node WHERE alive_until > now()) live,
            (SELECT count(*) FROM partition) all_partitions
        WHERE live.id = $1
        """;

    private const string OthersLive = "EXISTS (SELECT FROM partition WHERE owner <> $1 AND lease_until > now())";

    private NpgsqlConnection? _connection;

    public LeaseAnswer Exchange(LeaseRequest request)
    {
        try
        {
            _connection ??= connections.OpenOwn();
            using var batch = new NpgsqlBatch(_connection) { Timeout = (int)Math.Ceiling(duration.TotalSeconds / 3) };
            AddCommands(batch, request);
            batch.Prepare();
            using var reader = batch.ExecuteReader();
            return Read(reader);
        }
        catch (NpgsqlException e)
        {
            Dispose();
            throw PostgresErrors.Translate(e, connections.Name);
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private void AddCommands(NpgsqlBatch batch, LeaseRequest request)
    {
        NpgsqlParameter Node() => new NpgsqlParameter<string> { TypedValue = nodeId };
        NpgsqlParameter Channel() => new NpgsqlParameter<string> { TypedValue = channels.Leases };
        NpgsqlParameter Duration() => new NpgsqlParameter<TimeSpan> { TypedValue = duration };
        NpgsqlParameter Release() => new NpgsqlParameter<short[]> { TypedValue = [.. request.Release.Select(static p => (short)p)] };

        if (request.IsLeaving)
        {
            Add(batch, "DELETE FROM node WHERE id = $1", Node());
        }
        else
        {
            // A node that is new, or back, has a claim to its share: the others hear of it now, and not at their next renewal.
            Add(batch, "SELECT pg_notify($1, '') WHERE NOT EXISTS (SELECT FROM node WHERE id = $2 AND alive_until > now())", Channel(), Node());
            Add(
                batch,
                "INSERT INTO node (id, alive_until) VALUES ($1, now() + $2) ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until",
                Node(),
                Duration());
            Add(batch, "DELETE FROM node WHERE alive_until < now() - interval '1 hour'");
        }

        if (request.Release.Count > 0)
        {
            Add(batch, "UPDATE partition SET owner = NULL, lease_until = '-infinity' WHERE owner = $1 AND id = ANY ($2)", Node(), Release());
            Add(batch, "SELECT pg_notify($1, '')", Channel());
        }

        Add(batch, "UPDATE partition SET lease_until = now() + $2 WHERE owner = $1", Node(), Duration());
        if (!request.IsLeaving)
        {
            Add(batch, Acquire(), Node(), Duration(), Release());
            Seal(batch, Node);
        }

        Add(
            batch,
            $"""
            SELECT id, owner, fence, CASE WHEN owner IS NULL THEN 0 ELSE extract(epoch FROM lease_until - clock_timestamp())::float8 END,
                coalesce({(isExclusive ? "(SELECT count(*) FROM partition)" : $"({Share})")}, 0), (SELECT version FROM hub)
            FROM partition ORDER BY id
            """,
            Node());
    }

    // A raised fence first; then the exclusive lock, for which the last commits under the old fence are waited for. One that
    // hangs half-sent in the database (a process that was stopped) is ended: its lease has run out, or was given back.
    private void Seal(NpgsqlBatch batch, Func<NpgsqlParameter> node)
    {
        const string Acquired = "SELECT id FROM partition WHERE owner = $1 AND acquired_at = now()";
        Add(
            batch,
            $"""
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = {channels.Hub} AND objsubid = 2 AND mode = 'ShareLock' AND granted AND objid::integer IN ({Acquired})
            """,
            node());
        Add(batch, $"SELECT pg_advisory_xact_lock({channels.Hub}::oid::integer, id) FROM ({Acquired} ORDER BY id) acquired", node());
    }

    // All or nothing waits for another node that is just starting, and then finds what it has taken; otherwise what somebody
    // else is about to take is left to him.
    private string Acquire() =>
        $"""
        WITH free AS MATERIALIZED (
            SELECT id FROM partition
            WHERE (owner IS NULL OR (owner <> $1 AND lease_until <= now())) AND id <> ALL ($3)
                {(isExclusive ? $"AND NOT {OthersLive}" : "")}
            ORDER BY id
            LIMIT {(isExclusive ? "NULL" : $"greatest(0, ({Share}) - (SELECT count(*) FROM partition WHERE owner = $1))")}
            FOR UPDATE {(isExclusive ? "" : "SKIP LOCKED")})
        UPDATE partition SET owner = $1, fence = fence + 1, lease_until = now() + $2, acquired_at = now()
        FROM free WHERE partition.id = free.id
        """;

    private LeaseAnswer Read(NpgsqlDataReader reader)
    {
        List<LeaseRow> rows = [];
        var share = 0;
        do
        {
            while (reader.FieldCount == 6 && reader.Read())
            {
                rows.Add(new(reader.GetInt16(0), PostgresRows.TextOrNull(reader, 1), reader.GetInt64(2), TimeSpan.FromSeconds(reader.GetDouble(3))));
                share = (int)reader.GetInt64(4);
                CheckVersion(reader.GetInt32(5));
            }
        }
        while (reader.NextResult());

        return new(rows, share);
    }

    private void CheckVersion(int version)
    {
        if (version > PostgresSchema.Version)
        {
            throw new IncompatibleStoreException(
                $"A newer release has taken the task hub ({connections.Name}) to schema version {version}; this one knows version "
                + $"{PostgresSchema.Version} and stops.");
        }
    }

#pragma warning disable CA2100 // constants of ours
    private static void Add(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
        NpgsqlBatchCommand command = new(sql);
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
    }
#pragma warning restore CA2100
}
