using CsCheck;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

[Collection(PostgresServer.Name)]
public sealed class PostgresSimulationTests(PostgresCluster cluster)
{
    [Fact]
    public void Postgres_cannot_be_told_from_the_reference_store() => Gen.Int.Sample(
        seed =>
        {
            using var reference = new InMemoryPartitionStore();
            using var postgres = new PostgresPartitionStore(cluster.NewHub(), TimeProvider.System, Guid.NewGuid);
            Assert.Equal(new SimulatedPartition(seed, reference).Run(), new SimulatedPartition(seed, postgres).Run());
        },
        iter: 4);
}
