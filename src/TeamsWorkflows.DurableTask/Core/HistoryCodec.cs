using Google.Protobuf;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>History as the protocol's protobuf: the same bytes on disk and on the wire. One row is one turn.</summary>
public static class HistoryCodec
{
    /// <summary>Encodes events as one <c>HistoryChunk</c>.</summary>
    public static byte[] Encode(IReadOnlyList<HistoryEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);

        var chunk = new HistoryChunk();
        for (var i = 0; i < events.Count; i++)
        {
            chunk.Events.Add(ProtoMapper.ToProto(events[i]));
        }

        return chunk.ToByteArray();
    }

    /// <summary>Encodes events behind others that are encoded already, which need not be encoded again.</summary>
    public static byte[] Append(byte[] encoded, IReadOnlyList<HistoryEvent> events)
    {
        ArgumentNullException.ThrowIfNull(encoded);

        return events is { Count: 0 } ? encoded : [.. encoded, .. Encode(events)]; // a chunk behind a chunk is a chunk
    }

    /// <summary>Gets the size of an event on the wire, in bytes.</summary>
    public static int SizeOf(HistoryEvent historyEvent) => ProtoMapper.ToProto(historyEvent).CalculateSize();

    /// <summary>Decodes what <see cref="Encode"/> made.</summary>
    /// <exception cref="InvalidDataException">The bytes are no <c>HistoryChunk</c>, or hold an event that this release does not know.</exception>
    public static IEnumerable<HistoryEvent> Decode(byte[] chunk) => Parse(chunk).Events.Select(ProtoMapper.FromProto);

    private static HistoryChunk Parse(byte[] chunk)
    {
        try
        {
            return HistoryChunk.Parser.ParseFrom(chunk);
        }
        catch (InvalidProtocolBufferException e) // an IOException, which says to others that the disk or the network is away
        {
            throw new InvalidDataException($"Stored events cannot be read: {e.Message}", e);
        }
    }
}
