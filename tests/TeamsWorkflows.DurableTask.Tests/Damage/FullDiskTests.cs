using System.Collections.Concurrent;
using TeamsWorkflows.DurableTask.Sqlite;

namespace TeamsWorkflows.DurableTask.Tests.Damage;

/// <summary>A hub whose disk is full or read-only: everybody is told, nothing is half done, and with room it goes on.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("full-disk").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task When_the_disk_is_full_callers_are_told_and_what_was_answered_is_there_once_there_is_room()
    {
        using var disk = new SmallDisk(_folder);
        var file = Path.Combine(disk.Folder, "hub.db");
        ConcurrentDictionary<string, bool> answered = [];
        ConcurrentQueue<Exception> told = [];
        using (var store = new SqlitePartitionStore(file))
        {
            await using var hub = new TestHub(Registry(), store, time: TimeProvider.System);
            var first = hub.StartAsync("fills", "x", "first");
            var waiter = Record.ExceptionAsync(async () => await hub.EndOfAsync(await first));
            await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
            {
                try
                {
                    answered[await hub.StartAsync("fills", new string('x', 20_000), $"i{i}")] = true;
                }
                catch (Exception e)
                {
                    told.Enqueue(e);
                }
            })).WaitAsync(TimeSpan.FromSeconds(30));

            var fault = await hub.Worker.Fault.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Contains("no space left", fault.Message, StringComparison.Ordinal);
            Assert.Contains(file, fault.Message, StringComparison.Ordinal);
            Assert.Same(fault, await waiter); // who waits for an end is told, too
            Assert.Equal(fault, (await Assert.ThrowsAsync<InvalidOperationException>(() => hub.StartAsync("fills", "x"))).InnerException);
            Assert.Equal(500, answered.Count + told.Count);
            Assert.All(told, e => Assert.Same(fault, e is InvalidOperationException ? e.InnerException : e));
        }

        Assert.NotEmpty(answered);
        Assert.NotEmpty(told);
        disk.MakeRoom();
        using var again = new SqlitePartitionStore(file);
        await using var next = new TestHub(Registry(), again, time: TimeProvider.System);
        var there = (await next.Client.GetAllInstancesAsync(new([], PageSize: 1_000))).Instances.Select(static i => i.InstanceId).ToHashSet();
        Assert.Empty(answered.Keys.Except(there));
        foreach (var id in there)
        {
            Assert.True(await next.Client.RaiseEventAsync(id, "go", 1));
            Assert.Equal("2", (await next.EndOfAsync(id)).Output);
        }
    }

    [Fact]
    public async Task A_read_only_file_or_folder_is_refused_at_the_start()
    {
        using var disk = new SmallDisk(_folder);
        var file = Path.Combine(disk.Folder, "hub.db");
        using (var store = new SqlitePartitionStore(file))
        {
            await using var hub = new TestHub(Registry(), store);
            await hub.StartAsync("fills", "x", "first");
        }

        SmallDisk.MakeReadOnly(file);
        using (var store = new SqlitePartitionStore(file))
        {
            Assert.Contains("read-only", Assert.ThrowsAny<IOException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
        }

        disk.MakeReadOnly();
        using (var store = new SqlitePartitionStore(file))
        {
            Assert.Contains("hub.db", Assert.ThrowsAny<IOException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
        }
    }

    private static DurableTaskRegistry Registry() => TestHub.Registry()
        .Activity<string, int>("one", (_, _) => Task.FromResult(1))
        .Orchestrator<string, int>("fills", async (context, _)
            => await context.CallActivityAsync<int>("one", "x") + await context.WaitForExternalEvent<int>("go"));
}
