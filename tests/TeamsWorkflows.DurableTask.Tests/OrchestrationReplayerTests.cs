using System.Text.Json;
using CsCheck;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Testing;
using TeamsWorkflows.DurableTask.Tests.Simulation;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>A change of code that running instances would not survive is found from their histories.</summary>
[Trait("Requirement", "B13")]
public sealed class OrchestrationReplayerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    // Where a limit of the hub ended an instance, its code did not decide that.
    private static readonly string[] EndedByTheHub =
        [EngineErrors.HistoryTooLong, EngineErrors.ContinueAsNewLoop, EngineErrors.VersionMismatch];

    [Fact]
    public void Every_history_of_the_simulation_matches_the_code_that_made_it() => Gen.Int.Sample(
        static seed => Assert.All(Simulated(seed), static history => Matches(SimulatedHub.Registry(), history)),
        iter: 30);

    [Fact]
    public void A_history_that_lacks_a_decision_never_matches() => Gen.Select(Gen.Int, Gen.Int[0, 10_000]).Sample(
        static (seed, at) =>
        {
            foreach (var history in Simulated(seed))
            {
                var decisions = history.Events.Where(static e => e is TaskScheduledEvent or TimerCreatedEvent
                    or SubOrchestrationInstanceCreatedEvent or EventSentEvent or ExecutionCompletedEvent).ToArray();
                if (decisions.Length > 0)
                {
                    var missing = decisions[at % decisions.Length];
                    var cut = history with { Events = [.. history.Events.Where(e => !ReferenceEquals(e, missing))] };
                    Assert.IsNotType<ReplayResult.Matches>(new OrchestrationReplayer(SimulatedHub.Registry()).Replay(cut));
                }
            }
        },
        iter: 20);

    [Fact]
    public async Task Whatever_operators_do_to_an_instance_its_history_matches()
    {
        var registry = Operated();
        await using var hub = new TestHub(registry);

        await hub.StartAsync("collect", 0, "suspended");
        await hub.Client.SuspendInstanceAsync("suspended");
        await hub.Client.RaiseEventAsync("suspended", "e", "1");
        await hub.StartAsync("collect", 0, "resumed");
        await hub.Client.SuspendInstanceAsync("resumed");
        await hub.Client.RaiseEventAsync("resumed", "e", "1");
        await hub.Client.ResumeInstanceAsync("resumed");
        await hub.StartAsync("collect", 0, "terminated");
        await hub.Client.TerminateInstanceAsync("terminated", "enough");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("collect", 0, new("scheduled", hub.Time.GetUtcNow().AddSeconds(30)));
        await hub.Client.SuspendInstanceAsync("scheduled");
        await hub.Client.ResumeInstanceAsync("scheduled");
        await hub.StartAsync("generations", 0, "generations");
        await hub.Client.RaiseEventAsync("generations", "next", 1);
        await hub.Client.RaiseEventAsync("generations", "next", 1);
        await hub.IdleAsync();
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await hub.IdleAsync();

        string[] ids = ["suspended", "resumed", "terminated", "scheduled", "generations"];
        foreach (var id in ids)
        {
            var history = await hub.HistoryAsync(id);
            Assert.True(history.Length > 2, id);
            Matches(registry, new(id, "", history));
        }
    }

    [Fact]
    public async Task A_rewound_history_matches_the_code_that_repaired_it()
    {
        var isRepaired = false;
        var registry = TestHub.Registry()
            .Activity<string, int>("do", (_, step) => step == "fails" && !isRepaired ? throw new InvalidOperationException(step) : Task.FromResult(1))
            .Orchestrator<string, int>("child", (context, step) => context.CallActivityAsync<int>("do", step))
            .Orchestrator<int, int>("parent", async (context, _) =>
            {
                var children = await Task.WhenAll(
                    context.CallSubOrchestratorAsync<int>("child", "fails", new TaskOptions(InstanceId: "child")),
                    context.CallActivityAsync<int>("do", "good"));
                return children.Sum();
            })
            .Orchestrator<int, int>("buggy", async (context, _) =>
            {
                await context.CallActivityAsync<int>("do", "a");
                return isRepaired ? await context.CallActivityAsync<int>("do", "b") : throw new InvalidOperationException("a bug");
            });
        await using var hub = new TestHub(registry);

        await hub.RunAsync("parent", 0, "parent");
        await hub.RunAsync("buggy", 0, "buggy");
        foreach (var id in new[] { "parent", "child", "buggy" })
        {
            Matches(registry, new(id, "", await hub.HistoryAsync(id)));
        }

        await hub.Client.RewindInstanceAsync("buggy", "in vain"); // fails again: a rewind within the history
        await hub.IdleAsync();
        isRepaired = true;
        await hub.Client.RewindInstanceAsync("parent");
        await hub.Client.RewindInstanceAsync("buggy");
        foreach (var id in new[] { "parent", "child", "buggy" })
        {
            Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.EndOfAsync(id)).Status);
            Matches(registry, new(id, "", await hub.HistoryAsync(id)));
        }

        isRepaired = false; // the code before the repair does not go where the history went
        var old = Assert.IsType<ReplayResult.Mismatch>(
            new OrchestrationReplayer(registry).Replay("buggy", await hub.HistoryAsync("buggy")));
        Assert.Contains("History has TaskScheduledEvent 'do' at #1", old.Failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("renamed", 1, "History has TaskScheduledEvent 'fetch' at #0, but the code decided ScheduleTaskAction 'get' there.")]
    [InlineData("removed", 2, "History has TimerCreatedEvent 'timer' at #1, but the code decided ScheduleTaskAction 'post' there.")]
    [InlineData("added", 1, "The code decided ScheduleTaskAction 'audit' at #1, which history does not have.")]
    [InlineData("swapped", 2, "History has TimerCreatedEvent 'timer' at #1, but the code decided SendEventAction 'posting' there.")]
    [InlineData("later", 2, "History has EventSentEvent 'posting' at #2, but the code decided nothing there.")]
    [InlineData("other result", 4, "History has ExecutionCompletedEvent 'Completed' at #4, but the code decided CompleteOrchestrationAction 'Completed' there. "
        + "The result differs: history has '\"m1\"', the code '\"posted m1\"'.")]
    [InlineData("no end", 4, "History has ExecutionCompletedEvent 'Completed' at #4, but the code decided nothing there.")]
    [InlineData("early end", 3, "but the code decided CompleteOrchestrationAction 'Completed' there.")]
    [InlineData("throws", 3, "but the code decided CompleteOrchestrationAction 'Failed: System.InvalidOperationException' there. a bug")]
    [InlineData("awaits a foreign task", 2, "The orchestrator awaits a task that is not durable")]
    public async Task A_change_that_breaks_running_instances_names_turn_event_and_decision(string change, int turn, string message)
    {
        var history = await PublishAsync();

        var mismatch = Assert.IsType<ReplayResult.Mismatch>(new OrchestrationReplayer(Publishing(change)).Replay("i", history));
        Assert.Equal((turn, 4, EngineErrors.NonDeterministicOrchestration), (mismatch.Turn, mismatch.TurnCount, mismatch.Failure.ErrorType));
        Assert.Contains(message, mismatch.Failure.ErrorMessage, StringComparison.Ordinal);
        Assert.True(mismatch.Recorded is not null || mismatch.Decided is not null);

        var told = Assert.Throws<OrchestrationReplayException>(mismatch.ThrowUnlessMatches).Message;
        Assert.Contains(message, told, StringComparison.Ordinal);
        Assert.Contains($"turn {turn} of 4", told, StringComparison.Ordinal);
        Assert.Contains("docs/engine.md", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other input", "Turn 1: TaskScheduledEvent 'fetch' at #0 differs in input: history has '\"x\"', the code '\"y\"'.")]
    [InlineData("other time", "Turn 2: TimerCreatedEvent 'timer' at #1 differs in time: history has '2026-11-23T12:00:01.0000000+00:00', the code '2026-11-23T12:00:02.0000000+00:00'.")]
    [InlineData("other target", "Turn 2: EventSentEvent 'posting' at #2 differs in target: history has 'log', the code 'audit'.")]
    [InlineData("tagged", "Turn 1: TaskScheduledEvent 'fetch' at #0 differs in tags: history has '{}', the code '{team=blue}'.")]
    public async Task The_same_decision_with_another_content_is_reported_and_a_mismatch_when_asked_for(string change, string difference)
    {
        var history = await PublishAsync();

        var matches = Matches(Publishing(change), new("i", "", history));
        Assert.Contains(difference, matches.Differences.Select(static d => d.ToString()));
        var strict = new OrchestrationReplayer(Publishing(change), new() { DifferencesAreMismatches = true }).Replay("i", history);
        Assert.Contains("differs in", Assert.IsType<ReplayResult.Mismatch>(strict).Failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(Matches(Publishing("nothing"), new("i", "", history)).Differences);
    }

    [Fact]
    public async Task Code_that_depends_on_something_outside_its_history_is_found()
    {
        var count = 0;
        var registry = TestHub.Registry().Activity<string, string>("fetch", (_, x) => Task.FromResult(x));
        var counting = TestHub.Registry().Orchestrator<string, string>("publish", async (context, input) =>
            await context.CallActivityAsync<string>(count++ == 0 ? "fetch" : "get", input));
        var replaying = TestHub.Registry().Orchestrator<string, string>("publish", async (context, input) =>
            await context.CallActivityAsync<string>(context.IsReplaying ? "get" : "fetch", input));
        await using var hub = new TestHub(registry.Orchestrator<string, string>("publish", (context, input) => context.CallActivityAsync<string>("fetch", input)));
        await hub.RunAsync("publish", "x", "i");
        var history = await hub.HistoryAsync("i");

        foreach (var changed in new[] { counting, replaying })
        {
            var mismatch = Assert.IsType<ReplayResult.Mismatch>(new OrchestrationReplayer(changed).Replay("i", history));
            Assert.Contains("'get'", mismatch.Failure.ErrorMessage, StringComparison.Ordinal);
            Assert.Contains("outside its history", mismatch.Failure.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_engine_ended_is_not_held_against_the_code()
    {
        var options = new Action<Worker.TaskHubOptions>(static o => o.Limits.MaxPayloadBytes = 100);
        var large = new string('x', 200);
        var registry = TestHub.Registry()
            .Activity<string, string>("grow", (_, _) => Task.FromResult(large))
            .Orchestrator<int, string>("large", (_, _) => Task.FromResult(large))
            .Orchestrator<int, string>("passes on", (context, _) => context.CallActivityAsync<string>("grow"))
            .Orchestrator<int, int>("loops", (context, _) =>
            {
                context.ContinueAsNew(1);
                return Task.FromResult(1);
            });
        await using var hub = new TestHub(registry, configure: options);

        Assert.Equal(EngineErrors.PayloadTooLarge, (await hub.RunAsync("large", 0, "large")).Failure!.ErrorType);
        Assert.Equal(EngineErrors.PayloadTooLarge, (await hub.RunAsync("passes on", 0, "passes on")).Failure!.ErrorType);
        Assert.Equal(EngineErrors.ContinueAsNewLoop, (await hub.RunAsync("loops", 0, "loops")).Failure!.ErrorType);
        Assert.Equal(EngineErrors.OrchestratorNotRegistered, (await hub.RunAsync("later", 0, "later")).Failure!.ErrorType);
        Assert.IsType<ReplayResult.NotRunnable>(new OrchestrationReplayer(registry).Replay("later", await hub.HistoryAsync("later")));
        registry.Orchestrator<int, int>("later", (context, _) => context.CallActivityAsync<int>("grow"));

        Assert.Equal(EngineErrors.PayloadTooLarge, Matches(registry, new("", "", await hub.HistoryAsync("large"))).EndedByEngine);
        Assert.Equal(EngineErrors.ContinueAsNewLoop, Matches(registry, new("", "", await hub.HistoryAsync("loops"))).EndedByEngine);
        Assert.Equal(EngineErrors.OrchestratorNotRegistered, Matches(registry, new("", "", await hub.HistoryAsync("later"))).EndedByEngine);
        Assert.Null(Matches(registry, new("", "", await hub.HistoryAsync("passes on"))).EndedByEngine);
    }

    [Fact]
    public async Task A_history_that_is_not_whole_is_told_from_code_that_changed()
    {
        var whole = await PublishAsync();
        (HistoryEvent[] Events, string Expected)[] cases =
        [
            ([], "no events"),
            (whole[1..], "does not begin with"),
            ([whole[0], .. whole[2..]], "does not begin with"),
            ([.. whole[..2], .. whole[3..]], "answers #0"),
            ([.. whole.Where(static e => e is not TimerCreatedEvent and not TimerFiredEvent)], "#2, but #1 comes next"),
            (whole[..(Array.FindLastIndex(whole, static e => e is OrchestratorStartedEvent) + 1)], "the end is missing"),
            ([.. whole, .. whole], "the execution has ended, but its history goes on"),
            ([.. whole[..^1], .. whole], "a second execution starts here"),
        ];
        foreach (var (events, expected) in cases)
        {
            var result = Assert.IsType<ReplayResult.NotRunnable>(new OrchestrationReplayer(Publishing("nothing")).Replay("i", events));
            Assert.Equal(EngineErrors.IncompleteHistory, result.Failure.ErrorType);
            Assert.Contains(expected, result.Failure.ErrorMessage, StringComparison.Ordinal);
            Assert.Throws<OrchestrationReplayException>(result.ThrowUnlessMatches);
        }
    }

    [Fact]
    public async Task A_worker_of_another_version_does_not_run_it_and_code_of_its_version_does()
    {
        var registry = TestHub.Registry()
            .Activity<string, string>("old", (_, x) => Task.FromResult(x))
            .AddOrchestrator("publish", "1.0", () => new Inline.InlineOrchestrator<string, string>((context, x) => context.CallActivityAsync<string>("old", x)))
            .Orchestrator<string, string>("publish", (context, x) => context.CallActivityAsync<string>("new", x));
        await using var hub = new TestHub(registry);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("publish", "x", new("i") { Version = "1.0" });
        await hub.EndOfAsync("i");
        var history = await hub.HistoryAsync("i");

        Matches(registry, new("i", "publish", history));
        var strict = new ReplayOptions { Versioning = { Version = "2.0", MatchStrategy = VersionMatchStrategy.Strict } };
        Assert.Equal(
            EngineErrors.VersionMismatch,
            Assert.IsType<ReplayResult.NotRunnable>(new OrchestrationReplayer(registry, strict).Replay("i", history)).Failure.ErrorType);
    }

    [Fact]
    public void A_turn_that_was_given_up_while_rewinding_leaves_a_history_that_replays()
    {
        var failure = new TaskFailureDetails("Down", "down");
        var registry = TestHub.Registry().Orchestrator<int, int>("one", (context, _) => context.CallActivityAsync<int>("do"));
        HistoryEvent[] history =
        [
            new OrchestratorStartedEvent { Timestamp = Noon },
            new ExecutionStartedEvent("one", "0", "e") { Timestamp = Noon },
            new TaskScheduledEvent("do", null) { EventId = 0, Timestamp = Noon },
            new OrchestratorStartedEvent { Timestamp = Noon },
            new TaskFailedEvent(0, failure) { Timestamp = Noon },
            new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Failed, null, failure) { EventId = 1, Timestamp = Noon },
            new OrchestratorStartedEvent { Timestamp = Noon },
            new ExecutionRewoundEvent("again") { Timestamp = Noon },
            new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Failed, null, new(EngineErrors.TurnTimeLimitExceeded, "too long")) { EventId = 0, Timestamp = Noon },
        ];

        Assert.Equal(EngineErrors.TurnTimeLimitExceeded, Matches(registry, new("i", "one", history)).EndedByEngine);
    }

    [Fact]
    public async Task A_folder_is_verified_file_by_file()
    {
        var folder = Directory.CreateTempSubdirectory("histories").FullName;
        var replayer = new OrchestrationReplayer(Publishing("renamed"));
        Assert.Contains("no history", Assert.Throws<OrchestrationReplayException>(() => replayer.VerifyFolder(folder)).Message, StringComparison.Ordinal);

        var history = new RecordedHistory("i", "publish", await PublishAsync());
        await File.WriteAllTextAsync(Path.Combine(folder, "a.json"), HistoryJson.Write(history));
        await File.WriteAllTextAsync(Path.Combine(folder, "b.json"), "{}");
        var message = Assert.Throws<OrchestrationReplayException>(() => replayer.VerifyFolder(folder)).Message;
        Assert.Contains("a.json: NonDeterministicOrchestration in turn 1 of 4", message, StringComparison.Ordinal);
        Assert.Contains("b.json: IncompleteHistory: format: it is missing", message, StringComparison.Ordinal);

        File.Delete(Path.Combine(folder, "b.json"));
        new OrchestrationReplayer(Publishing("nothing")).VerifyFolder(folder);
        Directory.Delete(folder, recursive: true);
    }

    private static ReplayResult.Matches Matches(DurableTaskRegistry registry, RecordedHistory history)
    {
        var result = new OrchestrationReplayer(registry).ReplayJson(HistoryJson.Write(
            history with { Name = history.Events.OfType<ExecutionStartedEvent>().Single().Name }));
        result.ThrowUnlessMatches();
        return Assert.IsType<ReplayResult.Matches>(result);
    }

    private static List<RecordedHistory> Simulated(int seed)
    {
        using var store = new InMemoryPartitionStore();
        using var hub = new SimulatedHub(seed, store);
        hub.Run();
        return [.. store.Query(new([]), long.MaxValue, int.MaxValue)
            .Select(row => new RecordedHistory(row.Id, row.Name, [.. store.Load(row.Id)!.History.SelectMany(HistoryCodec.Decode)]))
            .Where(static history => history.Events.OfType<ExecutionCompletedEvent>()
                .All(static end => end.Failure is not { } failure || !EndedByTheHub.Contains(failure.ErrorType, StringComparer.Ordinal)))];
    }

    private static DurableTaskRegistry Operated() => TestHub.Registry()
        .Orchestrator<int, string>("collect", async (context, _) =>
        {
            var a = await context.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(1), "");
            await context.CreateTimer(TimeSpan.FromSeconds(10));
            return a;
        })
        .Orchestrator<int, int>("generations", async (context, generation) =>
        {
            var step = await context.WaitForExternalEvent<int>("next");
            context.StartOrchestration("collect", 0);
            if (generation == 0)
            {
                context.ContinueAsNew(generation + step);
            }

            return generation;
        });

    // Four turns: fetch; wait and say so; post; end.
    private static async Task<HistoryEvent[]> PublishAsync()
    {
        await using var hub = new TestHub(Publishing("nothing")
            .Activity<string, string>("fetch", (_, x) => Task.FromResult(x))
            .Activity<string, string>("post", (_, _) => Task.FromResult("m1")));
        await hub.StartAsync("publish", "x", "i");
        await hub.IdleAsync();
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("\"m1\"", (await hub.EndOfAsync("i")).Output);
        return await hub.HistoryAsync("i");
    }

    private static DurableTaskRegistry Publishing(string change) => new DurableTaskRegistry(JsonSerializerOptions.Web)
        .Orchestrator<string, string>("publish", async (context, input) =>
        {
            var fetched = context.CallActivityAsync<string>(
                change == "renamed" ? "get" : "fetch",
                change == "other input" ? "y" : input,
                new TaskOptions { Tags = change == "tagged" ? new([new("team", "blue")]) : ValueMap<string>.Empty });
            if (change == "added")
            {
                _ = context.CallActivityAsync<string>("audit");
            }

            await fetched;
            if (change == "awaits a foreign task")
            {
                await Task.Delay(TimeSpan.FromHours(1));
            }

            if (change == "swapped")
            {
                context.SendEvent("log", "posting");
            }

            if (change == "removed")
            {
                return await context.CallActivityAsync<string>("post");
            }

            var timer = context.CreateTimer(TimeSpan.FromSeconds(change == "other time" ? 2 : 1));
            if (change is not ("swapped" or "later"))
            {
                context.SendEvent(change == "other target" ? "audit" : "log", "posting");
            }

            await timer;
            if (change == "later")
            {
                context.SendEvent("log", "posting");
            }

            if (change is "early end" or "throws")
            {
                return change == "throws" ? throw new InvalidOperationException("a bug") : "m1";
            }

            var id = await context.CallActivityAsync<string>("post");
            if (change == "no end")
            {
                await context.WaitForExternalEvent<string>("never");
            }

            return change == "other result" ? $"posted {id}" : id;
        });
}
