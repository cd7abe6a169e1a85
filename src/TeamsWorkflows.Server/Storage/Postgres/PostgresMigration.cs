using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Storage.Postgres;

/// <summary>Makes and migrates the product's schema, whoever else starts at the same time.</summary>
/// <remarks>
/// Under an advisory lock of the session: the first node does the work, the others wait and find it done. The first key is
/// made there as well: two nodes that each made one would not read each other's cookies for a while.
/// </remarks>
internal sealed class PostgresMigration(
    NpgsqlDataSource source, IDbContextFactory<ProductDb> contexts, IDataProtectionProvider protection, IOptions<PostgresOptions> options) : IProductMigration
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5); // for another node's migration

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            var theLock = $"hashtextextended('TeamsWorkflows product {options.Value.Schema}', 0)";
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({theLock})", cancellationToken);
            await PrepareAsync(connection, cancellationToken);
            await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
            {
                await db.MigrateForwardAsync(cancellationToken);
            }

            protection.CreateProtector("the first key").Protect([]);
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({theLock})", cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw new StartRefusedException(
                ExitCodes.DatabaseOutOfReach,
                $"{PostgresOptions.Section}:{nameof(PostgresOptions.ConnectionString)}: the database does not answer, or refuses: {e.Message}",
                e);
        }
    }

    // An existing schema is taken as it is: who may use one need not be allowed to create it.
    private async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var schema = options.Value.Schema;
        await ExecuteAsync(
            connection,
            $"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '{schema}') THEN CREATE SCHEMA {schema}; END IF;
            END $$;
            {PostgresKeys.Table}
            """,
            cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // constants of ours, and a schema name that was checked
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Patience.TotalSeconds };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
