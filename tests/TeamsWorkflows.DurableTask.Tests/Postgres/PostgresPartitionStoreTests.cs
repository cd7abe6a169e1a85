using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

[Collection(PostgresOfStores.Name)]
public sealed class PostgresPartitionStoreTests(PostgresCluster cluster) : PartitionStoreConformance
{
    protected override IPartitionStore CreateStore() => new PostgresPartitionStore(cluster.NewHub(), TimeProvider.System, Guid.NewGuid);
}
