using System.Runtime.InteropServices;

namespace TeamsWorkflows.DurableTask.Postgres.Leases;

/// <summary>A partition and the number of its acquisition: what a commit proves.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PartitionFence(int Partition, long Fence);

/// <summary>What a node says to the table of leases: I live, I keep what is mine, these I give up, and give me what I lack.</summary>
/// <param name="SentAt">Read before the request was sent: whatever it renews counts from then.</param>
/// <param name="Release">Partitions that this node has finished with.</param>
/// <param name="IsLeaving">Whether the node takes no more part: nothing is acquired, and the others share what it gives up.</param>
internal sealed record LeaseRequest(ClockReading SentAt, IReadOnlyList<int> Release, bool IsLeaving);

/// <param name="Partitions">All partitions of the hub, as they are after the request.</param>
/// <param name="Share">How many of them this node ought to have, given the nodes that live.</param>
internal sealed record LeaseAnswer(IReadOnlyList<LeaseRow> Partitions, int Share);

/// <param name="Owner">Null: nobody.</param>
/// <param name="Remaining">How long the lease still runs by the database's clock; negative or zero: it has ended.</param>
internal readonly record struct LeaseRow(int Partition, string? Owner, long Fence, TimeSpan Remaining);

/// <summary>What an answer means for whoever runs the partitions.</summary>
/// <param name="Gained">Now this node's: recover them and go on.</param>
/// <param name="Lost">Another node's: drop them at once, nothing of them may be written any more.</param>
/// <param name="Leaving">More than this node's share: finish what is running and give them back with <see cref="PartitionLeases.GiveBack"/>.</param>
internal sealed record LeaseChanges(
    IReadOnlyList<PartitionFence> Gained, IReadOnlyList<int> Lost, IReadOnlyList<int> Leaving)
{
    public bool IsEmpty => Gained.Count == 0 && Lost.Count == 0 && Leaving.Count == 0;
}

/// <summary>Where the leases are kept. One call is one transaction on the database's clock.</summary>
internal interface ILeaseTable : IDisposable
{
    /// <exception cref="IOException">The database is out of reach: nobody knows whether it happened.</exception>
    LeaseAnswer Exchange(LeaseRequest request);
}
