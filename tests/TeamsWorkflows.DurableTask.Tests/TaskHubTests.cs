using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

public sealed class TaskHubTests : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _posted = new();
    private readonly InMemoryPartitionStore _store = new();
    private readonly TaskHubWorker _worker;
    private readonly EmbeddedDurableTaskClient _client;

    public TaskHubTests()
    {
        var registry = SampleWorkflows.Registry().AddActivity("post", () => new RecordingActivity(_posted));
        _worker = Worker(_store, registry);
        _worker.Start();
        _client = new EmbeddedDurableTaskClient(_worker, _store, registry, TimeProvider.System, Guid.NewGuid);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task Operator_approves_and_the_waiting_orchestration_posts()
    {
        var id = await _client.ScheduleNewOrchestrationInstanceAsync("Post", "hello", new("report-42"));
        Assert.True(await _client.RaiseEventAsync(id, "approval", true));
        var end = await EndOfAsync(id);

        Assert.Equal((OrchestrationRuntimeStatus.Completed, "\"posted hello\""), (end.Status, end.Output));
        Assert.Equal(["hello"], _posted);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => _client.ScheduleNewOrchestrationInstanceAsync("Post", "hello", new("report-42")));
        Assert.Equal(end, await _client.GetInstanceAsync(id));
        Assert.Equal(end, await EndOfAsync(id)); // also when it ended long ago
    }

    [Fact]
    public async Task An_event_for_nobody_is_refused()
        => Assert.False(await _client.RaiseEventAsync("nobody", "approval", true));

    [Fact]
    public async Task A_thousand_activities_run_in_few_turns()
    {
        var id = await _client.ScheduleNewOrchestrationInstanceAsync("Fan", 1_000);

        Assert.Equal("1000", (await EndOfAsync(id)).Output);
        Assert.Equal(1_000, _posted.Count);
    }

    [Fact]
    public async Task A_child_reports_to_its_parent_and_leaves_nothing_behind()
    {
        var end = await EndOfAsync(await _client.ScheduleNewOrchestrationInstanceAsync("Parent", "hello"));

        Assert.Equal("\"parent of posted hello\"", end.Output);
        Assert.Empty(_store.Recover(10).Messages);
    }

    [Fact]
    public async Task Continue_as_new_without_waiting_fails_with_a_code()
    {
        var end = await EndOfAsync(await _client.ScheduleNewOrchestrationInstanceAsync("Loop", 0));

        Assert.Equal("ContinueAsNewLoop", end.Failure!.ErrorType);
    }

    [Fact]
    public async Task A_failed_commit_stops_the_partition_and_tells_everyone()
    {
        var broken = new Mock<IPartitionStore>(MockBehavior.Strict);
        broken.Setup(s => s.Recover(It.IsAny<int>())).Returns(new RecoveredPartition(0, 0, [], [], []));
        broken.Setup(s => s.Commit(It.IsAny<IReadOnlyList<StoreCommand>>())).Throws(new IOException("disk full"));
        await using var worker = Worker(broken.Object, SampleWorkflows.Registry());
        worker.Start();

        var start = new ExecutionStartedEvent("Post", "\"m\"", "e1") { Timestamp = DateTimeOffset.UnixEpoch };
        await Assert.ThrowsAsync<IOException>(() => worker.DeliverAsync("a", start, isSurelyNew: true));
        await Assert.ThrowsAsync<InvalidOperationException>(() => worker.DeliverAsync("a", start));
        Assert.Equal("disk full", (await worker.Fault).Message);
    }

    [Fact]
    public async Task Commands_that_queue_up_during_a_commit_share_the_next_one()
    {
        using var firstCommit = new SemaphoreSlim(0);
        using var isCommitting = new SemaphoreSlim(0);
        List<int> batches = [];
        var store = new Mock<IPartitionStore>(MockBehavior.Strict);
        store.Setup(s => s.Commit(It.IsAny<IReadOnlyList<StoreCommand>>())).Callback((IReadOnlyList<StoreCommand> batch) =>
        {
            batches.Add(batch.Count);
            isCommitting.Release();
            firstCommit.Wait();
        });
        using (var writer = new GroupCommitWriter<Pending>(store.Object, static _ => { }, static _ => { }))
        {
            writer.Start();
            writer.Enqueue(new Pending());
            await isCommitting.WaitAsync();
            writer.Enqueue(new Pending());
            writer.Enqueue(new Pending());
            firstCommit.Release(2);
        }

        Assert.Equal([1, 2], batches);
    }

    [Fact]
    public async Task A_result_of_an_earlier_generation_is_not_taken_for_one_of_the_next()
    {
        var gate = new TaskCompletionSource();
        var registry = SampleWorkflows.Registry().AddActivity("post", () => new SlowFirstActivity(gate.Task));
        using var store = new InMemoryPartitionStore();
        await using var worker = Worker(store, registry);
        var client = new EmbeddedDurableTaskClient(worker, store, registry, TimeProvider.System, Guid.NewGuid);
        worker.Start();

        var id = await client.ScheduleNewOrchestrationInstanceAsync("Generations", "first");
        await client.RaiseEventAsync(id, "next");
        var end = await client.WaitForInstanceCompletionAsync(id).WaitAsync(TimeSpan.FromSeconds(10));
        gate.SetResult();

        Assert.Equal("\"second\"", end.Output);
    }

    [Fact]
    public async Task A_sub_orchestration_whose_identifier_is_taken_fails_its_caller()
    {
        await EndOfAsync(await _client.ScheduleNewOrchestrationInstanceAsync("Child", "mine", new("the-child")));
        var end = await EndOfAsync(await _client.ScheduleNewOrchestrationInstanceAsync("CallsByName", "yours"));

        Assert.Equal($"\"{EngineErrors.OrchestrationAlreadyExists}\"", end.Output);
        Assert.Equal(["mine"], _posted);
        Assert.Empty(_store.Recover(10).Messages);
    }

    [Fact]
    public async Task A_scheduled_start_waits_keeps_its_events_and_can_be_terminated()
    {
        var time = new FakeTimeProvider();
        var registry = SampleWorkflows.Registry().AddActivity("post", () => new RecordingActivity(_posted));
        using var store = new InMemoryPartitionStore();
        await using var worker = Worker(store, registry, time);
        var client = new EmbeddedDurableTaskClient(worker, store, registry, time, Guid.NewGuid);
        worker.Start();

        var inAYear = time.GetUtcNow().AddDays(400);
        await client.ScheduleNewOrchestrationInstanceAsync("Post", "hello", new("later", inAYear));
        await client.ScheduleNewOrchestrationInstanceAsync("Post", "hello", new("never", inAYear));
        Assert.True(await client.RaiseEventAsync("later", "approval", true));
        Assert.True(await client.TerminateInstanceAsync("never", "changed my mind"));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await client.WaitForInstanceCompletionAsync("never")).Status);
        var waiting = await client.GetInstanceAsync("later");
        Assert.Equal((OrchestrationRuntimeStatus.Pending, "\"hello\""), (waiting!.Status, waiting.Input));

        var end = client.WaitForInstanceCompletionAsync("later");
        for (var day = 0; day < 400; day++)
        {
            Assert.False(end.IsCompleted);
            time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal("\"posted hello\"", (await end.WaitAsync(TimeSpan.FromSeconds(10))).Output);
    }

    [Fact]
    public async Task An_event_sent_by_an_orchestration_arrives_once()
    {
        await _client.ScheduleNewOrchestrationInstanceAsync("Receives", "", new("other"));
        var sender = await _client.ScheduleNewOrchestrationInstanceAsync("Sends", "hello");

        Assert.Equal("\"hello\"", (await EndOfAsync("other")).Output);
        Assert.Single((await _client.GetInstanceHistoryAsync(sender))!.OfType<EventSentEvent>());
        Assert.Empty(_store.Recover(10).Messages);
    }

    [Fact]
    public async Task Waiting_for_an_instance_that_is_not_there_says_so()
        => await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => _client.WaitForInstanceCompletionAsync("nobody"));

    [Fact]
    public async Task Instances_are_listed_page_by_page()
    {
        for (var i = 0; i < 5; i++)
        {
            await EndOfAsync(await _client.ScheduleNewOrchestrationInstanceAsync("Child", "hello", new($"i{i}")));
        }

        var first = await _client.GetAllInstancesAsync(new([], PageSize: 3));
        var second = await _client.GetAllInstancesAsync(new([], PageSize: 3, ContinuationToken: first.ContinuationToken));
        Assert.Equal(["i4", "i3", "i2", "i1", "i0"], first.Instances.Concat(second.Instances).Select(i => i.InstanceId));
        Assert.Null(second.ContinuationToken);
        await Assert.ThrowsAsync<ArgumentException>(() => _client.GetAllInstancesAsync(new([], ContinuationToken: "x")));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _client.GetAllInstancesAsync(new([], PageSize: 0)));
    }

    [Fact]
    public async Task A_stop_lets_running_activities_finish_and_writes_their_results()
    {
        var (gate, isRunning) = (new TaskCompletionSource(), new TaskCompletionSource());
        var registry = SampleWorkflows.Registry().AddActivity("post", () => new SlowFirstActivity(gate.Task, "hello", isRunning));
        using var store = new InMemoryPartitionStore();
        var worker = Worker(store, registry);
        var client = new EmbeddedDurableTaskClient(worker, store, registry, TimeProvider.System, Guid.NewGuid);
        worker.Start();

        var id = await client.ScheduleNewOrchestrationInstanceAsync("Child", "hello");
        await isRunning.Task;
        var stopped = worker.DisposeAsync();
        gate.SetResult();
        await stopped;

        Assert.Equal("\"hello\"", (await client.GetInstanceAsync(id))!.Output);
    }

    private static TaskHubWorker Worker(IPartitionStore store, DurableTaskRegistry registry, TimeProvider? time = null)
        => new(store, registry, NullLoggerFactory.Instance, time ?? TimeProvider.System, Guid.NewGuid, new TaskHubOptions());

    private Task<OrchestrationMetadata> EndOfAsync(string id)
        => _client.WaitForInstanceCompletionAsync(id).WaitAsync(TimeSpan.FromSeconds(10));

    private sealed class Pending : IPendingCommit
    {
        public StoreCommand Command { get; } = new RefuseMessages([], []);
    }

    /// <summary>Keeps the call with one input until the gate opens; the others return at once.</summary>
    private sealed class SlowFirstActivity(Task gate, string slowInput = "first", TaskCompletionSource? isRunning = null)
        : TaskActivity<string, string>
    {
        public override async Task<string> RunAsync(TaskActivityContext context, string input)
        {
            if (input == slowInput)
            {
                isRunning?.SetResult();
                await gate;
            }

            return input;
        }
    }

    private sealed class RecordingActivity(ConcurrentQueue<string> posted) : TaskActivity<string, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, string input)
        {
            posted.Enqueue(input);
            return Task.FromResult($"posted {input}");
        }
    }
}
