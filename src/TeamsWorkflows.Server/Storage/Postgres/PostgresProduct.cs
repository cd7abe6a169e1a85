using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Options;
using Npgsql;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Live;

namespace TeamsWorkflows.Server.Storage.Postgres;

/// <summary>The product's data in a schema of its own, beside the task hub's.</summary>
internal static class PostgresProduct
{
    private const int MaxWriters = 8; // of one node: more wait for each other's disk inside the server
    private const int MaxConnections = 30; // of one node: a server has 100 by default, and several nodes
    private const int PreparedStatements = 50;

    public static IServiceCollection AddPostgresProduct(this IServiceCollection services)
    {
        services.AddSingleton(static provider => new PostgresIdentity(
            provider.GetRequiredService<AzureCredentials>, provider.GetRequiredService<IOptions<PostgresOptions>>()));
        services.AddSingleton(static provider => CreateSource(
            provider.GetRequiredService<IOptions<PostgresOptions>>().Value, provider.GetRequiredService<PostgresIdentity>().Password));
        services.AddPooledDbContextFactory<PostgresProductDb>(static (provider, options) => options.UsePostgres(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<IOptions<PostgresOptions>>().Value.Schema));
        services.AddSingleton<IDbContextFactory<ProductDb>, PostgresContexts>();
        services.AddSingleton(static provider => new Database(
            provider.GetRequiredService<IDbContextFactory<ProductDb>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Database>>(),
            MaxWriters));
        services.AddSingleton<IProductMigration, PostgresMigration>();
        services.AddHostedService<PostgresChanges>();
        return services;
    }

    public static DbContextOptionsBuilder UsePostgres(this DbContextOptionsBuilder options, NpgsqlDataSource source, string schema) => options
        .UseNpgsql(
            source,
            postgres => postgres
                .MigrationsAssembly(typeof(PostgresProduct).Assembly.GetName().Name)
                .MigrationsHistoryTable(HistoryRepository.DefaultTableName, schema)
                .UseQuerySplittingBehavior(QuerySplittingBehavior.SingleQuery)) // a report is read as it was at one moment
        .AddInterceptors(new StorableText())
        .ConfigureWarnings(static warnings => warnings.Log(
            (RelationalEventId.CommandError, LogLevel.Debug), // two writers in each other's way are no error: one runs again
            (CoreEventId.SaveChangesFailed, LogLevel.Debug),
            (CoreEventId.QueryIterationFailed, LogLevel.Debug)));

    // Names without a schema: a migration is the same wherever the data is.
    internal static NpgsqlDataSource CreateSource(PostgresOptions options, PostgresPassword? password = null)
    {
        NpgsqlDataSourceBuilder builder = new(options.ConnectionString);
        var target = builder.ConnectionStringBuilder;
        target.SearchPath = options.Schema;
        target.MaxPoolSize = Math.Min(MaxConnections, target.MaxPoolSize);
        target.MaxAutoPrepare = PreparedStatements;
        target.ApplicationName ??= $"TeamsWorkflows {options.Schema}";
        target.Options ??= "-c synchronous_commit=on"; // an intent is on disk before anything is posted
        if (password is not null)
        {
            builder.UsePasswordProvider(_ => password.Get(), (_, cancellation) => password.GetAsync(cancellation));
        }

        return builder.Build();
    }
}
