using System.Collections.Concurrent;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>What orchestrators can say: versions, tags, retries, starts without waiting, typed failures, long timers.</summary>
public sealed class ProgrammingModelTests
{
    [Theory]
    [InlineData(VersionMatchStrategy.None, "3.0", true)]
    [InlineData(VersionMatchStrategy.None, null, true)]
    [InlineData(VersionMatchStrategy.Strict, "2.0", true)]
    [InlineData(VersionMatchStrategy.Strict, "1.9", false)]
    [InlineData(VersionMatchStrategy.Strict, null, false)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "1.10", true)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, null, true)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "2.0.1", false)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "10.0", false)]
    public async Task A_worker_runs_the_versions_that_it_is_told_to(VersionMatchStrategy strategy, string? version, bool runs)
    {
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, string>("v", (context, _) => Task.FromResult(context.Version)),
            configure: o => (o.Versioning.Version, o.Versioning.MatchStrategy) = ("2.0", strategy));

        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("v", 0, new() { Version = version });
        var end = await hub.EndOfAsync(id);
        Assert.Equal(runs ? null : EngineErrors.VersionMismatch, end.Failure?.ErrorType);
        Assert.Equal(version, end.Version);
    }

    [Fact]
    public async Task Versions_have_defaults_code_of_their_own_and_can_change_at_continue_as_new()
    {
        await using var hub = new TestHub(
            TestHub.Registry()
                .AddOrchestrator("v", "1", () => new Inline.InlineOrchestrator<int, string>(async (context, _) =>
                {
                    await context.WaitForExternalEvent<int>("go");
                    context.ContinueAsNew(0, newVersion: "2");
                    return "";
                }))
                .Orchestrator<int, string>("v", (context, _) => Task.FromResult($"other {context.Version} {context.CompareVersionTo("1.5")}"))
                .Orchestrator<int, string>("parent", (context, _) => context.CallSubOrchestratorAsync<string>("v", 0)),
            configure: static o => o.Versioning.DefaultVersion = "7");

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("v", 0, new("x") { Version = "1", Tags = new([new("k", "v")]) });
        await hub.Client.RaiseEventAsync("x", "go");
        var end = await hub.EndOfAsync("x");
        Assert.Equal(("\"other 2 1\"", "2", "v"), (end.Output, end.Version, end.Tags["k"]));
        Assert.Equal("\"other 7 1\"", (await hub.RunAsync("v")).Output);
        Assert.Equal("\"other 7 1\"", (await hub.RunAsync("parent")).Output);
    }

    [Fact]
    public async Task A_version_that_did_not_fit_can_be_rewound_where_it_does()
    {
        using var store = new Storage.InMemoryPartitionStore();
        var registry = TestHub.Registry().Activity<int, int>("a", (_, i) => Task.FromResult(i))
            .Orchestrator<int, int>("v", async (context, _) =>
            {
                await context.CallActivityAsync<int>("a", 1);
                return await context.WaitForExternalEvent<int>("go");
            });
        await using (var first = new TestHub(registry, store))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("v", 0, new("x") { Version = "1" });
            await first.IdleAsync();
        }

        await using (var wrong = new TestHub(registry, store, static o => (o.Versioning.Version, o.Versioning.MatchStrategy) = ("2", VersionMatchStrategy.Strict)))
        {
            await wrong.Client.RaiseEventAsync("x", "go", 5);
            Assert.Equal(EngineErrors.VersionMismatch, (await wrong.EndOfAsync("x")).Failure!.ErrorType);
        }

        await using var right = new TestHub(registry, store);
        await right.Client.RewindInstanceAsync("x");
        Assert.Equal("5", (await right.EndOfAsync("x")).Output);
    }

    [Fact]
    public async Task A_retry_handler_decides_and_may_wait()
    {
        ConcurrentQueue<int> attempts = [];
        await using var hub = new TestHub(TestHub.Registry()
            .Activity<int, int>("fails", (context, _) =>
            {
                attempts.Enqueue(context.TaskId);
                throw new ActivityFailureException("Graph.Throttled", "429") { Properties = new([new("retryAfter", 2.0), new("host", "graph"), new("again", true)]) };
            })
            .Orchestrator<int, string>("handles", async (context, _) =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("fails", 0, TaskOptions.FromRetryHandler(async retry =>
                    {
                        var seconds = (double)retry.LastFailure.Properties["retryAfter"]!;
                        await retry.OrchestrationContext.CreateTimer(TimeSpan.FromSeconds(seconds));
                        return retry.LastAttemptNumber < 3;
                    }));
                }
                catch (TaskFailedException e)
                {
                    return $"{e.FailureDetails.ErrorType} {e.FailureDetails.Properties["host"]} {e.FailureDetails.Properties["again"]}";
                }
            }));

        var id = await hub.StartAsync("handles");
        for (var i = 0; i < 3; i++)
        {
            await hub.IdleAsync();
            hub.Time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal("\"Graph.Throttled graph True\"", (await hub.EndOfAsync(id)).Output);
        Assert.Equal(3, attempts.Count);
    }

    [Fact]
    public void A_retry_policy_stops_at_its_time_limit()
    {
        var policy = new RetryPolicy(10, TimeSpan.FromSeconds(10), 2) { RetryTimeout = TimeSpan.FromSeconds(60) };
        var failure = new TaskFailureDetails("x", "y");

        Assert.Equal(TimeSpan.FromSeconds(20), policy.DelayBeforeNextAttempt(2, failure, TimeSpan.FromSeconds(10)));
        Assert.Null(policy.DelayBeforeNextAttempt(3, failure, TimeSpan.FromSeconds(30)));
        Assert.Null(policy.DelayBeforeNextAttempt(10, failure));
    }

    [Fact]
    public async Task Inner_failures_and_properties_reach_the_parents_parent()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Activity<int, int>("fails", (_, _) => throw new ActivityFailureException(
                "Outer", "outer", innerException: new InvalidOperationException("middle", new IOException("inner"))))
            .Orchestrator<int, int>("child", (context, _) => context.CallActivityAsync<int>("fails"))
            .Orchestrator<int, int>("parent", (context, _) => context.CallSubOrchestratorAsync<int>("child")));

        var failure = (await hub.RunAsync("parent")).Failure!;
        Assert.Equal(("Outer", "middle", "inner"), (failure.ErrorType, failure.InnerFailure!.ErrorMessage, failure.InnerFailure.InnerFailure!.ErrorMessage));
        Assert.NotNull(failure.StackTrace);
    }

    [Fact]
    public async Task An_orchestration_is_started_without_waiting_and_outlives_its_starter()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, string>("starter", (context, _) => Task.FromResult(
                context.StartOrchestration("waits", 7, new TaskOptions { Tags = new([new("from", context.InstanceId)]) })))
            .Orchestrator<int, int>("waits", async (context, input) => input + await context.WaitForExternalEvent<int>("go")));

        var child = (await hub.RunAsync("starter", 0, "s")).Output!.Trim('"');
        await hub.IdleAsync();
        var started = (await hub.Client.GetInstanceAsync(child))!;
        Assert.Equal((OrchestrationRuntimeStatus.Running, "s"), (started.Status, started.Tags["from"]));
        Assert.Equal(["from"], started.Tags.Keys);
        await hub.Client.RaiseEventAsync(child, "go", 1);
        Assert.Equal("8", (await hub.EndOfAsync(child)).Output);
        Assert.Empty(hub.Store.Recover(1).Messages);
    }

    [Fact]
    public async Task Timers_fire_however_far_away_and_however_many_are_beyond_the_horizon()
    {
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, string>("sleeps", async (context, seconds) =>
            {
                await context.CreateTimer(TimeSpan.FromSeconds(seconds));
                return $"{(context.CurrentUtcDateTime - new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero)).TotalSeconds:F0}";
            }).Orchestrator<int, int>("for-ever", async (context, _) =>
            {
                await context.CreateTimer(TimeSpan.MaxValue);
                return 1;
            }),
            configure: static o => o.MaxTimersInMemory = 4);

        await hub.StartAsync("for-ever");
        var ids = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            ids.Add(await hub.StartAsync("sleeps", 1 + (i * 37 % 40 * 100), $"s{i}"));
        }

        for (var i = 0; i < 5; i++)
        {
            await hub.StartAsync("sleeps", 500, $"same{i}"); // more of one instant than a page holds
        }

        await hub.IdleAsync();
        for (var second = 0; second <= 4_000; second += 100)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(second == 0 ? 1 : 100));
            await hub.IdleAsync();
        }

        foreach (var id in ids)
        {
            Assert.Equal($"\"{(await hub.Client.GetInstanceAsync(id))!.Input}\"", (await hub.EndOfAsync(id)).Output);
        }

        Assert.Equal("\"500\"", (await hub.EndOfAsync("same4")).Output!.Replace("501", "500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waiting_for_a_start_and_for_an_end_is_told_also_when_nothing_happens_in_between()
    {
        await using var hub = new TestHub(TestHub.Registry().Orchestrator<int, int>("one", (_, _) => Task.FromResult(1)));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, new("later", hub.Time.GetUtcNow().AddHours(1)));
        var started = hub.Client.WaitForInstanceStartAsync("later");
        await hub.Client.RaiseEventAsync("later", "e");
        Assert.False(started.IsCompleted);
        hub.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("later", (await started.WaitAsync(TimeSpan.FromSeconds(10))).InstanceId);
        Assert.Equal("later", (await hub.Client.WaitForInstanceStartAsync("later")).InstanceId);

        // Late events make an ended instance busy for a moment: nobody who waits for its end may miss it.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var late = hub.Client.RaiseEventAsync("later", "late", i);
            Assert.Equal("1", (await hub.EndOfAsync("later")).Output);
            Assert.False(await late);
        }));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => hub.Client.WaitForInstanceStartAsync("nobody"));
    }

    [Fact]
    public async Task Pages_stay_right_while_instances_come_and_go()
    {
        await using var hub = new TestHub(TestHub.Registry().Orchestrator<int, int>("one", (_, i) => Task.FromResult(i)));
        for (var i = 0; i < 30; i++)
        {
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("one", i, new($"i{i:00}") { Tags = new([new("parity", i % 2 == 0 ? "even" : "odd")]) });
            await hub.EndOfAsync($"i{i:00}");
        }

        List<string> seen = [];
        var page = new OrchestrationPage([], null);
        do
        {
            page = await hub.Client.GetAllInstancesAsync(new([], PageSize: 7, ContinuationToken: page.ContinuationToken) { FetchInputsAndOutputs = true });
            Assert.All(page.Instances, i => Assert.Equal(i.Input, i.Output));
            seen.AddRange(page.Instances.Select(i => i.InstanceId));
            await hub.RunAsync("one", 99, $"new{seen.Count}");
            await hub.Client.PurgeInstanceAsync(seen[^1]); // even the one the token points at
        }
        while (page.ContinuationToken is not null);

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"i{29 - i:00}"), seen);
        var even = await hub.Client.GetAllInstancesAsync(new([OrchestrationRuntimeStatus.Completed], "i") { Name = "ONE", Tags = new([new("parity", "even")]) });
        Assert.All(even.Instances, i => Assert.Equal("even", i.Tags["parity"]));
        Assert.InRange(even.Instances.Count, 10, 15);
    }

    [Fact]
    public async Task A_custom_status_is_kept_by_the_next_generation()
    {
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, int>("loops", async (context, generation) =>
            {
                if (generation == 0)
                {
                    context.SetCustomStatus("set once");
                    context.ContinueAsNew(1);
                    return 0;
                }

                await context.WaitForExternalEvent<int>("on");
                return await context.WaitForExternalEvent<int>("end");
            }),
            configure: static o => o.MaxIdleInstances = 0);

        var id = await hub.StartAsync("loops");
        foreach (var name in new[] { "on", "end" })
        {
            await hub.Client.RaiseEventAsync(id, name, 0);
            Assert.Equal("\"set once\"", (await hub.Client.GetInstanceAsync(id))!.CustomStatus);
        }
    }

    [Fact]
    public async Task Of_several_that_wait_for_an_event_the_last_to_begin_is_served()
    {
        await using var hub = new TestHub(TestHub.Registry().Orchestrator<int, string>("two", async (context, _) =>
            string.Join(',', await Task.WhenAll(context.WaitForExternalEvent<string>("e"), context.WaitForExternalEvent<string>("e")))));

        var id = await hub.StartAsync("two");
        await hub.Client.RaiseEventAsync(id, "e", "first");
        await hub.Client.RaiseEventAsync(id, "E", "second");
        Assert.Equal("\"second,first\"", (await hub.EndOfAsync(id)).Output);
    }

    [Fact]
    public async Task A_cancelled_timer_does_not_fire_in_an_instance_that_was_loaded()
    {
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, int>("races", async (context, _) =>
            {
                var a = await context.WaitForExternalEvent("a", TimeSpan.FromMinutes(1), 0);
                return a + await context.WaitForExternalEvent<int>("b");
            }),
            configure: static o => o.MaxIdleInstances = 0);

        var id = await hub.StartAsync("races");
        await hub.Client.RaiseEventAsync(id, "a", 1);
        await hub.IdleAsync();
        Assert.Equal(0, hub.Worker.Runtime.ResidentCount);
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await hub.Client.RaiseEventAsync(id, "b", 1);
        Assert.Equal("2", (await hub.EndOfAsync(id)).Output);
        Assert.DoesNotContain(await hub.HistoryAsync(id), static e => e is TimerFiredEvent);
    }
}
