using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>CRC-32C over a row's key and contents: SQLite itself does not notice a changed byte inside a value.</summary>
/// <remarks>The processor computes it. The key is a part of it, so that a row in another's place is noticed, too.</remarks>
internal readonly struct Checksum(uint crc)
{
    public static long Of(long instanceKey, long turn, ReadOnlySpan<byte> events)
        => default(Checksum).Add(instanceKey).Add(turn).Add(events).Value;

    public static long Of(StoredMessage message) => default(Checksum)
        .Add(message.Sequence).Add(message.InstanceId).Add(message.ExecutionId).Add(message.ParentExecutionId).Add(message.Event).Value;

    public static long Of(InstanceRow row, string? tags) => default(Checksum)
        .Add(row.Key).Add(row.Id).Add(row.Name).Add((int)row.Status).Add(row.IsActive ? 1 : 0)
        .Add(row.TimerAt?.UtcTicks ?? -1).Add(row.CustomStatus).Add(row.CreatedAt.UtcTicks).Add(row.UpdatedAt.UtcTicks)
        .Add(row.Version).Add(row.ParentId).Add(tags).Add(row.CompletedAt?.UtcTicks ?? -1).Add(row.Waiting).Value;

    private long Value => crc;

    private Checksum Add(long value) => new(BitOperations.Crc32C(crc, (ulong)value));

    private Checksum Add(scoped ReadOnlySpan<byte> bytes)
    {
        var sum = BitOperations.Crc32C(crc, (uint)bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            sum = BitOperations.Crc32C(sum, word);
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, rest);
        }

        return new(sum);
    }

    private Checksum Add(byte[]? bytes) => bytes is null ? Add(-1) : Add(bytes.AsSpan());

    private Checksum Add(string? text)
    {
        if (text is null)
        {
            return Add(-1);
        }

        const int SmallText = 170; // UTF-8 takes at most three bytes per UTF-16 unit
        if (text.Length > SmallText)
        {
            return Add(Encoding.UTF8.GetBytes(text).AsSpan());
        }

        Span<byte> small = stackalloc byte[3 * SmallText];
        return Add(small[..Encoding.UTF8.GetBytes(text, small)]);
    }
}
