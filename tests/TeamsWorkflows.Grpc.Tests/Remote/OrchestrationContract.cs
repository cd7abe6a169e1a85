using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>What our orchestrators rely on, whichever worker hands them their context.</summary>
public abstract class OrchestrationContract
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
    public async Task The_newest_waiter_gets_the_next_event()
    {
        await using var engine = await StartAsync(RunningEngine.Registry().Orchestrator<int, string>("Line", async (context, _) =>
        {
            var first = context.WaitForExternalEvent<string>("next");
            var second = context.WaitForExternalEvent<string>("next");
            return $"{await first} {await second}";
        }));

        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Line");
        await engine.StartOfAsync(id);
        await engine.Client.RaiseEventAsync(id, "NEXT", "a");
        await engine.Client.RaiseEventAsync(id, "next", "b");

        Assert.Equal("\"b a\"", (await engine.EndOfAsync(id)).Output);
    }

    [Fact]
    public async Task An_event_after_a_wait_that_was_given_up_is_kept_for_the_next_waiter()
    {
        await using var engine = await StartAsync(RunningEngine.Registry().Orchestrator<int, string>("Patience", async (context, _) =>
        {
            var early = await context.WaitForExternalEvent("word", TimeSpan.FromMilliseconds(1), "nothing");
            context.SetCustomStatus(early);
            return early + " then " + await context.WaitForExternalEvent<string>("go") + " " + await context.WaitForExternalEvent<string>("word");
        }));

        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Patience");
        while ((await engine.Client.GetInstanceAsync(id))!.CustomStatus is null)
        {
            await Task.Yield();
        }

        await engine.Client.RaiseEventAsync(id, "word", "late");
        await engine.Client.RaiseEventAsync(id, "go", "on");

        Assert.Equal("\"nothing then on late\"", (await engine.EndOfAsync(id)).Output);
    }

    [Fact]
    public async Task Everything_else_of_the_context_comes_from_the_official_one()
    {
        await using var engine = await StartAsync(RunningEngine.Registry()
            .Orchestrator<int, string>("Child", (context, _) => Task.FromResult($"{context.Parent?.InstanceId} {context.InstanceId}"))
            .Orchestrator<int, string>("Sender", (context, _) =>
            {
                context.SendEvent("context", "hello", "from a child");
                return Task.FromResult("sent");
            })
            .Orchestrator<int, string?[]>("Context", async (context, _) =>
            {
                var (guid, at) = (context.NewGuid(), context.CurrentUtcDateTime);
                var started = context.StartOrchestration("Sender", 0, new TaskOptions(InstanceId: "sender"));
                var child = await context.CallSubOrchestratorAsync<string>("Child", 0, new TaskOptions(InstanceId: "child"));
                var hello = await context.WaitForExternalEvent<string>("hello");
                var now = await context.CallActivityAsync<string>("Where");
                return
                [
                    context.Name, started, child, hello, now, $"{guid == context.NewGuid()}", $"{context.CurrentUtcDateTime >= at}",
                    context.CreateReplaySafeLogger("test").IsEnabled(LogLevel.None).ToString(), context.Parent?.Name,
                ];
            })
            .Activity<object?, string>("Where", (context, _) => Task.FromResult($"{context.Name} {context.InstanceId}")));

        var end = await engine.RunAsync("Context", 0, "context");

        Assert.Equal(
            """["Context","sender","context child","from a child","Where context","False","True","False",null]""", end.Output);
    }

    private protected abstract Task<RunningEngine> StartAsync(DurableTaskRegistry registry);
}
