using System.Diagnostics;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Sqlite;
using Xunit.Abstractions;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>Finished instances go after a while, the file stops growing, and callers do not notice.</summary>
public sealed class RetentionTests(ITestOutputHelper output) : IDisposable
{
    private const string Memory = "/dev/shm";

    // In memory where there is room: how long a caller waits is about the purge, not about a disk that stalls.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > 1_000_000_000 ? Memory : Path.GetTempPath(), $"retention-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task With_retention_the_file_of_a_busy_hub_stops_growing()
    {
        const int Rounds = 120, PerRound = 60, PayloadBytes = 20_000;
        var file = Path.Combine(_folder, "hub.db");
        List<(long File, long Log)> sizes = [];
        var longest = TimeSpan.Zero;
        using var store = new SqlitePartitionStore(file);
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<string, string>("echo", (_, input) => Task.FromResult(input)),
            store,
            static o => (o.Retention, o.RetentionBatch) = (TimeSpan.FromSeconds(150), 50));
        for (var round = 0; round < Rounds; round++)
        {
            var input = new string((char)('a' + (round % 26)), PayloadBytes);
            await Task.WhenAll(Enumerable.Range(0, PerRound).Select(i => hub.RunAsync("echo", input, $"{round}.{i}")));
            hub.Time.Advance(TimeSpan.FromMinutes(1)); // a step of the retention begins
            var clock = Stopwatch.StartNew();
            await hub.RunAsync("echo", "meanwhile", $"{round}.meanwhile"); // and a caller comes in the middle of it
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, clock.Elapsed.Ticks));
            var oldest = hub.Time.GetUtcNow() - TimeSpan.FromSeconds(150);
            await TestHub.UntilAsync(() => store.ListFinished(oldest, 1).Count == 0);
            sizes.Add((new FileInfo(file).Length, new FileInfo(file + "-wal").Length));
        }

        var written = (long)Rounds * PerRound * PayloadBytes * 2; // as input and as output
        output.WriteLine($"{written / 1e6:F0} MB of payload written; file and log after each round, MB: "
            + string.Join(' ', sizes.Select(static s => $"{s.File / 1e6:F0}+{s.Log / 1e6:F0}")) + $"; a call during a purge took {longest.TotalMilliseconds:F0} ms at most");
        Assert.InRange(sizes[^10..].Max(static s => s.File), 1, written / 4);
        Assert.InRange(sizes[^10..].Max(static s => s.File), 1, (long)(1.25 * sizes[10..20].Max(static s => s.File))); // it has found its size
        Assert.InRange(sizes.Max(static s => s.Log), 1, 140_000_000); // checkpoints begin at 16 MB and take their time on a busy machine; at 128 MB the writer does them itself
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(2)); // a hang, not a benchmark
        Assert.InRange((await hub.Client.GetAllInstancesAsync(new([], PageSize: 1_000))).Instances.Count, PerRound, 4 * (PerRound + 1));
    }

    [Fact]
    public async Task Retention_goes_on_after_a_time_in_which_the_hub_had_no_room_for_it()
    {
        using var store = new GatedStore();
        await using var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, int>("one", (_, input) => Task.FromResult(input)),
            store,
            static o => (o.Retention, o.MaxPendingCalls, o.MaxAdmissionWait) = (TimeSpan.FromMinutes(10), 1, TimeSpan.FromSeconds(5)));
        await hub.RunAsync("one", 0, "old");
        hub.Time.Advance(TimeSpan.FromMinutes(9));
        store.Close();
        var pending = hub.StartAsync("one", 0, "pending"); // takes the only place
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await TestHub.UntilAsync(() => hub.Worker.Runtime.WaitingCallCount == 1); // the purge
        var refused = Assert.ThrowsAsync<TaskHubBusyException>(() => hub.StartAsync("one"));
        await TestHub.UntilAsync(() =>
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            return hub.Worker.Runtime.WaitingCallCount == 0; // the purge was refused
        });
        await refused;

        store.Open();
        await pending;
        for (var i = 0; i < 300 && await hub.Client.GetInstanceAsync("old") is not null; i++)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(20));
            await hub.IdleAsync();
        }

        Assert.Null(await hub.Client.GetInstanceAsync("old"));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(TimeSpan.TicksPerDay * 800_000)]
    public async Task A_retention_longer_than_the_calendar_keeps_everything(long ticks)
    {
        var hub = new TestHub(
            TestHub.Registry().Orchestrator<int, int>("one", (_, input) => Task.FromResult(input)),
            configure: o => o.Retention = TimeSpan.FromTicks(ticks));
        await hub.RunAsync("one", 0, "old");
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await hub.IdleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.Client.GetInstanceAsync("old"))!.Status);
        await hub.DisposeAsync(); // a task that had failed would say so here
    }
}
