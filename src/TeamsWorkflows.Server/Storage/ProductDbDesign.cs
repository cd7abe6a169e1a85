using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Storage.Postgres;

namespace TeamsWorkflows.Server.Storage;

/// <summary>What <c>dotnet ef migrations add NAME --context ProductDb --output-dir Storage/Migrations/Sqlite</c> uses.</summary>
internal sealed class ProductDbDesign : IDesignTimeDbContextFactory<ProductDb>
{
    public ProductDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<ProductDb>();
        options.UseProductFile("design-time.db");
        return new ProductDb(options.Options);
    }
}

/// <summary>What <c>dotnet ef migrations add NAME --context PostgresProductDb --output-dir Storage/Migrations/Postgres</c> uses.</summary>
internal sealed class PostgresProductDbDesign : IDesignTimeDbContextFactory<PostgresProductDb>
{
    public PostgresProductDb CreateDbContext(string[] args)
    {
        PostgresOptions design = new() { ConnectionString = "Host=design-time" };
        var options = new DbContextOptionsBuilder<PostgresProductDb>();
        options.UsePostgres(PostgresProduct.CreateSource(design), design.Schema);
        return new PostgresProductDb(options.Options);
    }
}
