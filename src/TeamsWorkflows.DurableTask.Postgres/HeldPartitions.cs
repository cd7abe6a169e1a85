using TeamsWorkflows.DurableTask.Postgres.Leases;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>The partitions that a commit must prove, as the columns that the proof takes.</summary>
internal sealed class HeldPartitions
{
    private readonly HashSet<int> _set;

    public HeldPartitions(IEnumerable<PartitionFence> held)
    {
        PartitionFence[] ordered = [.. held.OrderBy(static h => h.Partition)];
        Ids = [.. ordered.Select(static h => (short)h.Partition)];
        Fences = [.. ordered.Select(static h => h.Fence)];
        _set = [.. ordered.Select(static h => h.Partition)];
    }

    /// <summary>Gets the partitions, ascending: locks are taken in this order by everybody.</summary>
    public short[] Ids { get; }

    public long[] Fences { get; }

    /// <returns>The number of the acquisition; null: it is not held.</returns>
    public long? FenceOf(int partition) => Array.IndexOf(Ids, (short)partition) is >= 0 and var i ? Fences[i] : null;

    public bool Holds(int partition) => _set.Contains(partition);
}
