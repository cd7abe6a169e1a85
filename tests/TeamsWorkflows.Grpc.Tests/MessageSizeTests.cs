using Grpc.Core;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>A client takes 4 MiB in one message unless told otherwise: what the hub sends stays below, however much it has.</summary>
public sealed class MessageSizeTests
{
    private static readonly string Large = new('x', 900_000);

    [Fact]
    public async Task What_arrived_is_more_than_one_message_and_comes_in_several_turns()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });
        for (var i = 0; i < 6; i++)
        {
            await client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "a", Name = $"e{i}", Input = Large });
        }

        using var worker = client.GetWorkItems(new GetWorkItemsRequest { Capabilities = { WorkerCapability.HistoryStreaming } });
        List<string> seen = [];
        for (var turn = 0; seen.Count < 6; turn++)
        {
            Assert.True(turn < 6, "Not every turn brings something.");
            Assert.True(await worker.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));
            var item = worker.ResponseStream.Current;
            Assert.Equal(turn > 1, item.OrchestratorRequest.RequiresHistoryStreaming); // the first turn asked for the start alone
            seen.AddRange(item.OrchestratorRequest.NewEvents.Where(static e => e.EventRaised is not null).Select(static e => e.EventRaised.Name));
            await client.CompleteOrchestratorTaskAsync(new OrchestratorResponse { InstanceId = "a", CompletionToken = item.CompletionToken });
        }

        Assert.Equal(Enumerable.Range(0, 6).Select(static i => $"e{i}"), seen);
    }

    [Fact]
    public async Task A_page_of_instances_is_shortened_until_it_fits()
    {
        await using var sidecar = await Sidecar.StartAsync();
        var client = sidecar.Raw();
        foreach (var id in (string[])["a", "b", "c", "d", "e", "f"])
        {
            await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = id, Name = "Any", Input = Large });
        }

        List<string> found = [];
        string? token = null;
        do
        {
            var page = await client.QueryInstancesAsync(new QueryInstancesRequest { Query = new() { FetchInputsAndOutputs = true, ContinuationToken = token } });
            Assert.InRange(page.OrchestrationState.Count, 1, 4);
            found.AddRange(page.OrchestrationState.Select(static s => s.InstanceId));
            token = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(token));

        Assert.Equal(["a", "b", "c", "d", "e", "f"], found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Events_that_nobody_takes_are_refused_in_the_end_and_orders_are_not()
    {
        await using var sidecar = await Sidecar.StartAsync(options => options.TaskHub.Limits.MaxWaitingBytes = 2_000_000);
        var client = sidecar.Raw();
        await client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = "a", Name = "Any" });
        for (var i = 0; i < 3; i++)
        {
            await RaiseAsync();
        }

        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(RaiseAsync)).StatusCode);
        await client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "a" });
        var end = await client.WaitForInstanceCompletionAsync(new GetInstanceRequest { InstanceId = "a" });
        Assert.Equal(OrchestrationStatus.Terminated, end.OrchestrationState.OrchestrationStatus);

        async Task RaiseAsync() => await client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "a", Name = "e", Input = Large });
    }
}
