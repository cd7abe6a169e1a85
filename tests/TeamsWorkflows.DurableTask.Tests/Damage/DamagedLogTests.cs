using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Damage;

/// <summary>A log that is cut off, damaged or gone: the hub goes back to a whole commit and says so, or refuses; it never makes one up.</summary>
public sealed class DamagedLogTests : IDisposable
{
    private const int HeaderBytes = 32;
    private const int FrameBytes = 24 + 4096;

    private readonly string _folder = Directory.CreateTempSubdirectory("damaged-log").FullName;
    private readonly SmallDisk _disk;
    private readonly RecordedFile _recorded;

    public DamagedLogTests()
    {
        _disk = new SmallDisk(_folder, "32m"); // in memory: hundreds of recoveries, each with its fsync
        _recorded = new RecordedFile(_disk.Folder, commits: 14, isStopped: false);
    }

    private string HubFile => Path.Combine(_disk.Folder, "hub.db");

    public void Dispose()
    {
        _disk.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Wherever_a_log_is_cut_off_the_hub_is_as_it_was_after_a_commit()
    {
        Assert.Equal(0, (_recorded.Log.Length - HeaderBytes) % FrameBytes);
        var frames = (_recorded.Log.Length - HeaderBytes) / FrameBytes;
        Assert.InRange(frames, 40, 200);
        var (last, seen) = (-1, new HashSet<int>());
        for (var frame = 0; frame < frames; frame++)
        {
            foreach (var within in new[] { 0, (frame % 3) switch { 0 => 5, 1 => 24, _ => 2_000 } })
            {
                RecordedFile.Write(HubFile, _recorded.Database, _recorded.Log[..(HeaderBytes + (frame * FrameBytes) + within)], _recorded.Lock);
                var logger = new RecordingLoggerFactory();
                var state = _recorded.Find(RecordedFile.Open(HubFile, new Logger<SqlitePartitionStore>(logger)));
                Assert.True(state >= last, $"Cut off within page {frame} at {within}, it is as after commit {state}, and a shorter log was at {last}.");
                Assert.Equal(within > 0 ? 1 : 0, logger.Messages.Count(static m => m.Contains("ends within a page", StringComparison.Ordinal)));
                last = state;
                seen.Add(state);
            }
        }

        Assert.Equal(Enumerable.Range(0, _recorded.Last), seen.Order()); // each commit but the last, whose end was never there
        RecordedFile.Write(HubFile, _recorded.Database, _recorded.Log, _recorded.Lock);
        Assert.Equal(_recorded.Last, _recorded.Find(RecordedFile.Open(HubFile)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(31)]
    public void A_log_of_a_few_bytes_is_told(int length)
    {
        RecordedFile.Write(HubFile, _recorded.Database, _recorded.Log[..length], _recorded.Lock);
        var logger = new RecordingLoggerFactory();
        Assert.Equal(0, _recorded.Find(RecordedFile.Open(HubFile, new Logger<SqlitePartitionStore>(logger))));
        Assert.Contains(logger.Messages, static m => m.Contains("ends within a page", StringComparison.Ordinal));
    }

    [Fact]
    public void A_changed_byte_within_a_log_is_refused_and_only_the_last_transaction_may_be_torn()
    {
        var random = new Random(7);
        var (refused, torn) = (0, 0);
        for (var run = 0; run < 160; run++)
        {
            var at = run < HeaderBytes ? run : random.Next(HeaderBytes, _recorded.Log.Length);
            if (run % 10 == 9)
            {
                at = _recorded.Log.Length - 1 - random.Next(FrameBytes); // in the last page, the end of the last transaction
            }

            var log = (byte[])_recorded.Log.Clone();
            log[at] ^= (byte)random.Next(1, 256);
            RecordedFile.Write(HubFile, _recorded.Database, log, _recorded.Lock);
            var logger = new RecordingLoggerFactory();
            try
            {
                var state = _recorded.Find(RecordedFile.Open(HubFile, new Logger<SqlitePartitionStore>(logger)));
                if (state == _recorded.Last)
                {
                    continue; // nothing reads this byte, or a log was not needed for it
                }

                Assert.True(state == _recorded.Last - 1, $"Byte {at} of the log was changed, and the hub went back to commit {state}.");
                Assert.Contains(logger.Messages, static m => m.Contains("in a torn one", StringComparison.Ordinal));
                torn++;
            }
            catch (CorruptStoreException e)
            {
                Assert.Contains("cannot be read", e.Message, StringComparison.Ordinal);
                Assert.Equal(log, File.ReadAllBytes(HubFile + "-wal")); // left for an inquiry
                refused++;
            }
        }

        Assert.InRange(refused, 60, 160);
        Assert.InRange(torn, 5, 60);
    }

    [Fact]
    public void After_the_damaged_end_was_cut_off_as_the_message_says_the_hub_goes_on_from_there()
    {
        var log = (byte[])_recorded.Log.Clone();
        log[HeaderBytes + (25 * FrameBytes) + 100] ^= 1;
        RecordedFile.Write(HubFile, _recorded.Database, log, _recorded.Lock);
        var refused = Assert.Throws<CorruptStoreException>(() => RecordedFile.Open(HubFile));
        var size = int.Parse(refused.Message.Split("--size=")[1].TrimEnd('.', ')'), System.Globalization.CultureInfo.InvariantCulture);
        using (var stream = new FileStream(HubFile + "-wal", FileMode.Open))
        {
            stream.SetLength(size);
        }

        Assert.InRange(_recorded.Find(RecordedFile.Open(HubFile)), 1, _recorded.Last - 2);
    }

    [Fact]
    public void A_log_that_is_gone_is_told_and_a_file_that_is_not_whole_without_it_is_refused()
    {
        var logger = new RecordingLoggerFactory();
        RecordedFile.Write(HubFile, _recorded.Database, null, _recorded.Lock);
        Assert.Equal(0, _recorded.Find(RecordedFile.Open(HubFile, new Logger<SqlitePartitionStore>(logger))));
        Assert.Contains(logger.Messages, static m => m.Contains("is missing though", StringComparison.Ordinal));

        RecordedFile.Write(HubFile, _recorded.Database, null, null); // a copy elsewhere: nobody owned it there
        logger.Messages.Clear();
        RecordedFile.Open(HubFile, new Logger<SqlitePartitionStore>(logger));
        Assert.Empty(logger.Messages);

        var stopped = new RecordedFile(_disk.Folder, commits: 24, isStopped: true);
        var half = (byte[])stopped.Database.Clone();
        var page = Enumerable.Range(half.Length / 4096 / 2, half.Length / 4096 / 2).First(p => half[p * 4096] is 0x0A or 0x0D); // a leaf of a tree
        Array.Clear(half, page * 4096, 4096); // as if it had only been in the log
        RecordedFile.Write(HubFile, half, null, _recorded.Lock);
        Assert.Contains("not whole", Assert.Throws<CorruptStoreException>(() => RecordedFile.Open(HubFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_without_its_file_and_an_empty_file_are_refused_and_left()
    {
        RecordedFile.Write(HubFile, null, _recorded.Log, _recorded.Lock);
        Assert.Contains("missing", Assert.Throws<CorruptStoreException>(() => RecordedFile.Open(HubFile)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(HubFile));

        RecordedFile.Write(HubFile, [], _recorded.Log, _recorded.Lock);
        Assert.Contains("empty", Assert.Throws<CorruptStoreException>(() => RecordedFile.Open(HubFile)).Message, StringComparison.Ordinal);
        Assert.Equal(_recorded.Log, File.ReadAllBytes(HubFile + "-wal"));

        RecordedFile.Write(HubFile, [], null, "closed\n"u8.ToArray());
        Assert.Contains("empty", Assert.Throws<CorruptStoreException>(() => RecordedFile.Open(HubFile)).Message, StringComparison.Ordinal);

        RecordedFile.Write(HubFile, [], null, []); // a start that was killed before there was anything
        Assert.Equal(0, _recorded.Find(RecordedFile.Open(HubFile)));
        RecordedFile.Write(HubFile, null, null, "closed\n"u8.ToArray()); // removed, to begin anew
        Assert.Equal(0, _recorded.Find(RecordedFile.Open(HubFile)));
    }

    [Fact]
    public void A_lock_file_that_is_left_over_locks_nobody_out_whatever_stands_in_it()
    {
        foreach (var content in new[] { "", "open  \n", "closed\n", "1234", "something else altogether" })
        {
            RecordedFile.Write(HubFile, _recorded.Database, _recorded.Log, System.Text.Encoding.UTF8.GetBytes(content));
            Assert.Equal(_recorded.Last, _recorded.Find(RecordedFile.Open(HubFile)));
        }
    }
}
