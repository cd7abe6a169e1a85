using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TeamsWorkflows.Audit;

/// <summary>The chain that the entries of an audit log form: each holds the hash of the one before.</summary>
/// <remarks>
/// Pure: it knows no database, so that a log can be verified where it lies, over an export, or on another machine. It
/// finds an entry that was changed, taken out, put in or moved. That entries were cut off at the end it finds with the help
/// of a head that was kept elsewhere (<see cref="End"/>). It does not find that somebody who may write everything, the head
/// included, wrote a whole new chain: only a copy of an older head does.
/// </remarks>
public sealed class AuditChain
{
    /// <summary>What the first entry names as the hash before it.</summary>
    public static string Genesis { get; } = new('0', SHA256.HashSizeInBytes * 2);

    private AuditHead? _last;

    private AuditChain(AuditHead? last) => _last = last;

    /// <summary>Begins with the first entry of a log.</summary>
    public static AuditChain FromTheFirst() => new(AuditHead.None);

    /// <summary>Begins with whatever entry comes first: what was before it cannot be judged.</summary>
    public static AuditChain FromAnywhere() => new(null);

    /// <summary>Gets how many entries were looked at.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the last entry that was looked at.</summary>
    public AuditHead Head => _last ?? AuditHead.None;

    /// <returns>The hash that an entry must have. Its own is not looked at.</returns>
    public static string HashOf(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, entry.PreviousHash);
        Add(hash, entry.Sequence);
        Add(hash, entry.At.UtcTicks);
        foreach (var text in (string?[])
            [entry.Actor, entry.ActorId, entry.Role, entry.Action, entry.Target, entry.Reason, entry.Outcome.ToString(), entry.Before, entry.After])
        {
            Add(hash, text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Looks at the next entry.</summary>
    /// <returns>What is wrong with it; null: nothing.</returns>
    public AuditBreak? Add(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);

        var last = _last ?? new(entry.Sequence - 1, entry.PreviousHash);
        if (entry.Sequence != last.Sequence + 1)
        {
            return new(AuditBreakKind.Missing, last.Sequence + 1, $"Entry {last.Sequence + 1} is missing: entry {entry.Sequence} follows entry {last.Sequence}.");
        }

        if (entry.PreviousHash != last.Hash)
        {
            return new(AuditBreakKind.Unlinked, entry.Sequence, $"Entry {entry.Sequence} does not follow the entry before it: one of the two was replaced.");
        }

        if (entry.Hash != HashOf(entry))
        {
            return new(AuditBreakKind.Altered, entry.Sequence, $"Entry {entry.Sequence} was changed after it was written: its hash is another.");
        }

        _last = new(entry.Sequence, entry.Hash);
        Count++;
        return null;
    }

    /// <summary>Compares the end with a head that was kept elsewhere.</summary>
    /// <param name="expected">A head of the same log that was true when it was kept, at or behind the last entry.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public AuditBreak? End(AuditHead expected)
    {
        ArgumentNullException.ThrowIfNull(expected);

        return expected.Sequence > Head.Sequence
            ? new(AuditBreakKind.Truncated, Head.Sequence + 1, $"The log ends with entry {Head.Sequence}, and there was an entry {expected.Sequence}: its end was cut off.")
            : expected.Sequence == Head.Sequence && expected.Hash != Head.Hash
                ? new(AuditBreakKind.Replaced, expected.Sequence, $"Entry {expected.Sequence} is not the one that was there: the log was written anew.")
                : null;
    }

    /// <summary>Verifies a whole log.</summary>
    /// <param name="heads">Heads that were kept elsewhere, in any order.</param>
    /// <param name="isWhole">Whether the entries begin with the log's first.</param>
    public static async Task<AuditVerdict> VerifyAsync(
        IAsyncEnumerable<AuditEntry> entries, IReadOnlyCollection<AuditHead> heads, bool isWhole, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(heads);

        var chain = isWhole ? FromTheFirst() : FromAnywhere();
        var waiting = heads.ToLookup(static h => h.Sequence);
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            if ((chain.Add(entry) ?? waiting[entry.Sequence].Select(chain.End).FirstOrDefault(static b => b is not null)) is { } found)
            {
                return new(chain.Count, chain.Head, found);
            }
        }

        return new(chain.Count, chain.Head, heads.Where(h => h.Sequence > chain.Head.Sequence).Select(chain.End).FirstOrDefault());
    }

    // Each text with its length, so that no two entries come to the same bytes; no text is another than an empty one.
    private static void Add(IncrementalHash hash, string? text)
    {
        Add(hash, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
        hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
    }

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}

/// <summary>What a verification came to.</summary>
/// <param name="Entries">How many entries were found sound, from the first.</param>
/// <param name="Head">The last of them.</param>
/// <param name="Break">What is wrong with the next; null: the whole log is sound.</param>
public sealed record AuditVerdict(long Entries, AuditHead Head, AuditBreak? Break)
{
    /// <summary>Gets a value indicating whether nothing is wrong.</summary>
    public bool IsIntact => Break is null;
}

/// <param name="Sequence">The entry from which on the log proves nothing.</param>
/// <param name="Why">A sentence that says what was found.</param>
public sealed record AuditBreak(AuditBreakKind Kind, long Sequence, string Why);

/// <summary>How a log is not what it was.</summary>
public enum AuditBreakKind
{
    /// <summary>An entry was taken out.</summary>
    Missing,

    /// <summary>An entry does not hold the hash of the one before.</summary>
    Unlinked,

    /// <summary>An entry does not have the hash that its content comes to.</summary>
    Altered,

    /// <summary>Entries were cut off at the end.</summary>
    Truncated,

    /// <summary>The chain holds together, and is another than the one that a head was kept of.</summary>
    Replaced,

    /// <summary>A line of an export cannot be read.</summary>
    Unreadable,
}
