using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>What a write-ahead log holds, read before SQLite does: it drops what it cannot read, and says nothing.</summary>
/// <remarks>
/// Each page of the log carries the salts of the log's generation and a checksum over everything before it, so one changed
/// byte ends what can be read. Pages of the same generation behind it are transactions that would be lost.
/// </remarks>
/// <seealso href="https://www.sqlite.org/fileformat2.html#walformat"/>
/// <param name="ReadableBytes">How long the log is up to the end of the last transaction that can be read.</param>
/// <param name="LostTransactions">How many whole transactions lie behind the damage.</param>
/// <param name="EndsWithinPage">Whether the file ends within a page: a crash while it was written, or a copy that was cut off.</param>
internal readonly record struct SqliteLog(long ReadableBytes, int LostTransactions, bool EndsWithinPage)
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const uint Magic = 0x377f0682; // or one more: then the checksums are over big-endian words

    /// <returns>What the log holds; null: there is none, or it is empty.</returns>
    public static SqliteLog? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        return file.Length == 0 ? null : Read(file);
    }

    private static SqliteLog Read(Stream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.ContainsAnyExcept((byte)0))
        {
            return new(0, 0, EndsWithinPage: true); // a power cut came before the first transaction
        }

        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var pageSize = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        var sum = Add(default, header[..24], isBigEndian: (magic & 1) == 1);
        if (magic >> 1 != Magic >> 1 || pageSize is < 512 or > 65_536 || !sum.IsAt(header[24..]))
        {
            return new(0, file.Length < HeaderBytes + FrameHeaderBytes + 512 ? 0 : int.MaxValue, EndsWithinPage: false);
        }

        return ReadFrames(file, header, sum, new byte[FrameHeaderBytes + pageSize]);
    }

    private static SqliteLog ReadFrames(Stream file, ReadOnlySpan<byte> header, Sum sum, byte[] frame)
    {
        var isBigEndian = (BinaryPrimitives.ReadUInt32BigEndian(header) & 1) == 1;
        var (readable, lost, isWhole, at) = (0L, 0, true, (long)HeaderBytes);
        while (true)
        {
            var read = file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false);
            if (read < frame.Length)
            {
                return new(readable, lost, EndsWithinPage: read > 0);
            }

            at += frame.Length;
            var isCommit = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0;
            if (isWhole)
            {
                sum = Add(Add(sum, frame.AsSpan(0, 8), isBigEndian), frame.AsSpan(FrameHeaderBytes), isBigEndian);
                isWhole = frame.AsSpan(8, 8).SequenceEqual(header[16..24]) && sum.IsAt(frame.AsSpan(16));
                readable = isWhole && isCommit ? at : readable;
            }

            // One of the two salts is enough: the other may be what was damaged. Those of an older generation differ in both.
            if (!isWhole && isCommit && (frame.AsSpan(8, 4).SequenceEqual(header[16..20]) || frame.AsSpan(12, 4).SequenceEqual(header[20..24])))
            {
                lost++;
            }
        }
    }

    // SQLite's own: two running sums over pairs of words.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Sum Add(Sum sum, ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        var (a, b) = (sum.A, sum.B);
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        var isSwapped = isBigEndian == BitConverter.IsLittleEndian;
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            a += (isSwapped ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i]) + b;
            b += (isSwapped ? BinaryPrimitives.ReverseEndianness(words[i + 1]) : words[i + 1]) + a;
        }

        return new(a, b);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Sum(uint A, uint B)
    {
        public bool IsAt(ReadOnlySpan<byte> bytes)
            => BinaryPrimitives.ReadUInt32BigEndian(bytes) == A && BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) == B;
    }
}
