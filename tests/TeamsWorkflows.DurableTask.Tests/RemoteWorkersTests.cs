using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>A hub whose code runs elsewhere, and what it does when asking itself breaks.</summary>
public sealed class RemoteWorkersTests
{
    [Fact]
    public async Task A_question_to_a_worker_that_faults_stops_the_hub_and_is_told()
    {
        InvalidDataException broken = new("The broker is broken.");
        using InMemoryPartitionStore store = new();
        await using TaskHubWorker worker = new(
            store, TestHub.Registry(), NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid, new TaskHubOptions(), remote: new BrokenWorkers(broken));
        worker.Start();

        Assert.Equal(DeliveryOutcome.Accepted, await worker.DeliverAsync("a", Start()));

        Assert.Same(broken, await worker.Fault.WaitAsync(TimeSpan.FromSeconds(10)));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => worker.DeliverAsync("b", Start()));
        Assert.Same(broken, refused.InnerException);
    }

    private static ExecutionStartedEvent Start() => new("Any", null, Guid.NewGuid().ToString("N")) { Timestamp = DateTimeOffset.UtcNow };

    private sealed class BrokenWorkers(Exception broken) : IRemoteWorkers
    {
        public Task<OrchestratorResponse?> PlayAsync(OrchestratorWorkItem item, CancellationToken stopping)
            => Task.FromException<OrchestratorResponse?>(broken);

        public Task<HistoryEvent?> ExecuteAsync(ActivityWorkItem item, CancellationToken stopping) => Task.FromResult<HistoryEvent?>(null);
    }
}
