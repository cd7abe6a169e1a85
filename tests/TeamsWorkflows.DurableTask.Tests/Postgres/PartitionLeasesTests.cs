using System.Collections.Concurrent;
using CsCheck;
using TeamsWorkflows.DurableTask.Postgres.Leases;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

public sealed class PartitionLeasesTests
{
    private const int Partitions = 32;

    // How soon a node notices that something is free: its request's way, and the others' jitter.
    private static readonly TimeSpan Grace = LeaseSimulation.Lease / 10;

    [Fact]
    public void Whatever_pauses_drifts_dies_or_is_lost_no_two_nodes_own_a_partition_at_one_instant()
    {
        ConcurrentDictionary<string, int> seen = new(StringComparer.Ordinal);
        Gen.Int.Sample(
            seed =>
            {
                LeaseSimulation simulation = new(seed, 8, drift: 0.045);
                for (var i = 0; i < 4; i++)
                {
                    simulation.Join();
                    simulation.Run(TimeSpan.FromSeconds(3), mishaps: true);
                }

                simulation.Kill(simulation.Nodes[seed & 1]);
                simulation.Run(TimeSpan.FromSeconds(10), mishaps: true);
                simulation.Run(3 * LeaseSimulation.Lease * 3);
                Assert.Equal([2, 3, 3], simulation.Counts().Order()); // and once it is quiet, all is well again
                foreach (var what in simulation.Seen)
                {
                    seen[what] = 1;
                }
            },
            iter: 30);
        Assert.Empty(new[] { "paused", "killed", "request lost", "answer lost", "gained", "lost", "balanced" }.Except(seen.Keys, StringComparer.Ordinal));
    }

    [Fact]
    public void A_clock_that_is_off_by_more_than_the_margin_breaks_the_rule_so_the_simulation_would_notice()
        => Assert.ThrowsAny<Exception>(() => Gen.Int.Sample(
            seed =>
            {
                LeaseSimulation simulation = new(seed, 8, drift: 0.6);
                simulation.Join();
                simulation.Run(TimeSpan.FromSeconds(3), mishaps: true);
                simulation.Join();
                simulation.Run(TimeSpan.FromSeconds(30), mishaps: true);
            },
            iter: 40));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(40)]
    public void Nodes_share_evenly_however_many_they_are(int nodes)
    {
        LeaseSimulation simulation = new(7, Partitions, drift: 0.01);
        for (var i = 0; i < nodes; i++)
        {
            simulation.Join();
            simulation.Run(TimeSpan.FromMilliseconds(300));
        }

        simulation.Run(2 * LeaseSimulation.Lease);
        var counts = simulation.Counts();
        Assert.Equal(Partitions, counts.Sum());
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);

        var fences = simulation.Rows.Select(static r => r.Fence).ToArray();
        simulation.Run(3 * LeaseSimulation.Lease);
        Assert.Equal(fences, simulation.Rows.Select(static r => r.Fence)); // and then nothing moves any more
    }

    [Fact]
    public void A_dead_node_is_replaced_when_its_leases_end()
    {
        var simulation = ThreeNodes();
        simulation.Kill(simulation.Nodes[1]);
        simulation.Run(LeaseSimulation.Lease + Grace);
        Assert.Equal([16, 16], simulation.Counts());
    }

    [Fact]
    public void A_node_that_drains_is_replaced_at_once()
    {
        var simulation = ThreeNodes();
        var node = simulation.Nodes[1];
        foreach (var partition in node.Leases.Drain())
        {
            node.Leases.GiveBack(partition);
        }

        Assert.Equal(0, simulation.Counts()[1]);
        simulation.Run(TimeSpan.FromMilliseconds(50)); // its request is on its way; then the others are told (NOTIFY)
        foreach (var other in simulation.Nodes)
        {
            other.Leases.Poke();
        }

        simulation.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal([16, 0, 16], simulation.Counts());
    }

    [Fact]
    public void What_one_step_of_work_still_needs_is_finished_before_it_is_given_back()
    {
        var simulation = ThreeNodes();
        var node = simulation.Nodes[0];
        var leaving = node.Leases.Drain();
        simulation.Run(3 * LeaseSimulation.Lease);
        Assert.Equal(leaving.Count, simulation.Counts()[0]); // renewed for as long as it takes
        Assert.Equal(leaving, node.Leases.Held.Select(static h => h.Partition));

        leaving.ToList().ForEach(node.Leases.GiveBack);
        Assert.Empty(node.Leases.Held); // no commit from here on
    }

    [Fact]
    public void A_lease_counts_from_before_the_request_was_sent_and_ends_by_itself()
    {
        PartitionLeases leases = new("a", TimeSpan.FromSeconds(10), new Random(1));
        var request = leases.Ask(At(0));
        Assert.Equal(Timeout.InfiniteTimeSpan, leases.Due(At(60))); // one request at a time
        leases.Told(request, new([new(0, "a", 1, TimeSpan.FromSeconds(10))], 1));

        Assert.Equal(TimeSpan.FromSeconds(2), leases.ValidFor(0, At(7)));
        Assert.Equal(TimeSpan.Zero, leases.ValidFor(0, At(9)));
        Assert.Equal(TimeSpan.Zero, leases.ValidFor(1, At(1)));
        Assert.Equal(TimeSpan.Zero, leases.ValidFor(0, At(1) with { Wall = At(9).Wall })); // the machine was suspended
        Assert.Equal(TimeSpan.FromSeconds(2), leases.ValidFor(0, At(7) with { Wall = At(-100).Wall })); // the time was set back
        Assert.InRange(leases.Due(At(0)), TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3.4));
    }

    [Fact]
    public void An_acquisition_whose_answer_was_lost_is_found_with_the_next()
    {
        PartitionLeases leases = new("a", TimeSpan.FromSeconds(10), new Random(1));
        leases.Ask(At(0));
        leases.Failed();
        Assert.Empty(leases.Held);
        Assert.InRange(leases.Due(At(0)), TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(1));

        var changes = leases.Told(leases.Ask(At(1)), new([new(3, "a", 5, TimeSpan.FromSeconds(10))], 1));
        Assert.Equal([new PartitionFence(3, 5)], changes.Gained);
    }

    [Fact]
    public void A_partition_that_came_back_with_another_fence_was_lost_in_between()
    {
        PartitionLeases leases = new("a", TimeSpan.FromSeconds(10), new Random(1));
        leases.Told(leases.Ask(At(0)), new([new(3, "a", 5, TimeSpan.FromSeconds(10))], 1));
        var changes = leases.Told(leases.Ask(At(30)), new([new(3, "a", 7, TimeSpan.FromSeconds(10))], 1));
        Assert.Equal([3], changes.Lost);
        Assert.Equal([new PartitionFence(3, 7)], changes.Gained);
    }

    private static LeaseSimulation ThreeNodes()
    {
        LeaseSimulation simulation = new(3, Partitions, drift: 0);
        for (var i = 0; i < 3; i++)
        {
            simulation.Join();
        }

        simulation.Run(3 * LeaseSimulation.Lease);
        Assert.Equal([11, 11, 10], simulation.Counts());
        return simulation;
    }

    private static ClockReading At(double seconds)
        => new(TimeSpan.FromSeconds(seconds), DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds));
}
