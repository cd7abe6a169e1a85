using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Simulation;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

[Collection(PostgresServer.Name)]
public sealed class PostgresSimulationTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Postgres_cannot_be_told_from_the_reference_store(int seed)
    {
        using var reference = new SimulatedHub(seed, new InMemoryPartitionStore());
        using var postgres = new SimulatedHub(seed, new PostgresPartitionStore(cluster.NewHub(), TimeProvider.System, Guid.NewGuid));
        reference.Run();
        postgres.Run();
        Same.Lists("trace", reference.Trace, postgres.Trace);
    }
}
