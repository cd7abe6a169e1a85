using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
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

    [Fact]
    public async Task Turns_that_nobody_takes_leave_memory_and_are_played_all_the_same()
    {
        const int Count = 300;
        FakeTimeProvider time = new();
        PatientWorkers workers = new();
        using InMemoryPartitionStore store = new();
        await using TaskHubWorker hub = new(
            store, TestHub.Registry(), NullLoggerFactory.Instance, time, Guid.NewGuid, new TaskHubOptions { MaxIdleInstances = 10 }, remote: workers);
        hub.Start();
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(DeliveryOutcome.Accepted, await hub.DeliverAsync($"{i}", Start()));
        }

        Assert.Equal(DeliveryOutcome.Accepted, await hub.DeliverAsync("0", new EventRaisedEvent("late", null) { Timestamp = time.GetUtcNow() }));
        await hub.Runtime.WhenQuietAsync();

        Assert.Equal((10, Count), (hub.Runtime.ResidentCount, hub.Runtime.QuestionCount));
        Assert.Equal(9, workers.Asked.Count(static a => a.Key.IsLoaded)); // the first one came back for its event
        var (item, answer) = workers.Asked.Single(static a => a.Key.InstanceId == "0");
        var turn = item.Read()!;
        Assert.Equal((0, 2), (turn.Past.Count, turn.New.Count));
        Assert.IsType<ExecutionStartedEvent>(turn.New[1]); // what came later is of the next turn

        answer.SetResult(new OrchestratorResponse("0", [], null));
        await TestHub.UntilAsync(() => workers.Asked.Count == Count + 1);
        var next = workers.Asked.Single(a => a.Key.InstanceId == "0" && a.Key != item);
        Assert.Equal("late", ((EventRaisedEvent)next.Key.Read()!.New[1]).Name);
        Assert.Equal(2, next.Key.Read()!.Past.Count);
        Assert.Equal(Count, hub.Runtime.QuestionCount);
    }

    [Fact]
    public async Task Starts_wait_while_too_many_turns_have_no_answer()
    {
        FakeTimeProvider time = new();
        PatientWorkers workers = new();
        using InMemoryPartitionStore store = new();
        await using TaskHubWorker hub = new(
            store, TestHub.Registry(), NullLoggerFactory.Instance, time, Guid.NewGuid, new TaskHubOptions { MaxQueuedActivities = 2 }, remote: workers);
        hub.Start();
        await hub.DeliverAsync("a", Start());
        await hub.DeliverAsync("b", Start());

        var third = hub.DeliverAsync("c", Start());
        await hub.DeliverAsync("a", new EventRaisedEvent("go", null) { Timestamp = time.GetUtcNow() }); // makes no new work
        Assert.False(third.IsCompleted);
        await hub.DeliverAsync("b", new ExecutionTerminatedEvent(null, Recurse: false) { Timestamp = time.GetUtcNow() });

        Assert.Equal(DeliveryOutcome.Accepted, await third.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static ExecutionStartedEvent Start() => new("Any", null, Guid.NewGuid().ToString("N")) { Timestamp = DateTimeOffset.UtcNow };

    /// <summary>Workers that take their time: the test answers.</summary>
    private sealed class PatientWorkers : IRemoteWorkers
    {
        public ConcurrentDictionary<OrchestratorWorkItem, TaskCompletionSource<OrchestratorResponse?>> Asked { get; } = [];

        public Task<OrchestratorResponse?> PlayAsync(OrchestratorWorkItem item, CancellationToken stopping)
        {
            var answer = Asked.GetOrAdd(item, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
            item.WhenWithdrawn(() => answer.TrySetResult(null));
            return answer.Task;
        }

        public Task<HistoryEvent?> ExecuteAsync(ActivityWorkItem item, CancellationToken stopping) => Task.FromResult<HistoryEvent?>(null);
    }

    private sealed class BrokenWorkers(Exception broken) : IRemoteWorkers
    {
        public Task<OrchestratorResponse?> PlayAsync(OrchestratorWorkItem item, CancellationToken stopping)
            => Task.FromException<OrchestratorResponse?>(broken);

        public Task<HistoryEvent?> ExecuteAsync(ActivityWorkItem item, CancellationToken stopping) => Task.FromResult<HistoryEvent?>(null);
    }
}
