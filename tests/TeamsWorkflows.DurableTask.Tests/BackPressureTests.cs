using TeamsWorkflows.DurableTask.Client;
using Xunit.Abstractions;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>More than a hub can take: callers wait, then are told; what was taken is done; nothing grows with those who wait.</summary>
public sealed class BackPressureTests(ITestOutputHelper output)
{
    private const int Callers = 20_000;
    private const int MaxPending = 100;
    private const int MaxQueued = 50;

    [Fact]
    public async Task Of_many_callers_those_within_the_limits_are_served_and_the_others_are_told_and_forgotten()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = new TestHub(
            TestHub.Registry()
                .Activity<int, int>("waits", async (context, input) =>
                {
                    await gate.Task.WaitAsync(context.CancellationToken);
                    return input;
                })
                .Orchestrator<int, int>("one", static (context, input) => context.CallActivityAsync<int>("waits", input)),
            configure: static o => (o.MaxPendingCalls, o.MaxQueuedActivities, o.MaxConcurrentActivities, o.MaxAdmissionWait, o.DrainTimeout)
                = (MaxPending, MaxQueued, 4, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1)),
            time: TimeProvider.System);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var calls = Enumerable.Range(0, Callers).Select(i => Task.Run(() => Record(hub.StartAsync("one", i, $"i{i}")))).ToArray(); // away from xunit's two threads
        await TestHub.UntilAsync(() => hub.Worker.Runtime.ActivityCount >= MaxQueued);
        await hub.IdleTurnsAsync();
        var (queued, waiting) = (hub.Worker.Runtime.ActivityCount, hub.Worker.Runtime.WaitingCallCount);
        Assert.InRange(queued, MaxQueued, MaxQueued + MaxPending); // those that were let in before the queue was seen to be full
        Assert.InRange(waiting, 1, Callers - queued); // a busy machine takes a while to call so often
        var letIn = -1; // which of them came first, and has heard of it by now, is the thread pool's affair
        await TestHub.UntilAsync(() => (letIn = Array.FindIndex(calls, static c => c is { IsCompletedSuccessfully: true, Result: null })) >= 0);
        Assert.True(await hub.Client.TerminateInstanceAsync($"i{letIn}", "operators are let in"));

        var results = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
        var taken = results.Count(static r => r is null);
        Assert.Equal(Callers - taken, results.Count(static r => r is TaskHubBusyException));
        Assert.InRange(taken, MaxQueued, MaxQueued + MaxPending + 4);
        Assert.InRange(hub.Worker.Runtime.ResidentCount, 1, taken);
        Assert.Equal(0, hub.Worker.Runtime.WaitingCallCount);
        (calls, results) = ([], []);
        output.WriteLine($"{Callers} callers: {taken} let in, {queued} activities queued, {waiting} waited at that time, {Callers - taken} were refused; "
            + $"{(GC.GetTotalMemory(forceFullCollection: true) - before) / 1024:N0} KB more in memory afterwards (other tests' included)");

        gate.SetResult();
        await hub.IdleAsync();
        var ends = (await hub.Client.GetAllInstancesAsync(new([], PageSize: 1_000))).Instances;
        Assert.Equal(taken, ends.Count);
        Assert.All(ends, static i => Assert.True(i.IsCompleted));
        Assert.Equal("7", (await hub.RunAsync("one", 7)).Output);
    }

    [Fact]
    public async Task A_caller_that_gave_up_does_not_take_the_place_of_one_that_still_waits()
    {
        using var store = new GatedStore();
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, int>("one", (_, input) => Task.FromResult(input)),
            store,
            static o => (o.MaxPendingCalls, o.MaxAdmissionWait) = (1, TimeSpan.FromSeconds(30)));
        store.Close();
        var pending = hub.StartAsync("one", 0, "first");
        var impatient = Enumerable.Range(0, 10).Select(i => Record(hub.StartAsync("one", i))).ToArray();
        Assert.Equal(10, hub.Worker.Runtime.WaitingCallCount);
        hub.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.All(await Task.WhenAll(impatient), static e => Assert.IsType<TaskHubBusyException>(e));

        var patient = hub.StartAsync("one", 0, "second");
        store.Open(); // one answer, and with it the only place: no other commit follows that could ask the next
        await pending.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("second", await patient.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Events_do_not_wait_behind_starts_that_wait_for_activities()
    {
        var gate = new TaskCompletionSource();
        using var store = new GatedStore();
        await using var hub = new TestHub(
            TestHub.Registry()
                .Activity<int, int>("waits", async (context, input) =>
                {
                    await gate.Task.WaitAsync(TimeSpan.FromSeconds(60), context.CancellationToken);
                    return input;
                })
                .Orchestrator<int, int>("fan", async (context, count)
                    => (await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("waits", i)))).Length)
                .Orchestrator<int, int>("asks", static (context, _) => context.WaitForExternalEvent<int>("go")),
            store,
            static o => (o.MaxPendingCalls, o.MaxQueuedActivities, o.MaxConcurrentActivities) = (1, 1, 1));
        await hub.StartAsync("asks", 0, "asks");
        await hub.StartAsync("fan", 10, "fan");
        await TestHub.UntilAsync(() => hub.Worker.Runtime.ActivityCount == 9);

        store.Close();
        var pending = hub.Client.RaiseEventAsync("fan", "something");
        var start = hub.StartAsync("fan", 1, "waits");
        var answer = hub.Client.RaiseEventAsync("asks", "go", 5); // no place: one call is pending
        Assert.Equal(2, hub.Worker.Runtime.WaitingCallCount);
        store.Open();
        Assert.True(await pending);
        Assert.True(await answer.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("5", (await hub.EndOfAsync("asks")).Output);
        Assert.False(start.IsCompleted);

        Assert.True(await hub.Client.TerminateInstanceAsync("fan")); // its activities drain, and no turn follows them
        gate.SetResult();
        Assert.Equal("waits", await start.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static async Task<Exception?> Record(Task call)
    {
        try
        {
            await call;
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
