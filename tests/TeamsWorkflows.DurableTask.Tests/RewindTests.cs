using System.Collections.Concurrent;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests;

public sealed class RewindTests
{
    private readonly ConcurrentDictionary<string, int> _runs = new(StringComparer.Ordinal);
    private volatile bool _isRepaired;

    [Fact]
    public async Task Only_what_failed_runs_again()
    {
        await using var hub = new TestHub(Activities().Orchestrator<int, int>("sequence", async (context, _) =>
        {
            await context.CallActivityAsync<int>("do", "a");
            await context.CallActivityAsync<int>("do", "b");
            await context.CallActivityAsync<int>("do", "fails");
            return await context.CallActivityAsync<int>("do", "c");
        }));

        await RewindToCompletion(hub, await hub.StartAsync("sequence"));
        AssertRuns(("a", 1), ("b", 1), ("fails", 2), ("c", 1));
    }

    [Fact]
    public async Task Branches_that_went_on_after_a_failure_are_kept()
    {
        await using var hub = new TestHub(Activities().Orchestrator<int, int>("branches", async (context, _) =>
        {
            async Task Steps(params string[] names)
            {
                foreach (var name in names)
                {
                    await context.CallActivityAsync<int>("do", name);
                }
            }

            await Task.WhenAll(Steps("fails", "after"), Steps("a", "b", "c"));
            return 1;
        }));

        await RewindToCompletion(hub, await hub.StartAsync("branches"));
        AssertRuns(("a", 1), ("b", 1), ("c", 1), ("fails", 2), ("after", 1));
    }

    [Fact]
    public async Task Failures_that_the_code_has_dealt_with_stay()
    {
        await using var hub = new TestHub(Activities().Orchestrator<int, int>("deals", async (context, _) =>
        {
            try
            {
                await context.CallActivityAsync<int>("do", "fails-caught");
            }
            catch (TaskFailedException)
            {
                await context.CallActivityAsync<int>("do", "compensation");
            }

            var twice = TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromSeconds(1)));
            return await context.CallActivityAsync<int>("do", "fails-retried", twice);
        }));

        var id = await hub.StartAsync("deals");
        await hub.IdleAsync();
        hub.Time.Advance(TimeSpan.FromSeconds(2));
        await RewindToCompletion(hub, id);
        AssertRuns(("fails-caught", 1), ("compensation", 1), ("fails-retried", 3));
    }

    [Fact]
    public async Task Failed_sub_orchestrations_are_rewound_and_report_again()
    {
        await using var hub = new TestHub(Activities()
            .Orchestrator<string, int>("child", async (context, step) =>
            {
                await context.CallActivityAsync<int>("do", $"before-{step}");
                return await context.CallActivityAsync<int>("do", step);
            })
            .Orchestrator<int, int>("parent", async (context, _) =>
            {
                var children = new[] { "fails", "good" }.Select(s => context.CallSubOrchestratorAsync<int>("child", s));
                return (await Task.WhenAll(children)).Sum();
            }));

        await RewindToCompletion(hub, await hub.StartAsync("parent"), "2");
        AssertRuns(("before-fails", 1), ("fails", 2), ("before-good", 1), ("good", 1));
    }

    [Fact]
    public async Task A_failed_child_that_was_purged_begins_again()
    {
        await using var hub = new TestHub(Activities()
            .Orchestrator<string, int>("child", (context, step) => context.CallActivityAsync<int>("do", step))
            .Orchestrator<int, int>("parent", (context, _) => context.CallSubOrchestratorAsync<int>("child", "fails", new TaskOptions(InstanceId: "child"))));

        var id = await hub.StartAsync("parent");
        await hub.EndOfAsync(id);
        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("child")).PurgedInstanceCount);
        await RewindToCompletion(hub, id);
        AssertRuns(("fails", 2));
    }

    [Fact]
    public async Task A_child_that_was_rewound_on_its_own_reports_to_its_rewound_parent()
    {
        await using var hub = new TestHub(Activities()
            .Orchestrator<string, int>("child", (context, step) => context.CallActivityAsync<int>("do", step))
            .Orchestrator<int, int>("parent", (context, _) => context.CallSubOrchestratorAsync<int>("child", "fails", new TaskOptions(InstanceId: "child"))));

        var id = await hub.StartAsync("parent");
        await hub.EndOfAsync(id);
        await RewindToCompletion(hub, "child");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.Client.GetInstanceAsync(id))!.Status);
        await RewindToCompletion(hub, id);
        AssertRuns(("fails", 2));
    }

    [Fact]
    public async Task A_rewind_that_fails_again_can_be_rewound_again_and_todays_code_decides()
    {
        await using var hub = new TestHub(Activities().Orchestrator<int, int>("buggy", async (context, _) =>
        {
            await context.CallActivityAsync<int>("do", "a");
            return _isRepaired ? await context.CallActivityAsync<int>("do", "b") : throw new InvalidOperationException("a bug");
        }));

        var id = await hub.StartAsync("buggy");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.EndOfAsync(id)).Status);
        await hub.Client.RewindInstanceAsync(id, "no use");
        await hub.IdleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.EndOfAsync(id)).Status);
        await RewindToCompletion(hub, id);
        AssertRuns(("a", 1), ("b", 1));
        Assert.Equal(2, (await hub.HistoryAsync(id)).OfType<ExecutionRewoundEvent>().Count());
    }

    [Fact]
    public async Task A_child_that_ended_while_its_parent_had_failed_says_so_again()
    {
        await using var hub = new TestHub(Activities()
            .Orchestrator<int, int>("child", (context, _) => context.WaitForExternalEvent<int>("go"))
            .Orchestrator<int, int>("parent", async (context, _) =>
            {
                var child = context.CallSubOrchestratorAsync<int>("child", 0, new TaskOptions(InstanceId: "child"));
                return await context.CallActivityAsync<int>("do", "fails") + await child;
            }));

        var id = await hub.StartAsync("parent");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.EndOfAsync(id)).Status);
        await hub.Client.RaiseEventAsync("child", "go", 7);
        await hub.EndOfAsync("child");
        await RewindToCompletion(hub, id, "8");
        Assert.Empty(hub.Store.Recover(1).Messages);
    }

    [Fact]
    public async Task An_activity_that_still_ran_gives_one_result()
    {
        var gates = new[] { new TaskCompletionSource<int>(), new TaskCompletionSource<int>() };
        var runs = 0;
        await using var hub = new TestHub(Activities()
            .Activity<int, int>("slow", (_, _) => gates[Interlocked.Increment(ref runs) - 1].Task)
            .Orchestrator<int, int>("parent", async (context, _) =>
            {
                var slow = context.CallActivityAsync<int>("slow");
                return await context.CallActivityAsync<int>("do", "fails") + await slow + await context.WaitForExternalEvent<int>("end");
            }));

        var id = await hub.StartAsync("parent");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.EndOfAsync(id)).Status);
        _isRepaired = true;
        await hub.Client.RewindInstanceAsync(id);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref runs) == 2, TimeSpan.FromSeconds(10)));
        Array.ForEach(gates, static g => g.SetResult(1));
        await hub.IdleAsync();
        await hub.Client.RaiseEventAsync(id, "end", 1);

        Assert.Equal("3", (await hub.EndOfAsync(id)).Output);
        Assert.Equal(2, (await hub.HistoryAsync(id)).Count(static e => e is TaskCompletedEvent));
    }

    [Fact]
    public async Task Only_a_failed_instance_can_be_rewound()
    {
        await using var hub = new TestHub(Activities().Orchestrator<int, int>("one", (_, _) => Task.FromResult(1)));
        await hub.RunAsync("one", 0, "done");

        await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Client.RewindInstanceAsync("done"));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => hub.Client.RewindInstanceAsync("nobody"));
    }

    private DurableTaskRegistry Activities() => TestHub.Registry().Activity<string, int>("do", (_, step) =>
    {
        _runs.AddOrUpdate(step, 1, static (_, n) => n + 1);
        return step.StartsWith("fails", StringComparison.Ordinal) && !_isRepaired
            ? throw new InvalidOperationException(step)
            : Task.FromResult(1);
    });

    private async Task RewindToCompletion(TestHub hub, string id, string output = "1")
    {
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.EndOfAsync(id)).Status);
        _isRepaired = true;
        await hub.Client.RewindInstanceAsync(id, "repaired");
        var end = await hub.EndOfAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, output), (end.Status, end.Output));
    }

    private void AssertRuns(params (string Step, int Count)[] expected)
        => Assert.Equal(expected.OrderBy(e => e.Step), _runs.Select(r => (r.Key, r.Value)).OrderBy(r => r.Key));
}
