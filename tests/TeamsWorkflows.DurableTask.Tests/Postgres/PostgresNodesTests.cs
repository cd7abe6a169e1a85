using System.Diagnostics;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>Several nodes of one hub on a real server: the SQL of the leases, and what the nodes make of it together.</summary>
[Collection(PostgresServer.Name)]
public sealed class PostgresNodesTests(PostgresCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Nodes_share_a_hub_hand_over_at_once_and_replace_a_dead_one()
    {
        var hub = cluster.NewHub();
        hub.LeaseDuration = TimeSpan.FromSeconds(3);
        await using PostgresNode one = new(hub, "one"), two = new(hub, "two"), three = new(hub, "three");
        PostgresNode[] all = [one, two, three];
        Until(() => all.All(n => n.Held.Ids.Length is 10 or 11));
        Assert.Equal(32, all.SelectMany(n => n.Held.Ids).Distinct().Count());
        Assert.Equal(32, all.Sum(n => n.ValidCount));

        var clock = Stopwatch.StartNew();
        two.Drain();
        Assert.Equal(0, two.ValidCount);
        Until(() => one.Held.Ids.Length == 16 && three.Held.Ids.Length == 16);
        Assert.True(clock.Elapsed < hub.LeaseDuration / 3, $"The drained node's work went on after {clock.Elapsed}: somebody waited for a renewal.");

        var stale = three.Held;
        await three.DieAsync();
        clock.Restart();
        Until(() => one.Held.Ids.Length == 32);
        Assert.InRange(clock.Elapsed, hub.LeaseDuration / 2, hub.LeaseDuration * 2);
        Assert.All(stale.Ids.Zip(stale.Fences), held => Assert.True(one.Held.Fences[held.First] > held.Second));
        Assert.Empty(all.SelectMany(static n => n.Troubles));
    }

    [Fact]
    public async Task Messages_reach_whoever_holds_the_partition_while_partitions_move()
    {
        var hub = cluster.NewHub();
        hub.LeaseDuration = TimeSpan.FromSeconds(3);
        await using PostgresNode one = new(hub, "one"), two = new(hub, "two");
        Until(() => one.Held.Ids.Length == 16 && two.Held.Ids.Length == 16);

        PostgresNode? third = null;
        List<long> sent = [];
        for (var sequence = 1L; sequence <= 400; sequence++)
        {
            var to = $"i{sequence}";
            if (!one.Held.Holds(InstancePartition.Of(to, hub.Partitions))) // within the node it would be handed over in memory
            {
                one.Send(sequence, to);
                sent.Add(sequence);
            }

            third ??= sequence == 150 ? new PostgresNode(hub, "third") : null;
        }

        PostgresNode[] others = [two, third!];
        Until(() => sent.Except(others.SelectMany(static n => n.Received)).Except(one.Received).ToArray() is []);
        await third!.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_lost_its_leases_commits_nothing()
    {
        var hub = cluster.NewHub();
        await using PostgresNode slow = new(hub, "slow");
        Until(() => slow.Held.Ids.Length == 32);
        slow.Freeze();
        cluster.Read($"UPDATE {hub.Schema}.partition SET lease_until = now() - interval '1 second'; UPDATE {hub.Schema}.node SET alive_until = now() - interval '1 second'");
        await using PostgresNode next = new(hub, "next");
        Until(() => next.Held.Ids.Length == 32);
        Assert.Equal(
            PostgresErrors.FenceIsStale,
            Assert.Throws<Npgsql.PostgresException>(() => slow.Send(1, "i1")).SqlState);
        Assert.Equal(0L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.message"));
    }

    private static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience), "It does not come to that.");
}
