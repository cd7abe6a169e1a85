using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Audit;

/// <summary>A log as a file: JSON Lines, an entry in each, and the log's head in the last.</summary>
public static class AuditExport
{
    /// <summary>The media type.</summary>
    public const string ContentType = "application/jsonl";

    /// <summary>Writes entries and, behind them, the head that was true before the first was read.</summary>
    public static async Task WriteAsync(Stream file, IAsyncEnumerable<AuditEntry> entries, AuditHead head, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(head);

        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            await JsonSerializer.SerializeAsync(file, entry, AuditJson.Default.AuditEntry, cancellationToken);
            await file.WriteAsync("\n"u8.ToArray(), cancellationToken);
        }

        await JsonSerializer.SerializeAsync(file, new HeadLine(head), AuditJson.Default.HeadLine, cancellationToken);
        await file.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>Verifies an export.</summary>
    /// <param name="heads">Heads that were kept elsewhere, beside the one in the file.</param>
    /// <param name="isWhole">Whether it has to begin with entry 1; otherwise it is verified from whatever entry it begins with.</param>
    /// <remarks>One without its last line was cut off.</remarks>
    public static async Task<AuditVerdict> VerifyAsync(
        Stream file, IReadOnlyCollection<AuditHead> heads, bool isWhole, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(heads);

        var reading = new Reading(file);
        var verdict = await AuditChain.VerifyAsync(reading.EntriesAsync(cancellationToken), heads, isWhole, cancellationToken);
        if (!verdict.IsIntact)
        {
            return verdict;
        }

        AuditBreak? found = reading switch
        {
            { Unreadable: { } line } => new(AuditBreakKind.Unreadable, verdict.Head.Sequence + 1, $"Line {line} is no entry of an audit log."),
            { Head: null } => new(AuditBreakKind.Truncated, verdict.Head.Sequence + 1, "The last line of the file, which names the log's head, is missing: the end was cut off."),
            { Head: { } head } when head != verdict.Head && verdict.Entries > 0 => new(
                AuditBreakKind.Truncated, verdict.Head.Sequence + 1, $"The file ends with entry {verdict.Head.Sequence}, and its last line names entry {head.Sequence}."),
            _ => null,
        };
        return verdict with { Break = found };
    }

    private sealed class Reading(Stream file)
    {
        public AuditHead? Head { get; private set; }

        public int? Unreadable { get; private set; }

        public async IAsyncEnumerable<AuditEntry> EntriesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
            for (var number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
            {
                if (Head is not null || !TryRead(line, out var entry))
                {
                    Unreadable = number;
                    yield break;
                }

                if (entry is not null)
                {
                    yield return entry;
                }
            }
        }

        private bool TryRead(string line, out AuditEntry? entry)
        {
            entry = null;
            try
            {
                if (line.StartsWith("{\"head\":", StringComparison.Ordinal))
                {
                    Head = JsonSerializer.Deserialize(line, AuditJson.Default.HeadLine)?.Head;
                    return Head is not null;
                }

                entry = JsonSerializer.Deserialize(line, AuditJson.Default.AuditEntry);
                return entry is not null;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }
}

internal sealed record HeadLine(AuditHead Head);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(HeadLine))]
internal sealed partial class AuditJson : JsonSerializerContext;
