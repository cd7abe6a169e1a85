using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Sqlite;

namespace TeamsWorkflows.DurableTask.Tests;

public sealed class StoreArrowsTests
{
    [Theory]
    [InlineData(typeof(SqlitePartitionStore))]
    [InlineData(typeof(PostgresPartitionStore))]
    public void A_store_knows_the_engine_and_nothing_else_of_ours(Type store) => Assert.Equal(
        ["TeamsWorkflows.DurableTask"],
        store.Assembly.GetReferencedAssemblies().Select(static a => a.Name!).Where(static n => n.StartsWith("TeamsWorkflows", StringComparison.Ordinal)));
}
