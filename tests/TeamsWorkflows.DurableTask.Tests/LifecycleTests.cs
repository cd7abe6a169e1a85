using System.Collections.Concurrent;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>What operators do to instances: suspend, resume, terminate, restart, purge, replace.</summary>
public sealed class LifecycleTests
{
    private static readonly OrchestrationRuntimeStatus[] Finished =
    [
        OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
    ];

    [Fact]
    public async Task A_suspended_instance_keeps_events_and_timers_until_it_is_resumed()
    {
        await using var hub = new TestHub(TestHub.Registry().Orchestrator<int, string>("collect", async (context, _) =>
        {
            var a = await context.WaitForExternalEvent<string>("e");
            var b = await context.WaitForExternalEvent<string>("E");
            await context.CreateTimer(TimeSpan.FromMinutes(1));
            return a + b;
        }));

        var id = await hub.StartAsync("collect");
        Assert.True(await hub.Client.SuspendInstanceAsync(id, "maintenance"));
        Assert.True(await hub.Client.RaiseEventAsync(id, "e", "1"));
        Assert.True(await hub.Client.RaiseEventAsync(id, "e", "2"));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await hub.Client.GetInstanceAsync(id))!.Status);
        Assert.DoesNotContain(await hub.HistoryAsync(id), e => e is TimerCreatedEvent);

        Assert.True(await hub.Client.ResumeInstanceAsync(id));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await hub.Client.GetInstanceAsync(id))!.Status);
        Assert.True(await hub.Client.SuspendInstanceAsync(id));
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await hub.IdleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await hub.Client.GetInstanceAsync(id))!.Status);
        Assert.True(await hub.Client.ResumeInstanceAsync(id));
        Assert.Equal("\"12\"", (await hub.EndOfAsync(id)).Output);
        Assert.False(await hub.Client.SuspendInstanceAsync(id));
        Assert.False(await hub.Client.ResumeInstanceAsync("nobody"));
    }

    [Fact]
    public async Task A_suspended_instance_can_be_terminated_and_one_suspended_before_its_start_waits()
    {
        await using var hub = new TestHub(TestHub.Registry().Orchestrator<int, int>("one", (_, _) => Task.FromResult(1)));

        var inAnHour = new StartOrchestrationOptions("later", hub.Time.GetUtcNow().AddHours(1));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, inAnHour);
        Assert.True(await hub.Client.SuspendInstanceAsync("later"));
        hub.Time.Advance(TimeSpan.FromHours(2));
        await hub.IdleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await hub.Client.GetInstanceAsync("later"))!.Status);
        Assert.True(await hub.Client.ResumeInstanceAsync("later"));
        Assert.Equal("1", (await hub.EndOfAsync("later")).Output);

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, inAnHour with { InstanceId = "never", StartAt = hub.Time.GetUtcNow().AddHours(1) });
        Assert.True(await hub.Client.SuspendInstanceAsync("never"));
        Assert.True(await hub.Client.TerminateInstanceAsync("never", "enough"));
        var end = await hub.EndOfAsync("never");
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.Status, end.Output));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Termination_reaches_the_children_when_it_is_recursive(bool recursive)
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("tree", async (context, depth) =>
            {
                if (depth > 0)
                {
                    context.StartOrchestration("tree", 0, new TaskOptions(InstanceId: $"loose-{depth}"));
                    await Task.WhenAll(Enumerable.Range(0, 2).Select(i => context.CallSubOrchestratorAsync<int>(
                        "tree", depth - 1, new TaskOptions(InstanceId: $"{context.InstanceId}.{i}"))));
                }

                return await context.WaitForExternalEvent<int>("never");
            }));

        await hub.StartAsync("tree", 2, "root");
        await hub.IdleAsync();
        Assert.True(await hub.Client.TerminateInstanceAsync("root", "stop", recursive));
        await hub.EndOfAsync("root");
        await hub.IdleAsync();

        string[] descendants = ["root.0", "root.1", "root.0.0", "root.0.1", "root.1.0", "root.1.1"];
        foreach (var id in descendants)
        {
            Assert.Equal(
                recursive ? OrchestrationRuntimeStatus.Terminated : OrchestrationRuntimeStatus.Running,
                (await hub.Client.GetInstanceAsync(id))!.Status);
        }

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await hub.Client.GetInstanceAsync("loose-2"))!.Status);
        Assert.Null((await hub.Client.GetInstanceAsync("loose-2"))!.ParentInstanceId);
        Assert.Equal("root", (await hub.Client.GetInstanceAsync("root.1"))!.ParentInstanceId);
        Assert.Empty(hub.Store.Recover(10).Messages);
    }

    [Fact]
    public async Task A_recursive_termination_spares_an_instance_that_only_has_a_childs_name()
    {
        var gate = new TaskCompletionSource();
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("waits", (context, _) => context.WaitForExternalEvent<int>("never"))
            .Orchestrator<int, int>("parent", async (context, _) =>
            {
                var child = context.CallSubOrchestratorAsync<int>("waits", 0, new TaskOptions(InstanceId: "taken"));
                return await Task.WhenAny(child, context.WaitForExternalEvent<int>("never")) == child ? await child : 0;
            }));

        await hub.StartAsync("waits", 0, "taken");
        await hub.StartAsync("parent", 0, "parent");
        await hub.Client.TerminateInstanceAsync("parent", "stop", recursive: true);
        await hub.EndOfAsync("parent");
        await hub.IdleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await hub.Client.GetInstanceAsync("taken"))!.Status);
        gate.SetResult();
    }

    [Fact]
    public async Task An_identifier_is_given_up_in_the_statuses_that_the_start_names()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("waits", (context, _) => context.WaitForExternalEvent<int>("go"))
            .Orchestrator<int, int>("one", (_, _) => Task.FromResult(1)));
        StartOrchestrationOptions Replacing(params OrchestrationRuntimeStatus[] statuses) => new("x") { ReplaceableStatuses = statuses };

        await hub.RunAsync("one", 0, "x");
        var first = (await hub.Client.GetInstanceAsync("x"))!.ExecutionId;
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, Replacing(OrchestrationRuntimeStatus.Failed)));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("waits", 0, Replacing(Finished));
        var second = await hub.Client.GetInstanceAsync("x");
        Assert.NotEqual(first, second!.ExecutionId);
        Assert.Equal(OrchestrationRuntimeStatus.Running, second.Status);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, Replacing(Finished)));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, Replacing(OrchestrationRuntimeStatus.Running));
        Assert.Equal("1", (await hub.EndOfAsync("x")).Output);
        Assert.Single(await hub.HistoryAsync("x"), e => e is ExecutionStartedEvent);
        Assert.Single((await hub.Client.GetAllInstancesAsync(new([]))).Instances);
    }

    [Fact]
    public async Task A_parent_whose_child_is_replaced_is_told()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("waits", (context, _) => context.WaitForExternalEvent<int>("go"))
            .Orchestrator<int, string>("parent", async (context, _) =>
            {
                try
                {
                    return $"{await context.CallSubOrchestratorAsync<int>("waits", 0, new TaskOptions(InstanceId: "child"))}";
                }
                catch (TaskFailedException e)
                {
                    return e.FailureDetails.ErrorType;
                }
            }));

        await hub.StartAsync("parent", 0, "parent");
        await hub.Client.WaitForInstanceStartAsync("child");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "waits", 0, new("child") { ReplaceableStatuses = [OrchestrationRuntimeStatus.Running] });
        Assert.Equal($"\"{EngineErrors.OrchestrationTerminated}\"", (await hub.EndOfAsync("parent")).Output);
        Assert.True(await hub.Client.RaiseEventAsync("child", "go", 7));
        Assert.Equal("7", (await hub.EndOfAsync("child")).Output);
    }

    [Fact]
    public async Task A_restart_keeps_name_input_version_and_tags_in_a_new_or_the_same_place()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, string>("echo", (context, input) => Task.FromResult($"{input} {context.Version}"))
            .Orchestrator<int, int>("waits", (context, _) => context.WaitForExternalEvent<int>("go")));

        var tags = new ValueMap<string>([new("team", "blue")]);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("echo", 5, new("x") { Version = "2.0", Tags = tags });
        var old = await hub.EndOfAsync("x");
        var copy = await hub.EndOfAsync(await hub.Client.RestartAsync("x", restartWithNewInstanceId: true));
        Assert.Equal(("\"5 2.0\"", "2.0", tags), (copy.Output, copy.Version, copy.Tags));
        Assert.NotEqual("x", copy.InstanceId);

        Assert.Equal("x", await hub.Client.RestartAsync("x"));
        var again = await hub.EndOfAsync("x");
        Assert.Equal("\"5 2.0\"", again.Output);
        Assert.NotEqual(old.ExecutionId, again.ExecutionId);

        await hub.StartAsync("waits", 0, "open");
        await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Client.RestartAsync("open"));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => hub.Client.RestartAsync("nobody"));
        Assert.NotEqual("open", await hub.Client.RestartAsync("open", restartWithNewInstanceId: true));
    }

    [Fact]
    public async Task A_purge_leaves_nothing_of_finished_instances_and_nothing_else_goes()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("leaf", (context, wait) => wait == 1 ? context.WaitForExternalEvent<int>("go") : Task.FromResult(0))
            .Orchestrator<int, int>("parent", async (context, _) =>
            {
                await context.CallSubOrchestratorAsync<int>("leaf", 0, new TaskOptions(InstanceId: "child"));
                return 0;
            }));

        await hub.RunAsync("parent", 0, "parent");
        await hub.StartAsync("leaf", 1, "open");
        Assert.Equal(new PurgeResult(0), await hub.Client.PurgeInstanceAsync("open"));
        Assert.Equal(new PurgeResult(0), await hub.Client.PurgeInstanceAsync("nobody"));
        Assert.Equal(new PurgeResult(2), await hub.Client.PurgeInstanceAsync("parent", recursive: true));
        Assert.Null(await hub.Client.GetInstanceAsync("parent"));
        Assert.Null(await hub.Client.GetInstanceAsync("child"));
        Assert.Null(await hub.Client.GetInstanceHistoryAsync("parent"));

        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => hub.RunAsync("leaf", 0, $"i{i}")));
        Assert.Equal(new PurgeResult(2), await hub.Client.PurgeInstancesAsync(["i0", "i1", "nobody", "open"]));
        Assert.Equal(new PurgeResult(0), await hub.Client.PurgeAllInstancesAsync(new(Statuses: [OrchestrationRuntimeStatus.Failed])));
        Assert.Equal(new PurgeResult(0), await hub.Client.PurgeAllInstancesAsync(new(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(new PurgeResult(28), await hub.Client.PurgeAllInstancesAsync(new()));
        Assert.Equal(["open"], (await hub.Client.GetAllInstancesAsync(new([]))).Instances.Select(i => i.InstanceId));
        Assert.Equal("0", (await hub.RunAsync("leaf", 0, "i0")).Output); // the identifier is free again
    }

    [Fact]
    public async Task Retention_purges_what_ended_long_ago_and_keeps_the_rest()
    {
        await using var hub = new TestHub(
            TestHub.Registry()
                .Orchestrator<int, int>("one", (_, _) => Task.FromResult(1))
                .Orchestrator<int, int>("waits", (context, _) => context.WaitForExternalEvent<int>("go")),
            configure: o => (o.Retention, o.RetentionBatch) = (TimeSpan.FromDays(1), 2));

        await hub.StartAsync("waits", 0, "open");
        await Task.WhenAll(Enumerable.Range(0, 7).Select(i => hub.RunAsync("one", 0, $"old{i}")));
        hub.Time.Advance(TimeSpan.FromHours(20));
        await hub.RunAsync("one", 0, "young");
        Assert.Equal(9, (await hub.Client.GetAllInstancesAsync(new([]))).Instances.Count);

        for (var i = 0; i < 300 && (await hub.Client.GetAllInstancesAsync(new([]))).Instances.Count > 2; i++)
        {
            hub.Time.Advance(TimeSpan.FromMinutes(2));
            await Task.Delay(5);
        }

        Assert.Equal(["young", "open"], (await hub.Client.GetAllInstancesAsync(new([]))).Instances.Select(i => i.InstanceId));
    }

    [Fact]
    public async Task Many_instances_are_treated_together_and_failures_are_listed()
    {
        await using var hub = new TestHub(TestHub.Registry().Orchestrator<int, int>("waits", (context, _) => context.WaitForExternalEvent<int>("go")));
        for (var i = 0; i < 5; i++)
        {
            await hub.StartAsync("waits", 0, $"i{i}");
        }

        ConcurrentQueue<BulkResult> progress = [];
        var result = await hub.Client.ForEachInstanceAsync(
            new([], PageSize: 2),
            (i, cancellation) => i.InstanceId switch
            {
                "i1" => throw new InvalidOperationException("not this one"),
                "i2" => hub.Client.RaiseEventAsync("nobody", "go", 1, cancellation),
                _ => hub.Client.TerminateInstanceAsync(i.InstanceId, "bulk", cancellation: cancellation),
            },
            new SynchronousProgress(progress.Enqueue));

        Assert.Equal((3, 1), (result.Succeeded, result.Skipped));
        Assert.Equal([new BulkFailure("i1", "not this one")], result.Failures);
        Assert.Equal(3, progress.Count);
    }

    [Fact]
    public async Task Who_calls_an_identifier_that_waits_for_its_start_is_told_that_it_is_taken()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("one", (_, _) => Task.FromResult(1))
            .Orchestrator<int, int>("parent", (context, _) => context.CallSubOrchestratorAsync<int>("one", 0, new TaskOptions(InstanceId: "later"))));

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, new("later", hub.Time.GetUtcNow().AddHours(1)));
        Assert.Equal(EngineErrors.OrchestrationAlreadyExists, (await hub.RunAsync("parent")).Failure!.ErrorType);
        Assert.Empty(hub.Store.Recover(1).Messages);
    }

    [Fact]
    public async Task A_caller_may_use_the_identifier_of_its_own_finished_sub_orchestration_again()
    {
        var calls = 0;
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("flaky", (_, _) => Interlocked.Increment(ref calls) < 3 ? throw new TimeoutException("Not yet.") : Task.FromResult(calls))
            .Orchestrator<int, int>("parent", (context, _) => context.CallSubOrchestratorAsync<int>("flaky", 0, TaskOptions.FromRetryHandler(_ => true).WithInstanceId("again"))));

        Assert.Equal("3", (await hub.RunAsync("parent")).Output);
        Assert.Equal("3", (await hub.Client.GetInstanceAsync("again"))!.Output);
    }

    private sealed class SynchronousProgress(Action<BulkResult> report) : IProgress<BulkResult>
    {
        public void Report(BulkResult value) => report(value);
    }
}
