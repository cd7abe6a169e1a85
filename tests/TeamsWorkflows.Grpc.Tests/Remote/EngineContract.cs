using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>What our workflows rely on, whichever engine runs them.</summary>
public abstract class EngineContract
{
    [Fact]
    public async Task Activities_run_one_after_the_other_and_side_by_side()
    {
        await using var engine = await StartAsync(RunningEngine.Registry()
            .Orchestrator<int, int>("Steps", async (context, n) =>
            {
                var next = await context.CallActivityAsync<int>("PlusOne", n);
                var all = await Task.WhenAll(Enumerable.Range(next, 5).Select(i => context.CallActivityAsync<int>("PlusOne", i)));
                return all.Sum();
            })
            .Activity<int, int>("PlusOne", (_, n) => Task.FromResult(n + 1)));

        Assert.Equal("25", (await engine.RunAsync("Steps", 1)).Output);
    }

    [Fact]
    public async Task A_sub_orchestration_gives_its_result_or_its_failure_to_its_caller()
    {
        await using var engine = await StartAsync(RunningEngine.Registry()
            .Orchestrator<int, int>("Half", async (context, n) =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(1));
                return n % 2 == 0 ? n / 2 : throw new ActivityFailureException("Odd", $"{n} is odd.");
            })
            .Orchestrator<int, string>("Caller", async (context, n) =>
            {
                var half = await context.CallSubOrchestratorAsync<int>("Half", n);
                try
                {
                    return $"{await context.CallSubOrchestratorAsync<int>("Half", half)}";
                }
                catch (TaskFailedException e)
                {
                    return e.FailureDetails.ErrorType;
                }
            }));

        Assert.Equal("\"2\"", (await engine.RunAsync("Caller", 8)).Output);
        Assert.Equal("\"Odd\"", (await engine.RunAsync("Caller", 6)).Output);
    }

    [Fact]
    public async Task An_event_or_a_timer_decides()
    {
        await using var engine = await StartAsync(RunningEngine.Registry().Orchestrator<int, string>("Approve", async (context, ms) =>
        {
            var approval = context.WaitForExternalEvent<string>("approve");
            var expired = context.CreateTimer(TimeSpan.FromMilliseconds(ms));
            return await Task.WhenAny(approval, expired) == expired ? "expired" : await approval;
        }));

        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Approve", 60_000);
        await engine.StartOfAsync(id);
        Assert.True(await engine.Client.RaiseEventAsync(id, "approve", "by me"));
        Assert.Equal("\"by me\"", (await engine.EndOfAsync(id)).Output);
        Assert.Equal("\"expired\"", (await engine.RunAsync("Approve", 20)).Output);
        Assert.False(await engine.Client.RaiseEventAsync(id, "approve", "too late"));
        Assert.False(await engine.Client.RaiseEventAsync("nobody", "approve"));
    }

    [Fact]
    public async Task Generations_keep_what_arrives_between_them()
    {
        await using var engine = await StartAsync(RunningEngine.Registry().Orchestrator<int, int>("Sum", async (context, sum) =>
        {
            var n = await context.WaitForExternalEvent<int>("add");
            if (n > 0)
            {
                context.ContinueAsNew(sum + n);
            }

            return sum;
        }));

        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sum", 0);
        foreach (var n in (int[])[1, 2, 3, 4, 0])
        {
            await engine.Client.RaiseEventAsync(id, "add", n);
        }

        Assert.Equal("10", (await engine.EndOfAsync(id)).Output);
    }

    [Fact]
    public async Task A_failure_is_tried_again_and_keeps_its_code_and_facts()
    {
        var calls = 0;
        await using var engine = await StartAsync(RunningEngine.Registry()
            .Orchestrator<int, int>("Try", (context, _) => context.CallActivityAsync<int>(
                "Flaky", 0, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(20)))))
            .Orchestrator<int, string>("Look", async (context, _) =>
            {
                try
                {
                    return $"{await context.CallActivityAsync<int>("Broken", 0)}";
                }
                catch (TaskFailedException e)
                {
                    return $"{e.FailureDetails.ErrorType} {e.FailureDetails.Properties["host"]} {e.FailureDetails.IsNonRetriable}";
                }
            })
            .Activity<int, int>("Flaky", (_, _) => ++calls < 3 ? throw new TimeoutException("Not yet.") : Task.FromResult(calls))
            .Activity<int, int>("Broken", (_, _) => throw new ActivityFailureException("Graph.Forbidden", "403", isNonRetriable: true)
            {
                Properties = new([new("host", "graph")]),
            }));

        Assert.Equal("3", (await engine.RunAsync("Try")).Output);
        Assert.Equal("\"Graph.Forbidden graph True\"", (await engine.RunAsync("Look")).Output);
    }

    [Fact]
    public async Task An_instance_is_suspended_resumed_and_terminated()
    {
        await using var engine = await StartAsync(Waiting());
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await engine.StartOfAsync(id);

        Assert.True(await engine.Client.SuspendInstanceAsync(id, "later"));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync(id))!.Status);
        Assert.True(await engine.Client.ResumeInstanceAsync(id));
        Assert.True(await engine.Client.TerminateInstanceAsync(id, "enough"));

        var end = await engine.EndOfAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.Status, end.Output));
        Assert.False(await engine.Client.TerminateInstanceAsync(id));
    }

    [Fact]
    public async Task Instances_are_listed_read_and_purged()
    {
        await using var engine = await StartAsync(Waiting().Orchestrator<int, int>("Echo", (_, n) => Task.FromResult(n)));
        for (var i = 0; i < 3; i++)
        {
            await engine.RunAsync("Echo", i, $"list-{i}");
        }

        await engine.StartOfAsync(await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new("list-open")));
        OrchestrationQuery query = new([], "list-", PageSize: 2);
        var first = await engine.Client.GetAllInstancesAsync(query);
        var second = await engine.Client.GetAllInstancesAsync(query with { ContinuationToken = first.ContinuationToken });
        var open = await engine.Client.GetAllInstancesAsync(new([OrchestrationRuntimeStatus.Running], "list-"));

        Assert.Equal(["list-0", "list-1", "list-2", "list-open"], first.Instances.Concat(second.Instances).Select(static i => i.InstanceId).Order());
        Assert.Equal(["list-open"], open.Instances.Select(static i => i.InstanceId));
        Assert.Contains(
            (await engine.Client.GetInstanceHistoryAsync("list-1"))!, static e => e is ExecutionStartedEvent { Name: "Echo", Input: "1" });
        Assert.Equal(1, (await engine.Client.PurgeInstanceAsync("list-0")).PurgedInstanceCount);
        Assert.Equal(0, (await engine.Client.PurgeInstanceAsync("list-open")).PurgedInstanceCount);
        Assert.Equal(2, (await engine.Client.PurgeAllInstancesAsync(new())).PurgedInstanceCount);
        Assert.Null(await engine.Client.GetInstanceAsync("list-2"));
        Assert.Null(await engine.Client.GetInstanceHistoryAsync("list-2"));
    }

    [Fact]
    public async Task A_failed_instance_is_rewound_and_a_finished_one_restarted()
    {
        var isBroken = true;
        await using var engine = await StartAsync(RunningEngine.Registry()
            .Orchestrator<int, int>("Call", (context, n) => context.CallActivityAsync<int>("Fragile", n))
            .Activity<int, int>("Fragile", (_, n) => isBroken ? throw new TimeoutException("Broken.") : Task.FromResult(n)));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await engine.RunAsync("Call", 7, "call")).Status);

        isBroken = false;
        await engine.Client.RewindInstanceAsync("call", "mended");

        Assert.Equal("7", (await engine.EndOfAsync("call")).Output);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.RewindInstanceAsync("call"));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => engine.Client.RewindInstanceAsync("nobody"));
        Assert.Equal("call", await engine.Client.RestartAsync("call"));
        Assert.Equal("7", (await engine.EndOfAsync("call")).Output);
    }

    [Fact]
    public async Task What_is_taken_too_large_or_not_there_is_refused_in_the_same_words()
    {
        await using var engine = await StartAsync(Waiting());
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new("taken"));

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new("taken")));
        await Assert.ThrowsAsync<ArgumentException>(
            () => engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new string('x', 2_000_000)));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => engine.Client.WaitForInstanceCompletionAsync("nobody"));
        using CancellationTokenSource enough = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Client.WaitForInstanceCompletionAsync("taken", enough.Token));
    }

    private protected abstract Task<RunningEngine> StartAsync(DurableTaskRegistry registry);

    private static DurableTaskRegistry Waiting() => RunningEngine.Registry()
        .Orchestrator<string?, string>("Wait", (context, _) => context.WaitForExternalEvent<string>("go"));
}

/// <summary>The embedded engine keeps the contract.</summary>
public sealed class EmbeddedEngineTests : EngineContract
{
    private protected override Task<RunningEngine> StartAsync(DurableTaskRegistry registry) => Task.FromResult(RunningEngine.Embedded(registry));
}

/// <summary>So does a hub reached over gRPC: our own, or that of an engine whose address <c>TEST_DURABLETASK</c> says.</summary>
public sealed class GrpcEngineTests : EngineContract
{
    private protected override async Task<RunningEngine> StartAsync(DurableTaskRegistry registry)
    {
        var hub = $"contract-{Guid.NewGuid():N}";
        if (Environment.GetEnvironmentVariable("TEST_DURABLETASK") is { Length: > 0 } elsewhere)
        {
            return RunningEngine.Over(new Uri(elsewhere), hub, registry);
        }

        var sidecar = await Sidecar.StartAsync();
        return RunningEngine.Over(sidecar.Address, hub, registry).And(sidecar);
    }
}
