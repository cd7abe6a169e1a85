using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Tests.Postgres;
using TeamsWorkflows.Server.Storage;
using TeamsWorkflows.Server.Storage.Postgres;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What older releases stored is complete by this release's rules when it has been migrated.</summary>
[Collection(PostgresServer.Name)]
public sealed class MigrationTests(PostgresCluster cluster)
{
    private const string Before = "Authors";

    [Fact]
    public async Task Deliveries_of_older_releases_are_in_the_ledger_of_their_publisher()
    {
        var file = Path.GetTempFileName();
        var options = new DbContextOptionsBuilder<ProductDb>();
        options.UseProductFile(file);
        await using (var db = new ProductDb(options.Options))
        {
            await MigrateAsync(db);
        }

        File.Delete(file);

        var schema = $"{cluster.NewHub().Schema}_data";
        cluster.Read($"CREATE SCHEMA {schema}");
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { SearchPath = schema }.ConnectionString);
        var shared = new DbContextOptionsBuilder<PostgresProductDb>();
        shared.UsePostgres(source, schema);
        await using var postgres = new PostgresProductDb(shared.Options);
        await MigrateAsync(postgres);
    }

    private static async Task MigrateAsync(ProductDb db)
    {
        var migrator = db.GetService<IMigrator>();
        await migrator.MigrateAsync(Before);
        foreach (var (report, publisher) in new[] { ("a", "erp"), ("b", "shop") })
        {
            await InsertAsync(db, "Reports", new() { ["Id"] = report, ["Publisher"] = publisher, ["IdempotencyKey"] = report });
            await InsertAsync(db, "Deliveries", new() { ["Id"] = $"{report}.1", ["ReportId"] = report });
        }

        await migrator.MigrateAsync();

        Assert.Equal(
            [("a.1", "erp"), ("b.1", "shop")],
            (await db.Deliveries.OrderBy(d => d.Id).Select(d => new { d.Id, d.Publisher }).ToArrayAsync()).Select(d => (d.Id, d.Publisher)));
    }

    // A row as that release had it: what is not named holds nothing in particular.
    private static async Task InsertAsync(ProductDb db, string table, Dictionary<string, string> values)
    {
        await db.Database.OpenConnectionAsync();
        var connection = db.Database.GetDbConnection();
        using var probe = connection.CreateCommand();
        probe.CommandText = $"SELECT * FROM \"{table}\" WHERE 1 = 0";
        List<(string Name, string Value)> columns = [];
        using (var reader = await probe.ExecuteReaderAsync(System.Data.CommandBehavior.SchemaOnly))
        {
            for (var i = 0; i < reader.FieldCount; i++)
            {
                var (name, type) = (reader.GetName(i), reader.GetDataTypeName(i).ToUpperInvariant());
                columns.Add((name, values.TryGetValue(name, out var value) ? $"'{value}'" : Nothing(type)));
            }
        }

        using var insert = connection.CreateCommand();
        insert.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"INSERT INTO \"{table}\" ({string.Join(',', columns.Select(static c => $"\"{c.Name}\""))}) VALUES ({string.Join(',', columns.Select(static c => c.Value))})");
        await insert.ExecuteNonQueryAsync();
    }

    private static string Nothing(string type) => type switch
    {
        _ when type.StartsWith("CHARACTER", StringComparison.Ordinal) || type is "TEXT" => "''",
        "BYTEA" => "''",
        "BLOB" => "x''",
        "UUID" => "'00000000-0000-0000-0000-000000000000'",
        "BOOLEAN" => "false",
        _ => "0",
    };
}
