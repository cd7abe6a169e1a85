using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Damage;

/// <summary>A file with a damaged header or page: refused with the reason, or served as it was written.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int PageBytes = 4096;

    private readonly string _folder = Directory.CreateTempSubdirectory("damaged-file").FullName;
    private readonly SmallDisk _disk;
    private readonly RecordedFile _recorded;

    public DamagedFileTests()
    {
        _disk = new SmallDisk(_folder, "32m");
        _recorded = new RecordedFile(_disk.Folder, commits: 40, isStopped: true);
    }

    private string HubFile => Path.Combine(_disk.Folder, "hub.db");

    public void Dispose()
    {
        _disk.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_changed_byte_in_the_header_is_refused_with_the_reason_or_harmless()
    {
        var (refused, harmless) = (0, 0);
        for (var at = 0; at < 100; at++)
        {
            foreach (var change in new byte[] { 0x03, 0x80 })
            {
                var damaged = (byte[])_recorded.Database.Clone();
                damaged[at] ^= change;
                RecordedFile.Write(HubFile, damaged, null, _recorded.Lock);
                try
                {
                    Assert.Equal((at, change, _recorded.Last), (at, change, _recorded.Find(RecordedFile.Open(HubFile))));
                    harmless++;
                }
                catch (Exception e) when (e is CorruptStoreException or IncompatibleStoreException)
                {
                    Assert.Contains(HubFile, e.Message, StringComparison.Ordinal);
                    refused++;
                }
            }
        }

        Assert.InRange(refused, 50, 200);
        Assert.InRange(harmless, 20, 150);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_destroyed_page_is_refused_or_not_needed(bool isGarbage)
    {
        var refused = 0;
        for (var page = 1; page < _recorded.Database.Length / PageBytes; page++)
        {
            var damaged = (byte[])_recorded.Database.Clone();
            var bytes = damaged.AsSpan(page * PageBytes, PageBytes);
            bytes.Clear();
            if (isGarbage)
            {
                new Random(page).NextBytes(bytes);
            }

            RecordedFile.Write(HubFile, damaged, null, _recorded.Lock);
            try
            {
                Assert.Equal((page, _recorded.Last), (page, _recorded.Find(RecordedFile.Open(HubFile))));
                AssertFindsAllByIdentifier(page);
            }
            catch (CorruptStoreException e)
            {
                Assert.Contains(HubFile, e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(refused > 20, $"{refused} of {_recorded.Database.Length / PageBytes} pages were missed.");
    }

    [Fact]
    public void A_file_that_was_cut_off_is_refused()
    {
        for (var pages = 1; pages < _recorded.Database.Length / PageBytes; pages += 3)
        {
            RecordedFile.Write(HubFile, _recorded.Database[..((pages * PageBytes) + (pages % 2 * 100))], null, _recorded.Lock);
            Assert.Throws<CorruptStoreException>(() => RecordedFile.Open(HubFile));
        }
    }

    [Fact]
    public async Task A_hub_that_meets_a_damaged_history_stops_and_says_which()
    {
        var registry = TestHub.Registry().Orchestrator<string, int>("waits", (context, _) => context.WaitForExternalEvent<int>("go"));
        using (var store = new SqlitePartitionStore(HubFile))
        {
            await using var hub = new TestHub(registry, store);
            await hub.StartAsync("waits", "find me on disk", "damaged");
            await hub.StartAsync("waits", "untouched", "whole");
        }

        var file = await File.ReadAllBytesAsync(HubFile);
        var at = file.AsSpan().IndexOf("find me"u8);
        file[at] ^= 1;
        await File.WriteAllBytesAsync(HubFile, file);

        using var again = new SqlitePartitionStore(HubFile);
        await using var damaged = new TestHub(registry, again);
        Assert.Contains("untouched", (await damaged.Client.GetInstanceAsync("whole"))!.Input, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CorruptStoreException>(() => damaged.Client.GetInstanceAsync("damaged"));
        await Assert.ThrowsAsync<CorruptStoreException>(() => damaged.Client.RaiseEventAsync("damaged", "go", 1));
        var fault = await damaged.Worker.Fault.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("turn 0 of instance 'damaged'", fault.Message, StringComparison.Ordinal);
    }

    private void AssertFindsAllByIdentifier(int page)
    {
        using var store = new SqlitePartitionStore(HubFile);
        store.Recover(10);
        foreach (var row in store.Query(new([]), long.MaxValue, int.MaxValue))
        {
            Assert.True(store.Load(row.Id) is not null, $"Page {page} was destroyed, and {row.Id} is not found any more.");
        }
    }
}
