using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Brings a file to this release's schema, one version after the other, each in a transaction of its own.</summary>
/// <remarks>
/// The version stands in <c>user_version</c>, whose file it is in <c>application_id</c>. A file without either but with our
/// tables is of version 1, which did not write them.
/// </remarks>
internal sealed class SqliteSchema(SqliteConnection connection, string file)
{
    /// <summary>The version that this release reads and writes.</summary>
    public const int Version = 3;

    private const int ApplicationId = 0x54575448; // "TWTH"

    /// <exception cref="IncompatibleStoreException">A newer release, or another application, wrote the file; it is left as it is.</exception>
    /// <exception cref="CorruptStoreException">What the file says of itself cannot be true.</exception>
    public void Migrate()
    {
        var version = Check();
        if (version == 0)
        {
            Execute("PRAGMA auto_vacuum = INCREMENTAL;"); // counts before the first table only
        }

        Execute("PRAGMA journal_mode = WAL;");
        while (version < Version)
        {
            version++;
            using var transaction = connection.BeginTransaction();
            Execute(Script(version));
            if (version == 2)
            {
                new SqliteChecksums(connection).FillIn();
            }

            Execute($"PRAGMA user_version = {version}; PRAGMA application_id = {ApplicationId};");
            transaction.Commit();
        }

        if (Read("PRAGMA auto_vacuum") != 2) // a file of version 1: it takes one rewriting to be able to shrink
        {
            Execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;");
        }
    }

    private long Check()
    {
        var (application, version) = (Read("PRAGMA application_id"), Read("PRAGMA user_version"));
        var tables = Read("SELECT count(*) FROM sqlite_schema");
        var ours = Read("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('instance', 'history', 'message')");
        if (application != ApplicationId && (application != 0 || (tables > 0 && ours != 3)))
        {
            throw new IncompatibleStoreException(
                $"'{file}' is the database of another application. Give the task hub a file of its own.");
        }

        if (version > Version)
        {
            throw new IncompatibleStoreException(
                $"'{file}' has schema version {version}; this release reads up to version {Version}. Start the newer release, or "
                + "restore the backup that was made before it. The file was left as it is.");
        }

        if (version < 0)
        {
            throw new CorruptStoreException(
                $"'{file}' has schema version {version}, which no release writes: its header is damaged. Restore the last backup.");
        }

        return version == 0 && ours == 3 ? 1 : version;
    }

    private long Read(string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of ours
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of ours
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string Script(long version)
    {
        using var stream = typeof(SqliteSchema).Assembly.GetManifestResourceStream(string.Create(CultureInfo.InvariantCulture, $"{version:000}.sql"))
            ?? throw new UnreachableException("The migrations are embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
