using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>Asks two stores everything that can be asked: they must not be told apart.</summary>
internal sealed class StoreComparison(IPartitionStore reference, IPartitionStore store, RandomCommands commands, Random random)
{
    public void Run(int batches)
    {
        Recover();
        for (var i = 0; i < batches; i++)
        {
            var batch = commands.NextBatch();
            reference.Commit(batch);
            store.Commit(batch);
            if (random.Next(5) == 0)
            {
                Recover();
            }

            Read();
        }

        Recover();
    }

    private void Recover()
    {
        store.Dispose();
        reference.Dispose();
        var max = random.Next(1, 5);
        var (expected, actual) = (reference.Recover(max), store.Recover(max));
        Assert.Equal((expected.LastKey, expected.LastSequence), (actual.LastKey, actual.LastSequence));
        Assert.Equal(expected.Active, actual.Active);
        Assert.Equal(expected.Timers, actual.Timers);
        Assert.Equal(expected.Messages.Select(Text), actual.Messages.Select(Text));
    }

    private void Read()
    {
        foreach (var id in RandomCommands.Ids)
        {
            var (from, max) = (random.Next(3), random.Next(1, 4));
            Assert.Equal(Text(reference.Load(id)), Text(store.Load(id)));
            Assert.Equal(Text(reference.Load(id, from, max)), Text(store.Load(id, from, max)));
            Assert.Equal(Text(reference.LoadEnds(id)), Text(store.LoadEnds(id)));
        }

        for (var i = 0; i < 3; i++)
        {
            var (query, beforeKey, max, time) = (commands.Query(), random.Next(3) == 0 ? random.Next(1, 9) : long.MaxValue, random.Next(1, 6), commands.Time());
            Assert.Equal(reference.Query(query, beforeKey, max).Select(Text), store.Query(query, beforeKey, max).Select(Text));
            Assert.Equal(reference.ListFinished(time, max), store.ListFinished(time, max));
            Assert.Equal(reference.LoadTimers(time, max), store.LoadTimers(time, max));
        }
    }

    private static string Text(StoredInstance? stored)
        => stored is null ? "nothing" : $"{Text(stored.Row)} {string.Join(' ', stored.History.Select(Convert.ToHexString))}";

    private static string Text(InstanceRow row) => $"{row} {(row.Waiting is null ? "-" : Convert.ToHexString(row.Waiting))}";

    private static string Text(StoredMessage message) => $"{message} {Convert.ToHexString(message.Event)}";
}
