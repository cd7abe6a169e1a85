using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>Somebody sets the clock on the wall: timers go by it, nothing hangs, and what is measured in elapsed time does not notice.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(61); // the hub looks at the wall at least once a minute

    private readonly JumpingTime _time = new();

    [Fact]
    public async Task Put_forward_by_a_year_everything_that_is_due_fires_once_and_the_rest_waits()
    {
        await using var hub = Hub(configure: static o => o.MaxTimersInMemory = 20); // most are on disk alone
        for (var i = 0; i < 100; i++)
        {
            await hub.StartAsync("sleeps", 1 + (i * 5), $"i{i}"); // days: 1 to 496
        }

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("sleeps", 0, new("later", _time.GetUtcNow().AddDays(300)));
        _time.Jump(TimeSpan.FromDays(365));
        _time.Pass(LookAgain);
        for (var i = 0; i < 100; i++)
        {
            var isDue = 1 + (i * 5) <= 365;
            if (isDue)
            {
                Assert.Equal("true", (await hub.EndOfAsync($"i{i}")).Output);
            }

            var history = await hub.HistoryAsync($"i{i}");
            Assert.Equal(isDue ? 1 : 0, history.Count(static e => e is TimerFiredEvent));
            Assert.Equal(isDue, (await hub.Client.GetInstanceAsync($"i{i}"))!.IsCompleted);
        }

        Assert.Equal("true", (await hub.EndOfAsync("later")).Output);
    }

    [Fact]
    public async Task Put_back_by_an_hour_no_timer_and_no_scheduled_start_comes_early_and_none_is_forgotten()
    {
        await using var hub = Hub();
        await hub.StartAsync("minutes", 10, "timer");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("minutes", 0, new("later", _time.GetUtcNow().AddMinutes(10)));
        _time.Jump(TimeSpan.FromHours(-1));
        await PassAsync(hub, minutes: 65);
        Assert.False((await hub.Client.GetInstanceAsync("timer"))!.IsCompleted);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync("later"))!.Status);

        await PassAsync(hub, minutes: 10);
        Assert.Equal("true", (await hub.EndOfAsync("timer")).Output);
        Assert.Equal("true", (await hub.EndOfAsync("later")).Output);
    }

    [Fact]
    public async Task A_jump_while_an_activity_runs_and_events_come_leaves_a_sane_instance()
    {
        foreach (var jump in new[] { TimeSpan.FromHours(-1), TimeSpan.FromDays(365), TimeSpan.FromDays(-365) })
        {
            var gate = new TaskCompletionSource();
            await using var hub = Hub(gate.Task);
            await hub.StartAsync("works", 0, "a");
            await hub.Client.WaitForInstanceStartAsync("a");
            _time.Jump(jump);
            gate.SetResult();
            Assert.True(await hub.Client.RaiseEventAsync("a", "go", 1));
            Assert.True(await hub.Client.RaiseEventAsync("a", "go", 2));
            await hub.StartAsync("minutes", 0, "b");

            var end = await hub.EndOfAsync("a");
            Assert.Equal("\"done 12\"", end.Output);
            Assert.True(end.CompletedAt >= end.CreatedAt && end.LastUpdatedAt >= end.CreatedAt, $"{end.CreatedAt} to {end.CompletedAt}");
            Assert.Equal(["b", "a"], (await hub.Client.GetAllInstancesAsync(new([]))).Instances.Select(static i => i.InstanceId)); // newest first
            _time.Jump(-jump);
        }
    }

    [Fact]
    public async Task A_restart_after_the_clock_was_put_back_goes_on_with_keys_and_timers()
    {
        using var store = new InMemoryPartitionStore();
        await using (var hub = Hub(store: store))
        {
            await hub.StartAsync("minutes", 10, "old");
        }

        _time.Jump(TimeSpan.FromHours(-2));
        await using (var hub = Hub(store: store))
        {
            await hub.RunAsync("minutes", 0, "new");
            Assert.Equal(["new", "old"], (await hub.Client.GetAllInstancesAsync(new([]))).Instances.Select(static i => i.InstanceId));
            await PassAsync(hub, minutes: 100);
            Assert.False((await hub.Client.GetInstanceAsync("old"))!.IsCompleted);
            await PassAsync(hub, minutes: 40);
            await hub.EndOfAsync("old");
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(24 * 365)]
    public async Task Idle_instances_leave_memory_after_the_same_time_whatever_the_clock_says(int hours)
    {
        await using var hub = Hub(configure: static o => o.MaxIdleTime = TimeSpan.FromSeconds(10));
        await hub.StartAsync("works", 0, "waits");
        await hub.IdleAsync();
        _time.Jump(TimeSpan.FromHours(hours));
        for (var second = 0; second < 8; second++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, hub.Worker.Runtime.ResidentCount);
        for (var second = 0; second < 5; second++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, hub.Worker.Runtime.ResidentCount);
    }

    [Fact]
    public async Task A_turn_is_not_given_up_because_the_clock_was_put_forward()
    {
        using var gate = new ManualResetEventSlim();
        using var isRunning = new SemaphoreSlim(0);
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, bool>("computes", (_, _) =>
            {
                isRunning.Release();
                gate.Wait();
                return Task.FromResult(true);
            }),
            configure: static o => o.TurnTimeLimit = TimeSpan.FromSeconds(10),
            time: _time);
        var end = hub.RunAsync("computes", 0);
        await isRunning.WaitAsync();
        _time.Jump(TimeSpan.FromDays(365));
        _time.Pass(TimeSpan.FromSeconds(2));
        gate.Set();
        Assert.Equal("true", (await end).Output);
    }

    [Fact]
    public async Task Retention_goes_by_the_clock_and_neither_purges_the_young_nor_fails_when_it_is_put_back()
    {
        await using var hub = Hub(configure: static o => o.Retention = TimeSpan.FromDays(1));
        await hub.RunAsync("minutes", 0, "young");
        _time.Jump(TimeSpan.FromHours(-5));
        await PassAsync(hub, minutes: 10);
        Assert.NotNull(await hub.Client.GetInstanceAsync("young"));

        _time.Jump(TimeSpan.FromHours(30));
        await TestHub.UntilAsync(() =>
        {
            _time.Pass(TimeSpan.FromMinutes(1));
            return hub.Store.ListFinished(_time.GetUtcNow(), 1).Count == 0;
        });
        Assert.Null(await hub.Client.GetInstanceAsync("young"));
    }

    private static async Task<bool> SleepAsync(TaskOrchestrationContext context, TimeSpan time)
    {
        var before = context.CurrentUtcDateTime;
        await context.CreateTimer(time);
        return context.CurrentUtcDateTime - before >= time;
    }

    private TestHub Hub(Task? gate = null, IPartitionStore? store = null, Action<TaskHubOptions>? configure = null) => new(
        TestHub.Registry()
            .Activity<int, string>("work", async (_, _) =>
            {
                await (gate ?? Task.CompletedTask);
                return "done";
            })
            .Orchestrator<int, bool>("sleeps", static (context, days) => SleepAsync(context, TimeSpan.FromDays(days)))
            .Orchestrator<int, bool>("minutes", static (context, minutes) => SleepAsync(context, TimeSpan.FromMinutes(minutes)))
            .Orchestrator<int, string>("works", async (context, _) =>
            {
                var done = await context.CallActivityAsync<string>("work", 0);
                var first = await context.WaitForExternalEvent("go", TimeSpan.FromDays(1_000), 0);
                return $"{done} {first}{await context.WaitForExternalEvent<int>("go")}";
            }),
        store,
        configure,
        _time);

    private async Task PassAsync(TestHub hub, int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            _time.Pass(TimeSpan.FromMinutes(1));
            await hub.IdleAsync();
        }
    }
}
