using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>What the official .NET SDK's workers and clients do, done on our sidecar.</summary>
public sealed class DotNetSdkTests
{
    [Fact]
    public async Task Activities_run_one_after_the_other_and_side_by_side()
    {
        await using var sidecar = await Sidecar.StartAsync();
        await using var sdk = await DotNetSdk.StartAsync(sidecar.Invoker("one"), r => r
            .AddOrchestratorFunc<int, int[]>("Doubles", async (context, count) =>
            {
                var first = await context.CallActivityAsync<int>("Double", 1);
                var rest = await Task.WhenAll(Enumerable.Range(2, count - 1).Select(n => context.CallActivityAsync<int>("Double", n)));
                return [first, .. rest];
            })
            .AddActivityFunc<int, int>("Double", (_, n) => 2 * n));

        var end = await sdk.RunAsync("Doubles", 20);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(Enumerable.Range(1, 20).Select(n => 2 * n), end.ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task Sub_orchestrations_timers_events_and_continue_as_new_work_together()
    {
        await using var sidecar = await Sidecar.StartAsync();
        await using var sdk = await DotNetSdk.StartAsync(sidecar.Invoker("one"), r => r
            .AddOrchestratorFunc<int, string>("Parent", async (context, round) =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(20), CancellationToken.None);
                var word = await context.WaitForExternalEvent<string>("word");
                var child = await context.CallSubOrchestratorAsync<string>("Child", word);
                if (round < 2)
                {
                    context.ContinueAsNew(round + 1);
                }

                return $"{child} after {round}";
            })
            .AddOrchestratorFunc<string, string>("Child", (_, word) => Task.FromResult(word + "!")));
        var id = await sdk.Client.ScheduleNewOrchestrationInstanceAsync("Parent", 1);

        await sdk.Client.RaiseEventAsync(id, "word", "first");
        await sdk.Client.RaiseEventAsync(id, "word", "second");
        var end = await sdk.EndOfAsync(id);

        Assert.Equal("second! after 2", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_failed_activity_is_tried_again_and_a_lasting_failure_ends_with_its_details()
    {
        var calls = 0;
        await using var sidecar = await Sidecar.StartAsync();
        await using var sdk = await DotNetSdk.StartAsync(sidecar.Invoker("one"), r => r
            .AddOrchestratorFunc<bool, string>("Try", (context, _) => context.CallActivityAsync<string>(
                "Flaky", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(10)))))
            .AddOrchestratorFunc("Fail", context => context.CallActivityAsync("Broken"))
            .AddActivityFunc<string>("Flaky", _ => ++calls < 3 ? throw new TimeoutException("Not yet.") : "done")
            .AddActivityFunc("Broken", (TaskActivityContext _) => throw new TimeoutException("Never.")));

        Assert.Equal("done", (await sdk.RunAsync("Try", true)).ReadOutputAs<string>());
        var failed = await sdk.RunAsync("Fail");

        Assert.Equal(3, calls);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Contains("Never.", failed.FailureDetails!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_is_suspended_resumed_terminated_restarted_queried_and_purged()
    {
        await using var sidecar = await Sidecar.StartAsync();
        await using var sdk = await DotNetSdk.StartAsync(sidecar.Invoker("one"), r => r
            .AddOrchestratorFunc<string, string>("Wait", (context, _) => context.WaitForExternalEvent<string>("go")));
        var client = sdk.Client;
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Wait", "a", new StartOrchestrationOptions("wait-1"));
        await client.WaitForInstanceStartAsync(id);

        await client.SuspendInstanceAsync(id, "later");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync(id))!.RuntimeStatus);
        await client.RaiseEventAsync(id, "go", "on");
        await client.ResumeInstanceAsync(id);
        Assert.Equal("on", (await sdk.EndOfAsync(id)).ReadOutputAs<string>());

        Assert.Equal(id, await client.RestartAsync(id));
        await client.TerminateInstanceAsync(id, "enough");
        var terminated = await sdk.EndOfAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (terminated.RuntimeStatus, terminated.ReadOutputAs<string>()));

        var listed = await client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = "wait-" }).ToArrayAsync();
        Assert.Equal(["wait-1"], listed.Select(i => i.InstanceId));
        Assert.Equal(1, (await client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Null(await client.GetInstanceAsync(id));
    }

    [Fact]
    public async Task A_failed_instance_is_rewound_with_its_children()
    {
        var isBroken = true;
        await using var sidecar = await Sidecar.StartAsync();
        await using var sdk = await DotNetSdk.StartAsync(sidecar.Invoker("one"), r => r
            .AddOrchestratorFunc<int, int>("Parent", (context, n) => context.CallSubOrchestratorAsync<int>("Child", n))
            .AddOrchestratorFunc<int, int>("Child", (context, n) => context.CallActivityAsync<int>("Fragile", n))
            .AddActivityFunc<int, int>("Fragile", (_, n) => isBroken ? throw new TimeoutException("Broken.") : n + 1));
        var failed = await sdk.RunAsync("Parent", 41);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        isBroken = false;
        await sdk.Client.RewindInstanceAsync(failed.InstanceId, "mended");

        Assert.Equal(42, (await sdk.EndOfAsync(failed.InstanceId)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task What_began_before_a_restart_of_the_sidecar_ends_after_it()
    {
        await using var sidecar = await Sidecar.StartAsync();
        string id;
        await using (var sdk = await DotNetSdk.StartAsync(sidecar.Invoker("one"), Tasks))
        {
            id = await sdk.Client.ScheduleNewOrchestrationInstanceAsync("Long", "x");
            await sdk.Client.WaitForInstanceStartAsync(id);
        }

        await sidecar.RestartAsync();
        await using var later = await DotNetSdk.StartAsync(sidecar.Invoker("one"), Tasks);
        await later.Client.RaiseEventAsync(id, "go", "y");

        Assert.Equal("xy", (await later.EndOfAsync(id)).ReadOutputAs<string>());

        static void Tasks(DurableTaskRegistry registry) => registry
            .AddOrchestratorFunc<string, string>("Long", async (context, first) => first + await context.WaitForExternalEvent<string>("go"));
    }

    [Fact]
    public async Task A_history_that_is_too_long_for_a_message_is_streamed_to_the_worker()
    {
        await using var sidecar = await Sidecar.StartAsync(options => options.StreamHistoryFromBytes = 2_000);
        await using var sdk = await DotNetSdk.StartAsync(sidecar.Invoker("one"), r => r
            .AddOrchestratorFunc<int, int>("Sum", async (context, count) =>
            {
                var sum = 0;
                for (var i = 0; i < count; i++)
                {
                    sum += await context.CallActivityAsync<int>("Echo", i);
                }

                return sum;
            })
            .AddActivityFunc<int, int>("Echo", (_, n) => n));

        Assert.Equal(435, (await sdk.RunAsync("Sum", 30)).ReadOutputAs<int>());
    }
}
