using Npgsql;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Connections to one hub's schema, with the settings that the store's reasoning rests on.</summary>
internal sealed class PostgresConnections : IDisposable
{
    // Read committed: the fence is read after the lock was granted, not before. Planner: every statement finds its rows by
    // key, but a plan made while the tables were empty would go on reading them whole until the next ANALYZE; without
    // sequential scans in reach it never does, and such a plan's cost must not start the JIT compiler.
    private const string Settings =
        """
        SET default_transaction_isolation = 'read committed';
        SET default_transaction_read_only = off;
        SET enable_seqscan = off;
        SET jit = off;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        """;

    private const int ShortestConnect = 5; // seconds: a busy machine needs some for the first one
    private const int MaxReaders = 20; // a server has 100 connections, and several nodes; more readers than that only queue up inside it

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _own;

    public PostgresConnections(PostgresHubOptions options)
    {
        NpgsqlDataSourceBuilder builder = new(options.ConnectionString);
        builder.ConnectionStringBuilder.SearchPath = options.Schema;
        builder.ConnectionStringBuilder.MaxPoolSize = Math.Min(MaxReaders, builder.ConnectionStringBuilder.MaxPoolSize);
        builder.ConnectionStringBuilder.CommandTimeout = Math.Max((int)options.LeaseDuration.TotalSeconds, ShortestConnect);
        builder.ConnectionStringBuilder.CancellationTimeout = -1;
        builder.ConnectionStringBuilder.NoResetOnClose = true; // the settings stay, and nobody else uses this pool
        builder.ConnectionStringBuilder.ApplicationName ??= $"TeamsWorkflows {options.Schema}";
        builder.UsePhysicalConnectionInitializer(Initialize, InitializeAsync);
        _source = Build(builder, options.Password);
        var target = builder.ConnectionStringBuilder;
        _own = Build(new NpgsqlDataSourceBuilder(Own(target, options.LeaseDuration).ConnectionString), options.Password);
        Name = $"{target.Host}:{target.Port}/{target.Database ?? target.Username}, schema {options.Schema}";
    }

    /// <summary>Gets what to call the hub in messages to people: where it is, without credentials.</summary>
    public string Name { get; }

    /// <summary>Takes a connection of the pool, to be given back soon.</summary>
    public NpgsqlConnection Open() => _source.OpenConnection();

    /// <summary>Opens a connection that is kept, and that nobody gets afterwards.</summary>
    public NpgsqlConnection OpenOwn()
    {
        var connection = _own.CreateConnection();
        try
        {
            connection.Open();
            Initialize(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="OpenOwn"/>
    public async Task<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellation)
    {
        var connection = _own.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellation);
            await InitializeAsync(connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Drops what is pooled: after a time without an answer, those connections are most likely dead as well.</summary>
    public void Forget() => _source.Clear();

    public void Dispose()
    {
        _source.Dispose();
        _own.Dispose();
    }

    private static NpgsqlDataSource Build(NpgsqlDataSourceBuilder builder, PostgresPassword? password)
    {
        if (password is not null)
        {
            builder.UsePasswordProvider(_ => password.Get(), (_, cancellation) => password.GetAsync(cancellation));
        }

        return builder.Build();
    }

    // What has no answer for as long as a lease runs will have none: a network that drops everything says nothing.
    private static NpgsqlConnectionStringBuilder Own(NpgsqlConnectionStringBuilder target, TimeSpan lease)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(lease.TotalSeconds));
        return new(target.ConnectionString)
        {
            Pooling = false,
            CommandTimeout = seconds,
            CancellationTimeout = -1, // asking such a server to cancel would take as long again
            Timeout = Math.Min(Math.Max(seconds, ShortestConnect), target.Timeout),
        };
    }

    private static void Initialize(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Settings, connection);
        command.ExecuteNonQuery();
    }

    private static async Task InitializeAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Settings, connection);
        await command.ExecuteNonQueryAsync();
    }
}
