using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Damage;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>The file itself: whose it is, which version, what happens when it is damaged, cut off or out of space.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlite-file").FullName;

    private string HubFile => Path.Combine(_folder, "hub.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_of_version_1_is_migrated_with_everything_in_it()
    {
        Directory.CreateDirectory(_folder);
        using (var connection = Connect())
        {
            Run(connection, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schema.v1.sql")));
            Run(connection, """
                INSERT INTO instance VALUES (1, 'done', 'Post', 2, 0, NULL, '"s"', 10, 20, NULL);
                INSERT INTO instance VALUES (2, 'open', 'Post', 1, 1, 30, NULL, 11, 21, NULL);
                INSERT INTO history VALUES (1, 0, x'01'), (1, 1, x'02'), (2, 0, x'03');
                INSERT INTO message VALUES (7, 'open', 'e', x'04');
                """);
        }

        using var store = new SqlitePartitionStore(HubFile);
        var recovered = store.Recover(10);
        Assert.Equal(["open"], recovered.Active);
        Assert.Equal(("open", "e"), recovered.Messages.Select(m => (m.InstanceId, m.ExecutionId)).Single());
        Assert.Equal<byte[]>([[1], [2]], store.Load("done")!.History);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(20), store.Load("done")!.Row.CompletedAt);
        Assert.Null(store.Load("open")!.Row.CompletedAt);
        Assert.Equal((3L, 2L), (Read("PRAGMA user_version"), Read("PRAGMA auto_vacuum")));
    }

    [Fact]
    public void A_newer_file_is_refused_and_left_as_it_is()
    {
        Fill(3);
        using (var connection = Connect())
        {
            Run(connection, "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE);");
        }

        var before = File.ReadAllBytes(HubFile);
        using var store = new SqlitePartitionStore(HubFile);
        var refused = Assert.Throws<IncompatibleStoreException>(() => store.Recover(10));
        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"up to version {SqliteSchema.Version}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(HubFile));
    }

    [Fact]
    public void A_file_that_is_not_ours_is_refused()
    {
        File.WriteAllText(HubFile, string.Concat(Enumerable.Repeat("this is no database. ", 400)));
        using (var store = new SqlitePartitionStore(HubFile))
        {
            Assert.Contains("no database", Assert.Throws<CorruptStoreException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
        }

        File.Delete(HubFile);
        using (var connection = Connect())
        {
            Run(connection, "CREATE TABLE customers (id INTEGER)");
        }

        using (var store = new SqlitePartitionStore(HubFile))
        {
            Assert.Contains("another application", Assert.Throws<IncompatibleStoreException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Another_process_and_another_store_are_refused_while_the_file_is_owned()
    {
        using (var store = new SqlitePartitionStore(HubFile))
        {
            store.Recover(10);
            using var second = new SqlitePartitionStore(HubFile);
            Assert.Contains(HubFile, Assert.Throws<PartitionOwnedException>(() => second.Recover(10)).Message, StringComparison.Ordinal);
            Assert.NotEqual(0, await FlockAsync()); // the lock is one that other processes see, too
        }

        Assert.Equal(0, await FlockAsync());
        using var owner = Process.Start(new ProcessStartInfo("flock", [HubFile + ".lock", "sleep", "30"]))!;
        using var third = new SqlitePartitionStore(HubFile);
        await UntilAsync(async () => await FlockAsync() != 0);
        Assert.Throws<PartitionOwnedException>(() => third.Recover(10));
        owner.Kill(entireProcessTree: true);
        await UntilAsync(async () => await FlockAsync() == 0);
        third.Recover(10); // gone with the process, however it ended
    }

    [Fact]
    public void A_changed_byte_is_never_served()
    {
        Fill(200);
        var intact = File.ReadAllBytes(HubFile);
        var (random, refused) = (new Random(5), 0);
        for (var run = 0; run < 60; run++)
        {
            var damaged = (byte[])intact.Clone();
            for (var i = 0; i < 20; i++)
            {
                damaged[random.Next(4096, damaged.Length)] ^= (byte)random.Next(1, 256);
            }

            File.WriteAllBytes(HubFile, damaged);
            refused += ServesOnlyWhatWasWritten() ? 0 : 1;
        }

        Assert.InRange(refused, 1, 60);
        File.WriteAllBytes(HubFile, intact);
        Assert.True(ServesOnlyWhatWasWritten());
    }

    [Theory]
    [InlineData(0)] // at the end of a page of the log
    [InlineData(1_000)] // within one
    public void A_log_that_was_cut_off_goes_back_to_a_whole_transaction(int surplusBytes)
    {
        byte[] file, log;
        using (var store = new SqlitePartitionStore(HubFile))
        {
            store.Recover(10);
            for (var i = 1; i <= 50; i++)
            {
                store.Commit([Turn(i), Turn(1_000 + i)]); // together, or not at all
            }

            (file, log) = (ReadShared(HubFile), ReadShared(HubFile + "-wal"));
        }

        const int FrameBytes = 4096 + 24;
        for (var cut = 1; cut < log.Length / FrameBytes; cut += 7)
        {
            File.WriteAllBytes(HubFile, file);
            File.WriteAllBytes(HubFile + "-wal", log[..(32 + (cut * FrameBytes) + surplusBytes)]);
            var logger = new RecordingLoggerFactory();
            using var store = new SqlitePartitionStore(HubFile, new Microsoft.Extensions.Logging.Logger<SqlitePartitionStore>(logger));
            store.Recover(10);
            var kept = Enumerable.Range(1, 50).TakeWhile(i => store.Load($"i{i}") is not null).Count();
            Assert.All(Enumerable.Range(1, 50), i => Assert.Equal(i <= kept, store.Load($"i{1_000 + i}") is not null));
            Assert.Equal(surplusBytes > 0 ? 1 : 0, logger.Messages.Count(m => m.Contains("ends within a page", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void A_full_disk_refuses_the_transaction_whole_and_loses_nothing()
    {
        var acknowledged = new List<int>();
        using (var small = new SmallDisk(_folder))
        {
            var file = Path.Combine(small.Folder, "hub.db");
            using (var store = new SqlitePartitionStore(file))
            {
                store.Recover(10);
                void FillTheDisk()
                {
                    for (var i = 1; i < 1_000; i++)
                    {
                        store.Commit([Turn(i, size: 20_000), Turn(100_000 + i)]);
                        acknowledged.Add(i);
                    }
                }

                var refused = Assert.Throws<IOException>(FillTheDisk);
                Assert.Contains(file, refused.Message, StringComparison.Ordinal);
            }

            small.MakeRoom();
            using var again = new SqlitePartitionStore(file);
            again.Recover(10);
            Assert.NotEmpty(acknowledged);
            Assert.All(acknowledged, i => Assert.NotNull(again.Load($"i{i}")));
            Assert.Equal(2 * acknowledged.Count, again.Query(new([]), long.MaxValue, int.MaxValue).Count);
            again.Commit([Turn(200_000)]);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_refused_with_the_reason()
    {
        using var readOnly = new SmallDisk(_folder);
        readOnly.MakeReadOnly();
        using var store = new SqlitePartitionStore(Path.Combine(readOnly.Folder, "hub.db"));
        var refused = Assert.ThrowsAny<IOException>(() => store.Recover(10));
        Assert.Contains("hub.db", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Purging_gives_the_space_back_in_small_steps()
    {
        using var store = new SqlitePartitionStore(HubFile);
        store.Recover(10);
        for (var i = 0; i < 20; i++)
        {
            store.Commit([.. Enumerable.Range((i * 500) + 1, 500).Select(k => Turn(k, size: 2_000))]);
        }

        var longest = TimeSpan.Zero;
        for (var i = 0; i < 200; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            store.Commit([.. Enumerable.Range((i * 45) + 1, 45).Select(k => new RefuseMessages([], [], Purged: k))]);
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(clock).Ticks));
        }

        Assert.InRange(Read("PRAGMA freelist_count"), 0, 1_100);
        Assert.InRange(Read("PRAGMA page_count"), 1, 3_000); // it was some 7,000
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(2)); // a hang, not a benchmark
    }

    private static CommitTurn Turn(long key, int size = 100) => new(
        key,
        0,
        [.. Enumerable.Range(0, size).Select(i => (byte)(key + i))],
        ReplacesHistory: false,
        IsNew: true,
        new InstanceRow(key, $"i{key}", "Post", OrchestrationRuntimeStatus.Running, IsActive: false, null, $"status {key}", Noon, Noon),
        [],
        []);

    private void Fill(int count)
    {
        using var store = new SqlitePartitionStore(HubFile);
        store.Recover(10);
        store.Commit([.. Enumerable.Range(1, count).Select(i => Turn(i, size: 500))]);
    }

    private bool ServesOnlyWhatWasWritten()
    {
        using var store = new SqlitePartitionStore(HubFile);
        try
        {
            store.Recover(10);
            for (var i = 1; i <= 200; i++)
            {
                var stored = store.Load($"i{i}");
                if (stored is null)
                {
                    // An index page may have lost the entry: then the lists must not show the row as if nothing had happened.
                    return false;
                }

                Assert.Equal(Turn(i, size: 500).Row, stored.Row);
                Assert.Equal(Turn(i, size: 500).History, stored.History.Single());
            }

            return true;
        }
        catch (Exception e) when (e is CorruptStoreException or IncompatibleStoreException)
        {
            return false;
        }
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={HubFile};Pooling=false");
        connection.Open();
        return connection;
    }

    private long Read(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private async Task<int> FlockAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("flock", ["--nonblock", HubFile + ".lock", "true"]))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 200 && !await condition(); i++)
        {
            await Task.Delay(25);
        }

        Assert.True(await condition());
    }
}
