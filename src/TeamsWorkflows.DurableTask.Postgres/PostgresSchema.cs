using System.Diagnostics;
using System.Globalization;
using Npgsql;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Brings the hub's schema to this release's version, whoever else starts at the same time.</summary>
/// <remarks>
/// All of it is one transaction under an advisory lock: the first node does the work, the others wait and find it done.
/// </remarks>
internal sealed class PostgresSchema(NpgsqlConnection connection, PostgresHubOptions options, string hub)
{
    /// <summary>The version that this release reads and writes.</summary>
    public const int Version = 1;

    /// <exception cref="IncompatibleStoreException">A newer release, another application or other settings made the schema; it is left as it is.</exception>
    public void Migrate()
    {
        if (Check() == Version)
        {
            return; // the common case, without a lock
        }

        using var transaction = connection.BeginTransaction();
        Execute($"SELECT pg_advisory_xact_lock(hashtextextended('TeamsWorkflows task hub {options.Schema}', 0))");
        for (var version = Check() + 1; version <= Version; version++)
        {
            if (version == 1)
            {
                Create();
            }

            Execute(Script(version));
            Execute(version == 1 ? Begin() : $"UPDATE hub SET version = {version}");
        }

        transaction.Commit();
    }

    // An existing schema is taken as it is: who may use one need not be allowed to create it.
    private void Create()
    {
        if (Read($"SELECT count(*)::integer FROM pg_namespace WHERE nspname = '{options.Schema}'") == 0)
        {
            Execute($"CREATE SCHEMA {options.Schema}");
        }
    }

    private string Begin() =>
        $"""
        INSERT INTO hub (version, partitions) VALUES (1, {options.Partitions});
        INSERT INTO partition (id) SELECT generate_series(0, {options.Partitions - 1});
        """;

    private int Check()
    {
        var tables = Read($"SELECT count(*)::integer FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = '{options.Schema}')");
        if (tables == 0)
        {
            return 0;
        }

        if (Read($"SELECT count(*)::integer FROM pg_tables WHERE schemaname = '{options.Schema}' AND tablename IN ('hub', 'partition', 'instance')") != 3)
        {
            throw new IncompatibleStoreException(
                $"The schema belongs to another application ({hub}). Give the task hub a schema of its own ({nameof(options.Schema)}).");
        }

        var version = Read("SELECT version FROM hub");
        if (version > Version)
        {
            throw new IncompatibleStoreException(
                $"The task hub ({hub}) has schema version {version}; this release reads up to version {Version}. Start the newer "
                + "release, or restore the backup that was made before it. The database was left as it is.");
        }

        var partitions = Read("SELECT partitions FROM hub");
        return partitions == options.Partitions ? version : throw new IncompatibleStoreException(
            $"The task hub ({hub}) was made with {partitions} partitions, and {options.Partitions} are configured. The number of a hub "
            + $"can not change: set {nameof(options.Partitions)} to {partitions}.");
    }

    private int Read(string sql)
    {
        using var command = Command(sql);
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

#pragma warning disable CA2100 // constants of ours, and a schema name that was checked
    private NpgsqlCommand Command(string sql) => new(sql, connection);
#pragma warning restore CA2100

    private static string Script(int version)
    {
        using var stream = typeof(PostgresSchema).Assembly.GetManifestResourceStream(string.Create(CultureInfo.InvariantCulture, $"{version:000}.sql"))
            ?? throw new UnreachableException("The migrations are embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
