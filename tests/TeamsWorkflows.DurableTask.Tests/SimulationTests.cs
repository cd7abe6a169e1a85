using System.Collections.Concurrent;
using CsCheck;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>
/// One partition on one thread: turns, activities, commits and crashes in the order a seed dictates.
/// The same seed gives the same run, so a failure is a unit test.
/// </summary>
public sealed class SimulationTests
{
    [Fact]
    public void Whatever_crashes_every_orchestration_ends_and_no_result_is_lost_or_doubled()
    {
        var seen = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);

        Gen.Int.Sample(
            seed =>
            {
                using var store = new InMemoryPartitionStore();
                new SimulatedPartition(seed, store).Run().ForEach(line => seen[line] = 1);
            },
            iter: 400);

        // A green run that never reached a branch proves nothing about it.
        string[] branches =
        [
            "Completed \"ok\"", "Completed \"expired\"", "Completed \"parent of ok\"", "Completed 3", "Failed", "Completed \"second\"",
            "crash before the commit", "crash after the commit", "evicted", "activity ran again", "answered true", "answered false",
            "activity of an earlier generation",
        ];
        Assert.Empty(branches.Except(seen.Keys, StringComparer.Ordinal));
    }

    [Fact]
    public void Sqlite_cannot_be_told_from_the_reference_store()
    {
        var folder = Directory.CreateTempSubdirectory("simulation").FullName;
        var run = 0;
        Gen.Int.Sample(
            seed =>
            {
                using var reference = new InMemoryPartitionStore();
                using var sqlite = new SqlitePartitionStore(Path.Combine(folder, $"{Interlocked.Increment(ref run)}.db"));
                Assert.Equal(new SimulatedPartition(seed, reference).Run(), new SimulatedPartition(seed, sqlite).Run());
            },
            iter: 40);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void History_survives_the_codec() => Gen.Int.Sample(
        seed =>
        {
            using var store = new InMemoryPartitionStore();
            new SimulatedPartition(seed, store).Run();
            foreach (var chunk in Enumerable.Range(0, 4).SelectMany(i => store.Load($"i{i}")!.History))
            {
                HistoryEvent[] events = [.. HistoryCodec.Decode(chunk)];
                Assert.Equal(events, HistoryCodec.Decode(HistoryCodec.Encode(events)));
                Assert.Equal(chunk, HistoryCodec.Encode(events));
            }
        },
        iter: 20);
}
