using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>What happens to code that breaks the rules, and to things that are too large.</summary>
public sealed class GuardTests
{
    [Fact]
    public async Task A_turn_that_does_not_end_is_given_up_and_the_hub_goes_on()
    {
        using var gate = new ManualResetEventSlim();
        await using var hub = new TestHub(
            TestHub.Registry()
                .Orchestrator<int, int>("spins", (_, _) =>
                {
                    gate.Wait();
                    return Task.FromResult(1);
                })
                .Orchestrator<int, int>("parent", (context, _) => context.CallSubOrchestratorAsync<int>("spins", 0, new TaskOptions(InstanceId: "child")))
                .Orchestrator<int, int>("one", (_, _) => Task.FromResult(1)),
            configure: static o => (o.MaxConcurrentTurns, o.TurnTimeLimit) = (1, TimeSpan.FromSeconds(5)));

        await hub.StartAsync("parent", 0, "parent");
        var blocked = hub.StartAsync("one", 0, "one"); // the only turn is taken
        for (var i = 0; i < 200 && (await hub.Client.GetInstanceAsync("child"))?.CompletedAt is null; i++)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }

        await blocked.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("1", (await hub.EndOfAsync("one")).Output);
        Assert.Equal(EngineErrors.TurnTimeLimitExceeded, (await hub.EndOfAsync("child")).Failure!.ErrorType);
        Assert.Equal(EngineErrors.TurnTimeLimitExceeded, (await hub.EndOfAsync("parent")).Failure!.ErrorType);

        gate.Set(); // it comes back: nobody listens, and the hub is as it was
        await hub.IdleAsync();
        Assert.Equal("1", (await hub.RunAsync("one")).Output);
        Assert.Single(await hub.HistoryAsync("child"), e => e is ExecutionCompletedEvent);
    }

    [Fact]
    public async Task A_turn_that_waits_for_a_slow_database_is_not_given_up()
    {
        using var store = new GatedStore();
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<string, string>("waits", static (context, _) => context.WaitForExternalEvent<string>("go")),
            store,
            static o => o.MaxIdleInstances = 0);
        await hub.StartAsync("waits", "", "one");
        await hub.IdleAsync();
        hub.Worker.Runtime.EvictIdle();

        store.CloseReads();
        var raised = hub.Client.RaiseEventAsync("one", "go", "late");
        for (var i = 0; i < 30; i++)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        store.OpenReads();
        Assert.True(await raised);
        Assert.Equal("\"late\"", (await hub.EndOfAsync("one")).Output);
    }

    [Fact]
    public async Task Awaiting_a_foreign_task_beside_a_durable_one_is_explained()
    {
        await using var hub = new TestHub(TestHub.Registry()
            .Orchestrator<int, int>("delays", async (context, _) =>
            {
                var approval = context.WaitForExternalEvent<int>("never");
                await Task.WhenAny(approval, Task.Delay(50));
                await Task.Delay(50);
                return await approval;
            })
            .Orchestrator<int, int>("leaves", async (context, _) =>
            {
                var approval = context.WaitForExternalEvent<int>("never");
                await Task.Delay(20).ConfigureAwait(false);
                context.SetCustomStatus("outside");
                await context.CallActivityAsync("nothing");
                return await approval;
            }));

        foreach (var name in new[] { "delays", "leaves" })
        {
            var end = await hub.RunAsync(name);
            Assert.Equal(EngineErrors.NonDeterministicOrchestration, end.Failure!.ErrorType);
            Assert.Contains("outside its turn", end.Failure.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_name_is_registered_once()
    {
        static Inline.InlineOrchestrator<int, int> Create() => new((_, _) => Task.FromResult(1));
        var registry = TestHub.Registry()
            .Activity<int, int>("act", (_, _) => Task.FromResult(1))
            .AddOrchestrator("one", Create)
            .AddOrchestrator("one", "1.0", Create)
            .AddOrchestrator("two", "1.0", Create);
        (string Expected, Action Register)[] cases =
        [
            ("An orchestrator named 'ONE' is registered already", () => registry.AddOrchestrator("ONE", Create)),
            ("Version '1.0' of orchestrator 'one' is registered already", () => registry.AddOrchestrator("one", "1.0", Create)),
            ("An activity named 'act' is registered already", () => registry.Activity<int, int>("act", (_, _) => Task.FromResult(2))),
            ("name", () => registry.AddOrchestrator("", Create)),
            ("version", () => registry.AddOrchestrator("three", "", Create)),
            ("name", () => registry.AddOrchestrator(default, Create)),
        ];

        Assert.All(cases, c => Assert.Contains(c.Expected, Assert.ThrowsAny<ArgumentException>(c.Register).Message, StringComparison.Ordinal));
        Assert.Equal(["one", "two"], registry.OrchestratorNames.Select(n => n.Value));
    }

    [Fact]
    public void Code_that_decides_more_than_history_says_is_noticed()
    {
        var executor = new OrchestrationExecutor(
            TestHub.Registry().Orchestrator<int, int>("more", async (context, _) =>
            {
                await Task.WhenAll(context.CallActivityAsync<int>("a"), context.CallActivityAsync<int>("new"));
                return 1;
            }),
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        var noon = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        var response = executor.Execute(new(
            "i",
            [
                new OrchestratorStartedEvent { Timestamp = noon },
                new ExecutionStartedEvent("more", "0", "e") { Timestamp = noon },
                new TaskScheduledEvent("a", null) { EventId = 0, Timestamp = noon },
            ],
            [new OrchestratorStartedEvent { Timestamp = noon }, new TaskCompletedEvent(0, "1") { Timestamp = noon }]));

        var end = Assert.IsType<CompleteOrchestrationAction>(Assert.Single(response.Actions));
        Assert.Equal(EngineErrors.NonDeterministicOrchestration, end.Failure!.ErrorType);
        Assert.Contains("new", end.Failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_breaks_a_limit_is_told_which()
    {
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<string, string>("echo", (_, input) => Task.FromResult(input)),
            configure: static o => (o.Limits.MaxPayloadBytes, o.Limits.MaxTags) = (1_000, 1));
        Task Start(string name = "echo", object? input = null, StartOrchestrationOptions? options = null)
            => hub.Client.ScheduleNewOrchestrationInstanceAsync(name, input, options);

        (string Expected, Func<Task> Call)[] cases =
        [
            ("MaxPayloadBytes", () => Start(input: new string('x', 999))),
            ("1 to 256 characters", () => Start(new string('n', 257))),
            ("1 to 256 characters", () => Start("")),
            ("well-formed Unicode", () => Start("a\uD83Eb")),
            ("U+000A", () => Start(options: new("a\nb"))),
            ("entities are unimplemented", () => Start(options: new("@counter@a"))),
            ("MaxTags", () => Start(options: new() { Tags = new([new("a", "1"), new("b", "1")]) })),
            ("entities are unimplemented", () => hub.Client.RaiseEventAsync("@counter@a", "op")),
            ("MaxPayloadBytes", () => hub.Client.RaiseEventAsync("a", "e", new string('é', 500))),
            ("MaxPayloadBytes", () => hub.Client.TerminateInstanceAsync("a", new string('x', 1_001))),
            ("MaxPayloadBytes", () => hub.Client.SuspendInstanceAsync("a", new string('x', 1_001))),
            ("MaxPayloadBytes", () => hub.Client.RewindInstanceAsync("a", new string('x', 1_001))),
            ("U+0000", () => Start(options: new() { Version = "1\0" })),
            ("1 to 256 characters", () => Start(options: new() { Version = new string('1', 257) })),
            ("U+D83E", () => Start(options: new("half a \uD83E"))),
            ("U+DDFE", () => Start("\uDDFE half a name")),
        ];
        foreach (var (expected, call) in cases)
        {
            Assert.Contains(expected, (await Assert.ThrowsAsync<ArgumentException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Empty((await hub.Client.GetAllInstancesAsync(new([]))).Instances);
        Assert.Equal("a 🧾", (await hub.RunAsync("echo", "x", "a 🧾")).InstanceId);
        Assert.Equal($"\"{new string('x', 998)}\"", (await hub.RunAsync("echo", new string('x', 998))).Output);
    }

    [Theory]
    [InlineData("input", EngineErrors.PayloadTooLarge, "activity 'echo'")]
    [InlineData("result", EngineErrors.PayloadTooLarge, "result of activity 'grow'")]
    [InlineData("output", EngineErrors.PayloadTooLarge, "The output")]
    [InlineData("status", EngineErrors.PayloadTooLarge, "custom status")]
    [InlineData("event", EngineErrors.PayloadTooLarge, "event 'e'")]
    [InlineData("child", EngineErrors.PayloadTooLarge, "sub-orchestration 'breaks'")]
    [InlineData("name", EngineErrors.InvalidName, "1 to 256")]
    [InlineData("id", EngineErrors.InvalidName, "entities are unimplemented")]
    [InlineData("version", EngineErrors.InvalidName, "A version must not contain")]
    [InlineData("next version", EngineErrors.InvalidName, "A version must not contain")]
    [InlineData("history", EngineErrors.HistoryTooLong, "MaxHistoryEvents")]
    [InlineData("generation", EngineErrors.PayloadTooLarge, "next generation")]
    public async Task An_orchestration_that_breaks_a_limit_fails_and_says_which(string what, string code, string expected)
    {
        var large = new string('x', 2_000);
        await using var hub = new TestHub(
            TestHub.Registry()
                .Activity<string, string>("echo", (_, input) => Task.FromResult(input))
                .Activity<string, string>("grow", (_, _) => Task.FromResult(large))
                .Orchestrator<string, string>("breaks", async (context, input) =>
                {
                    switch (input)
                    {
                        case "input": return await context.CallActivityAsync<string>("echo", large);
                        case "result": return await context.CallActivityAsync<string>("grow");
                        case "output": return large;
                        case "status": context.SetCustomStatus(large); break;
                        case "event": context.SendEvent("other", "e", large); break;
                        case "child": return await context.CallSubOrchestratorAsync<string>("breaks", large);
                        case "name": return await context.CallActivityAsync<string>(large);
                        case "id": context.SendEvent("@entity@key", "op"); break;
                        case "generation": context.ContinueAsNew(large); return "";
                        case "version": return await context.CallSubOrchestratorAsync<string>("breaks", "", new TaskOptions { Version = "\0" });
                        case "next version": context.ContinueAsNew("", newVersion: "1\0"); return "";
                        default:
                            for (var i = 0; i < 100; i++)
                            {
                                await context.CallActivityAsync<string>("echo", "x");
                            }

                            break;
                    }

                    await context.WaitForExternalEvent<string>("never");
                    return "";
                }),
            configure: static o => (o.Limits.MaxPayloadBytes, o.Limits.MaxCustomStatusBytes, o.Limits.MaxHistoryEvents) = (1_000, 1_000, 50));

        var end = await hub.RunAsync("breaks", what);
        Assert.Equal((OrchestrationRuntimeStatus.Failed, code), (end.Status, end.Failure!.ErrorType));
        Assert.Contains(expected, end.Failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_calls_wait_to_be_let_in_and_are_refused_when_it_takes_too_long()
    {
        var gate = new TaskCompletionSource();
        await using var hub = new TestHub(
            TestHub.Registry()
                .Activity<int, int>("waits", async (_, input) =>
                {
                    await gate.Task;
                    return input;
                })
                .Orchestrator<int, int>("fan", async (context, count)
                    => (await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("waits", i)))).Length),
            configure: static o => (o.MaxConcurrentActivities, o.MaxQueuedActivities, o.MaxAdmissionWait) = (1, 10, TimeSpan.FromSeconds(3)));

        await hub.StartAsync("fan", 20, "first");
        for (var i = 0; i < 100 && hub.Worker.Runtime.ActivityCount < 19; i++)
        {
            await Task.Delay(10);
        }

        var second = hub.StartAsync("fan", 1, "second");
        var third = hub.StartAsync("fan", 1, "third");
        await Task.Delay(50);
        Assert.False(second.IsCompleted || third.IsCompleted);
        Assert.False(await hub.Client.RaiseEventAsync("nobody", "e")); // operators are not locked out
        hub.Time.Advance(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAsync<TaskHubBusyException>(() => second.WaitAsync(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAsync<TaskHubBusyException>(() => third.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Null(await hub.Client.GetInstanceAsync("second"));

        var fourth = hub.StartAsync("fan", 1, "fourth");
        gate.SetResult();
        Assert.Equal("fourth", await fourth.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("20", (await hub.EndOfAsync("first")).Output);
    }

    [Fact]
    public async Task A_thousand_callers_pass_a_narrow_gate()
    {
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, int>("one", (_, input) => Task.FromResult(input)), configure: static o => o.MaxPendingCalls = 3);

        var ends = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => Task.Run(() => hub.RunAsync("one", i)))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"{i}"), ends.Select(e => e.Output));
    }

    [Fact]
    public async Task Activities_that_block_their_thread_do_not_hold_up_the_others()
    {
        using var gate = new ManualResetEventSlim();
        await using var hub = new TestHub(TestHub.Registry()
            .Activity<int, int>("work", (context, input) =>
            {
                if (input < 8)
                {
                    gate.Wait(context.CancellationToken);
                }
                else
                {
                    gate.Set(); // the ninth lets the eight go: it must get a thread
                }

                return Task.FromResult(input);
            })
            .Orchestrator<int, int>("fan", async (context, count)
                => (await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("work", i)))).Length));

        var id = await hub.StartAsync("fan", 9);
        Assert.Equal("9", (await hub.Client.WaitForInstanceCompletionAsync(id).WaitAsync(TimeSpan.FromSeconds(60))).Output);
    }
}
