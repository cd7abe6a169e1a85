using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Storage;

/// <summary>What <c>dotnet ef migrations add NAME --project src/TeamsWorkflows.Server --output-dir Storage/Migrations/Sqlite</c> uses.</summary>
internal sealed class ProductDbDesign : IDesignTimeDbContextFactory<ProductDb>
{
    public ProductDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<ProductDb>();
        options.UseProductFile("design-time.db");
        return new ProductDb(options.Options);
    }
}
