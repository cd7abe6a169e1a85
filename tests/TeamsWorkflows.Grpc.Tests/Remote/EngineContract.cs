using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>What our workflows and the desks rely on, whichever engine runs them.</summary>
public abstract class EngineContract : OrchestrationContract
{
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

    [Fact]
    public async Task What_one_generation_took_in_and_did_not_use_goes_to_the_next()
    {
        await using var engine = await StartAsync(RunningEngine.Registry().Orchestrator<int, int>("Generations", async (context, round) =>
        {
            if (round == 0)
            {
                Assert.Equal(-1, await context.WaitForExternalEvent("number", TimeSpan.FromMilliseconds(1), -1));
                context.SetCustomStatus("given up");
                await context.WaitForExternalEvent<int>("go");
                context.ContinueAsNew(1);
                return 0;
            }

            return await context.WaitForExternalEvent<int>("number");
        }));

        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Generations", 0);
        while ((await engine.Client.GetInstanceAsync(id))!.CustomStatus is null)
        {
            await Task.Yield();
        }

        await engine.Client.RaiseEventAsync(id, "number", 42);
        await engine.Client.RaiseEventAsync(id, "go", 0);

        Assert.Equal("42", (await engine.EndOfAsync(id)).Output);
    }

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
