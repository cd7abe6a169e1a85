using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Storage.Postgres;

namespace TeamsWorkflows.Server.Storage;

/// <summary>The product's data: in one SQLite file beside the task hub, or in the database that nodes share.</summary>
internal static class ProductStorage
{
    // SQLite allows one writer.
    private const int MaxWriters = 1;

    public static IServiceCollection AddProductStorage(this IServiceCollection services, HubProvider provider)
    {
        services.AddHostedService<MigrationService>();
        if (provider == HubProvider.Postgres)
        {
            return services.AddPostgresProduct();
        }

        services.AddPooledDbContextFactory<ProductDb>(
            static (provider, options) => options.UseProductFile(provider.GetRequiredService<DataFolder>().Product));
        services.AddSingleton(
            static provider => new Database(
                provider.GetRequiredService<IDbContextFactory<ProductDb>>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Database>>(),
                MaxWriters));
        services.AddSingleton<IProductMigration, FileMigration>();
        return services;
    }

    public static DbContextOptionsBuilder UseProductFile(this DbContextOptionsBuilder options, string file) => options
        .UseSqlite(
            new SqliteConnectionStringBuilder { DataSource = file }.ToString(),
            static sqlite => sqlite
                .MigrationsAssembly(typeof(ProductStorage).Assembly.GetName().Name)
                .UseQuerySplittingBehavior(QuerySplittingBehavior.SingleQuery)) // a report is read as it was at one moment
        .ConfigureWarnings(static warnings => warnings.Log( // a table is made anew in a transaction; only the switch before it is not in one
            (RelationalEventId.NonTransactionalMigrationOperationWarning, LogLevel.Debug)))
        .AddInterceptors(new SqliteDurability());
}
