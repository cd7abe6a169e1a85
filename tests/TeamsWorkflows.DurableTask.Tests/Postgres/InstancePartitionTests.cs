using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

public sealed class InstancePartitionTests
{
    [Theory]
    [InlineData("", 29)]
    [InlineData("a", 16)]
    [InlineData("order-1", 9)]
    [InlineData("0193a4f07c1a7d6e8b5f2c3d4e5f6a7b", 16)]
    [InlineData("ünïcode 🧾", 20)]
    public void An_instance_lives_where_it_always_did(string instanceId, int partition)
        => Assert.Equal(partition, InstancePartition.Of(instanceId, 32));

    [Fact]
    public void Long_identifiers_have_their_place_too()
        => Assert.Equal(4, InstancePartition.Of(new string('x', 1_000), 32));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(32)]
    public void Identifiers_that_look_alike_are_spread_evenly(int partitions)
    {
        const int Each = 1_000;
        foreach (var format in new[] { "{0}", "order-{0:D8}", "0193a4f07c1a7d6e8b5f{0:x12}", "{0}-tail" })
        {
            var counts = new int[partitions];
            for (var i = 0; i < Each * partitions; i++)
            {
                counts[InstancePartition.Of(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i), partitions)]++;
            }

            Assert.All(counts, count => Assert.InRange(count, Each * 0.85, Each * 1.15));
        }
    }
}
