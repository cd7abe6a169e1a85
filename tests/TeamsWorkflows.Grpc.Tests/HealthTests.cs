using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>What is said of a hub whose disk has gone.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_hub_that_has_stopped_after_a_fault_is_named_and_the_others_go_on()
    {
        var folder = Directory.CreateTempSubdirectory("hubs-").FullName;
        await using SidecarHubs hubs = new(
            folder,
            new SidecarOptions { CreateHubs = true },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            Guid.NewGuid,
            static name => name == "broken" ? new FullDisk() : new InMemoryPartitionStore());
        HubsCheck check = new(hubs);
        var (sound, broken) = (await hubs.GetAsync("sound"), await hubs.GetAsync("broken"));
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new())).Status);

        await Assert.ThrowsAsync<IOException>(() => broken.Worker.DeliverAsync("a", Start()));
        await broken.Worker.Fault.WaitAsync(TimeSpan.FromSeconds(10)); // callers are told first
        var health = await check.CheckHealthAsync(new());

        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("broken", health.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("sound", health.Description, StringComparison.Ordinal);
        Assert.Equal(DurableTask.Worker.DeliveryOutcome.Accepted, await sound.Worker.DeliverAsync("a", Start()));
        Directory.Delete(folder, recursive: true);
    }

    private static ExecutionStartedEvent Start() => new("Any", null, Guid.NewGuid().ToString("N")) { Timestamp = DateTimeOffset.UtcNow };

    private sealed class FullDisk : IPartitionStore
    {
        private readonly InMemoryPartitionStore _store = new();

        public void Commit(IReadOnlyList<StoreCommand> batch) => throw new IOException("No space left on device.");

        public RecoveredPartition Recover(int maxTimers) => _store.Recover(maxTimers);

        public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => _store.LoadTimers(from, max);

        public StoredInstance? Load(string instanceId) => _store.Load(instanceId);

        public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => _store.Load(instanceId, fromTurn, maxTurns);

        public StoredInstance? LoadEnds(string instanceId) => _store.LoadEnds(instanceId);

        public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max) => _store.Query(query, beforeKey, max);

        public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => _store.ListFinished(before, max);

        public void Dispose() => _store.Dispose();
    }
}
