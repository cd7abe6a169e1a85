using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.Server.Storage;

/// <summary>Brings the product's data to this release's schema before anything looks at it.</summary>
internal interface IProductMigration
{
    /// <exception cref="IncompatibleStoreException">A newer release has migrated it.</exception>
    Task MigrateAsync(CancellationToken cancellationToken);
}

/// <summary>The first service to start.</summary>
internal sealed class MigrationService(IProductMigration migration) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => migration.MigrateAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The migration of a file that this process owns.</summary>
internal sealed class FileMigration(IDbContextFactory<ProductDb> contexts) : IProductMigration
{
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.MigrateForwardAsync(cancellationToken);
    }
}

/// <summary>The step that all databases share.</summary>
internal static class ForwardMigration
{
    /// <summary>Migrates; refuses a schema that this release does not know, and leaves it as it is.</summary>
    public static async Task MigrateForwardAsync(this ProductDb db, CancellationToken cancellationToken)
    {
        var (applied, known) = ((await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToArray(), db.Database.GetMigrations().ToArray());
        if (applied.Except(known, StringComparer.Ordinal).LastOrDefault() is { } unknown)
        {
            throw new IncompatibleStoreException(
                $"A newer release has migrated the product's data ({unknown}), and this one would misread it. Start the newer release, or "
                + "restore the backup that was made before it. The data was left as it is.");
        }

        // Without one that is pending it would still compare the whole model with that of the last migration: a third of a second of each start.
        if (known.Except(applied, StringComparer.Ordinal).Any())
        {
            await db.Database.MigrateAsync(cancellationToken);
        }

        await AppendOnly.EnforceAsync(db, cancellationToken);
    }
}
