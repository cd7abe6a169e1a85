using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>What every store must do, of the store that the nodes of a shared hub write by.</summary>
[Collection(PostgresOfStores.Name)]
public sealed class NodeStoreTests(PostgresCluster cluster) : PartitionStoreConformance
{
    protected override IPartitionStore CreateStore() => new SoleNodeStore(cluster.NewHub());
}
