using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Storage.Postgres;

/// <summary>The product's data in PostgreSQL: the same model, sorted as everywhere, with migrations of its own.</summary>
internal sealed class PostgresProductDb(DbContextOptions<PostgresProductDb> options) : ProductDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<string>().UseCollation("C"); // by code point, whatever the server's language is
    }
}

/// <summary>Makes contexts of that kind for whoever knows of the model alone.</summary>
internal sealed class PostgresContexts(IDbContextFactory<PostgresProductDb> contexts) : IDbContextFactory<ProductDb>
{
    public ProductDb CreateDbContext() => contexts.CreateDbContext();
}
