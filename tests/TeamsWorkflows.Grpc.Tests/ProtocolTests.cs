using Grpc.Core;
using Grpc.Health.V1;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>What no SDK does on purpose: workers that vanish, answer late, or ask for what is not theirs.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public async Task Work_of_a_lost_worker_goes_to_another_one_and_the_late_answer_is_refused()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });
        string lost;
        using (var first = client.GetWorkItems(new GetWorkItemsRequest()))
        {
            lost = (await NextAsync(first)).CompletionToken;
        }

        using var second = client.GetWorkItems(new GetWorkItemsRequest());
        var taken = await NextAsync(second);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.CompleteOrchestratorTaskAsync(End("late", lost)));
        await client.CompleteOrchestratorTaskAsync(End("in time", taken.CompletionToken));

        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        var end = await client.WaitForInstanceCompletionAsync(new GetInstanceRequest { InstanceId = "a", GetInputsAndOutputs = true });
        Assert.Equal("in time", end.OrchestrationState.Output);
    }

    [Fact]
    public async Task An_abandoned_item_comes_again_after_others_and_no_worker_gets_more_than_it_announced()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "b", Name = "Any" });
        using var worker = client.GetWorkItems(new GetWorkItemsRequest { MaxConcurrentOrchestrationWorkItems = 1 });

        var first = await NextAsync(worker);
        var second = worker.ResponseStream.MoveNext(CancellationToken.None);
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200)));
        await client.AbandonTaskOrchestratorWorkItemAsync(new AbandonOrchestrationTaskRequest { CompletionToken = first.CompletionToken });

        Assert.True(await second.WaitAsync(TimeSpan.FromSeconds(10)));
        var other = worker.ResponseStream.Current;
        Assert.Equal("b", other.OrchestratorRequest.InstanceId);
        await client.AbandonTaskOrchestratorWorkItemAsync(new AbandonOrchestrationTaskRequest { CompletionToken = other.CompletionToken });

        var again = await NextAsync(worker);
        Assert.Equal("a", again.OrchestratorRequest.InstanceId);
        Assert.NotEqual(first.CompletionToken, again.CompletionToken);
    }

    [Fact]
    public async Task A_filter_keeps_away_what_a_worker_does_not_run()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Other" });
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "b", Name = "Mine" });
        WorkItemFilters filters = new();
        filters.Orchestrations.Add(new OrchestrationFilter { Name = "mine" });
        using var worker = client.GetWorkItems(new GetWorkItemsRequest { WorkItemFilters = filters });

        Assert.Equal("b", (await NextAsync(worker)).OrchestratorRequest.InstanceId);
    }

    [Fact]
    public async Task An_activity_that_was_called_without_a_version_goes_to_any_worker_that_has_its_name()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any", Version = "3.0" });
        WorkItemFilters filters = new();
        filters.Orchestrations.Add(new OrchestrationFilter { Name = "Any", Versions = { "3.0" } });
        filters.Activities.Add(new ActivityFilter { Name = "Step", Versions = { "3.0" } });
        using var worker = client.GetWorkItems(new GetWorkItemsRequest { WorkItemFilters = filters });
        var turn = await NextAsync(worker);
        await client.CompleteOrchestratorTaskAsync(new OrchestratorResponse
        {
            InstanceId = "a",
            CompletionToken = turn.CompletionToken,
            Actions = { new OrchestratorAction { Id = 0, ScheduleTask = new() { Name = "Step" } } },
        });

        Assert.Equal("Step", (await NextAsync(worker)).ActivityRequest.Name);
    }

    [Fact]
    public async Task A_policy_that_gives_up_what_is_open_has_to_give_up_what_was_terminated()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        OrchestrationStatus[] bad = [OrchestrationStatus.Suspended, OrchestrationStatus.Completed, OrchestrationStatus.Canceled];
        OrchestrationStatus[] good = [OrchestrationStatus.Pending, OrchestrationStatus.Running, OrchestrationStatus.Terminated];
        await client.StartInstanceAsync(Start([]));

        Assert.Equal(StatusCode.AlreadyExists, await StatusOfAsync(() => client.StartInstanceAsync(Start([])).ResponseAsync));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(() => client.StartInstanceAsync(Start(bad)).ResponseAsync));
        Assert.Equal("a", (await client.StartInstanceAsync(Start(good))).InstanceId);

        static CreateInstanceRequest Start(OrchestrationStatus[] replaceable) => new()
        {
            InstanceId = "a",
            Name = "Any",
            OrchestrationIdReusePolicy = new() { ReplaceableStatus = { replaceable } },
        };
    }

    [Fact]
    public async Task Hubs_know_nothing_of_each_other()
    {
        await using var sidecar = await Sidecar.StartAsync();
        await sidecar.Raw("one").StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });

        Assert.True((await sidecar.Raw("one").GetInstanceAsync(new GetInstanceRequest { InstanceId = "a" })).Exists);
        Assert.False((await sidecar.Raw("two").GetInstanceAsync(new GetInstanceRequest { InstanceId = "a" })).Exists);
        await sidecar.Raw("one").DeleteTaskHubAsync(new DeleteTaskHubRequest());
        Assert.False((await sidecar.Raw("one").GetInstanceAsync(new GetInstanceRequest { InstanceId = "a" })).Exists);
    }

    [Fact]
    public async Task A_hub_that_nobody_configured_is_not_made_unless_clients_may()
    {
        await using var sidecar = await Sidecar.StartAsync(options =>
        {
            options.CreateHubs = false;
            options.Hubs.Add("known");
        });

        await sidecar.Raw("known").HelloAsync(new());
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await sidecar.Raw("unknown").HelloAsync(new()));
        var path = await Assert.ThrowsAsync<RpcException>(async () => await sidecar.Raw("../known").HelloAsync(new()));

        Assert.Equal((StatusCode.NotFound, StatusCode.InvalidArgument), (unknown.StatusCode, path.StatusCode));
    }

    [Fact]
    public async Task A_termination_needs_no_worker_and_takes_the_turn_away_from_the_one_that_has_it()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });
        using var worker = client.GetWorkItems(new GetWorkItemsRequest());
        var held = await NextAsync(worker);

        await client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "a", Output = "enough" });
        await client.CompleteOrchestratorTaskAsync(End("too late", held.CompletionToken));

        var end = await client.WaitForInstanceCompletionAsync(new GetInstanceRequest { InstanceId = "a", GetInputsAndOutputs = true });
        Assert.Equal((OrchestrationStatus.Terminated, "enough"), (end.OrchestrationState.OrchestrationStatus, end.OrchestrationState.Output));
    }

    [Fact]
    public async Task A_deadline_ends_a_wait_and_nothing_else()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });

        var late = await Assert.ThrowsAsync<RpcException>(async () => await client.WaitForInstanceCompletionAsync(
            new GetInstanceRequest { InstanceId = "a" }, deadline: DateTime.UtcNow.AddMilliseconds(200)));

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.True((await client.GetInstanceAsync(new GetInstanceRequest { InstanceId = "a" })).Exists);
    }

    [Fact]
    public async Task What_is_too_large_missing_or_an_entity_is_refused_with_its_status()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();

        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(() => client.StartInstanceAsync(
            new CreateInstanceRequest { Name = "Any", Input = new string('x', 2_000_000) }).ResponseAsync));
        Assert.Equal(StatusCode.NotFound, await StatusOfAsync(() => client.RewindInstanceAsync(new RewindInstanceRequest { InstanceId = "none" }).ResponseAsync));
        Assert.Equal(StatusCode.NotFound, await StatusOfAsync(() => client.RestartInstanceAsync(new RestartInstanceRequest { InstanceId = "none" }).ResponseAsync));
        Assert.Equal(StatusCode.Unimplemented, await StatusOfAsync(() => client.SignalEntityAsync(new SignalEntityRequest()).ResponseAsync));
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused()
    {
        await using var sidecar = await Sidecar.StartAsync(options => options.MaxMessageBytes = 10_000);

        Assert.Equal(StatusCode.ResourceExhausted, await StatusOfAsync(() => sidecar.Raw().StartInstanceAsync(
            new CreateInstanceRequest { Name = "Any", Input = new string('x', 20_000) }).ResponseAsync));
    }

    [Fact]
    public async Task A_long_history_comes_in_several_chunks()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        var large = new string('x', 300_000);
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any", Input = large });
        using var worker = client.GetWorkItems(new GetWorkItemsRequest());
        await client.CompleteOrchestratorTaskAsync(End(large, (await NextAsync(worker)).CompletionToken));
        await client.WaitForInstanceCompletionAsync(new GetInstanceRequest { InstanceId = "a" });

        using var stream = client.StreamInstanceHistory(new StreamInstanceHistoryRequest { InstanceId = "a" });
        var chunks = await stream.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.True(chunks.Count >= 2, $"{chunks.Count} chunks");
        Assert.Equal(large, chunks.SelectMany(static c => c.Events).Single(static e => e.ExecutionStarted is not null).ExecutionStarted.Input);
        Assert.NotNull(chunks[^1].Events[^1].ExecutionCompleted);
    }

    [Theory]
    [InlineData(2_000, true)]
    [InlineData(2_000_000, false)]
    public async Task A_history_over_the_limit_is_not_in_the_item_and_the_worker_is_told_to_fetch_it(int limit, bool isStreamed)
    {
        await using var sidecar = await Sidecar.StartAsync(options => options.StreamHistoryFromBytes = limit);
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any", Input = new string('x', 5_000) });
        using var worker = client.GetWorkItems(new GetWorkItemsRequest { Capabilities = { WorkerCapability.HistoryStreaming } });
        await client.CompleteOrchestratorTaskAsync(new OrchestratorResponse { InstanceId = "a", CompletionToken = (await NextAsync(worker)).CompletionToken });
        await client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "a", Name = "go" });

        var request = (await NextAsync(worker)).OrchestratorRequest;

        Assert.Equal((isStreamed, isStreamed), (request.RequiresHistoryStreaming, request.PastEvents.Count == 0));
        using var stream = client.StreamInstanceHistory(new StreamInstanceHistoryRequest { InstanceId = "a", ForWorkItemProcessing = true });
        var events = (await stream.ResponseStream.ReadAllAsync().ToListAsync()).SelectMany(static c => c.Events).ToList();
        Assert.Contains(events, static e => e.ExecutionStarted?.Input.Length == 5_000);
    }

    [Fact]
    public async Task An_answer_is_of_the_work_that_its_token_names_whatever_else_it_says()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });
        using var worker = client.GetWorkItems(new GetWorkItemsRequest());
        await client.CompleteOrchestratorTaskAsync(new OrchestratorResponse
        {
            CompletionToken = (await NextAsync(worker)).CompletionToken,
            Actions =
            {
                new OrchestratorAction { Id = 0, ScheduleTask = new() { Name = "Step" } },
                new OrchestratorAction { Id = 1, ScheduleTask = new() { Name = "Step" } },
            },
        });
        var (first, second) = (await NextAsync(worker), await NextAsync(worker));
        await client.CompleteActivityTaskAsync(new ActivityResponse { CompletionToken = second.CompletionToken, Result = "\"second\"" });

        var completed = (await NextAsync(worker)).OrchestratorRequest.NewEvents[^1].TaskCompleted;
        Assert.Equal((second.ActivityRequest.TaskId, "\"second\""), (completed.TaskScheduledId, completed.Result));
        Assert.NotEqual(first.ActivityRequest.TaskId, second.ActivityRequest.TaskId);
    }

    [Fact]
    public async Task The_result_of_an_activity_that_was_abandoned_or_lost_is_refused()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });
        string abandoned, lost;
        using (var first = client.GetWorkItems(new GetWorkItemsRequest()))
        {
            await client.CompleteOrchestratorTaskAsync(new OrchestratorResponse
            {
                InstanceId = "a",
                CompletionToken = (await NextAsync(first)).CompletionToken,
                Actions = { new OrchestratorAction { Id = 0, ScheduleTask = new() { Name = "Step" } } },
            });
            abandoned = (await NextAsync(first)).CompletionToken;
            await client.AbandonTaskActivityWorkItemAsync(new AbandonActivityTaskRequest { CompletionToken = abandoned });
            lost = (await NextAsync(first)).CompletionToken;
        }

        using var second = client.GetWorkItems(new GetWorkItemsRequest());
        var held = await NextAsync(second);
        foreach (var stale in (string[])[abandoned, lost, "made up"])
        {
            Assert.Equal(StatusCode.NotFound, await StatusOfAsync(() => client.CompleteActivityTaskAsync(Result(stale)).ResponseAsync));
        }

        await client.CompleteActivityTaskAsync(Result(held.CompletionToken));
        Assert.Equal("\"once\"", (await NextAsync(second)).OrchestratorRequest.NewEvents[^1].TaskCompleted.Result);

        static ActivityResponse Result(string token) => new() { InstanceId = "a", TaskId = 0, Result = "\"once\"", CompletionToken = token };
    }

    [Fact]
    public async Task The_health_service_says_that_it_serves()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var answer = await new Health.HealthClient(sidecar.Invoker("one")).CheckAsync(new HealthCheckRequest());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task Where_bearer_tokens_are_asked_for_nobody_gets_in_without_one()
    {
        await using var sidecar = await Sidecar.StartAsync(options => options.Authority = new Uri("https://login.example.invalid/"));

        Assert.Equal(StatusCode.Unauthenticated, await StatusOfAsync(() => sidecar.Raw().HelloAsync(new()).ResponseAsync));
    }

    [Fact]
    public void An_address_that_others_reach_asks_for_bearer_tokens()
    {
        Assert.Contains(new SidecarOptions { Address = "0.0.0.0" }.Problems(), p => p.Contains("Authority", StringComparison.Ordinal));
        Assert.Empty(new SidecarOptions { Address = "0.0.0.0", Authority = new Uri("https://login.example.invalid/") }.Problems());
        Assert.Empty(new SidecarOptions().Problems());
    }

    private static async Task<StatusCode> StatusOfAsync<T>(Func<Task<T>> call)
        => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;

    private static async Task<WorkItem> NextAsync(AsyncServerStreamingCall<WorkItem> worker)
    {
        Assert.True(await worker.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));
        return worker.ResponseStream.Current;
    }

    private static OrchestratorResponse End(string result, string token) => new()
    {
        InstanceId = "a",
        CompletionToken = token,
        Actions =
        {
            new OrchestratorAction
            {
                Id = 0,
                CompleteOrchestration = new() { OrchestrationStatus = OrchestrationStatus.Completed, Result = result },
            },
        },
    };
}
