using System.Text;

namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>Which partition of a task hub an instance lives in. The same for ever, on every machine and in every release.</summary>
/// <remarks>
/// FNV-1a over the identifier's UTF-8, mixed once more (its low bits alone are weak), and scaled to the number of partitions.
/// Rows are where this function said: to change it is to move every hub's data.
/// </remarks>
public static class InstancePartition
{
    private const int SmallId = 256; // what most identifiers need, without an allocation

    /// <param name="partitions">How many partitions the hub has, at least 1.</param>
    /// <returns>From 0 to <paramref name="partitions"/> - 1.</returns>
    public static int Of(string instanceId, int partitions)
    {
        ArgumentNullException.ThrowIfNull(instanceId);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);

        Span<byte> small = stackalloc byte[3 * SmallId];
        var utf8 = instanceId.Length <= SmallId ? small[..Encoding.UTF8.GetBytes(instanceId, small)] : Encoding.UTF8.GetBytes(instanceId);
        return (int)Math.BigMul(Mix(Fnv1a(utf8)), (ulong)partitions, out _);
    }

    private static ulong Fnv1a(ReadOnlySpan<byte> bytes)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 1_099_511_628_211UL;
        }

        return hash;
    }

    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }
}
