using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Audit;

/// <summary>Which entries to list, newest first. Every condition that is given must hold.</summary>
/// <param name="Actor">The sign-in name, as it stands in the log; null: anybody.</param>
/// <param name="Action">An action such as <c>case.resolve</c>, or a group such as <c>case</c>; null: any.</param>
/// <param name="Target">As it stands in the log, such as <c>connection/finance</c>; null: any.</param>
/// <param name="From">At or after this time.</param>
/// <param name="To">Before this time.</param>
/// <param name="Before">Only entries before this one; null: from the last.</param>
/// <param name="PageSize">1 to <see cref="MaxPageSize"/>.</param>
public sealed record AuditQuery(
    string? Actor = null,
    string? Action = null,
    string? Target = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    long? Before = null,
    int PageSize = 50)
{
    /// <summary>The largest page.</summary>
    public const int MaxPageSize = 500;
}

/// <summary>The audit log: appended to, read and verified; never changed.</summary>
public sealed class AuditLog(Database database, TimeProvider time)
{
    private const int ReadSize = 1_000;

    /// <summary>Takes down what an act that is done elsewhere than in the product's data is about to do, or came to.</summary>
    /// <remarks>Nothing where nobody's act is under way: the product itself keeps no such record.</remarks>
    /// <param name="before">JSON without secrets; null: nothing was there, or it is not known.</param>
    /// <param name="after">JSON without secrets; null: nothing is there, or it is not known.</param>
    public async Task RecordAsync(AuditOutcome outcome, string? before, string? after, CancellationToken cancellationToken)
    {
        if (AuditCall.Current is { } call)
        {
            call.Wrote(await database.WriteAsync(
                db => AuditTrail.AppendAsync(db, call, outcome, before, after, time.GetUtcNow(), cancellationToken), cancellationToken));
        }
    }

    /// <summary>Lists entries, newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.PageSize is < 1 or > AuditQuery.MaxPageSize)
        {
            throw new ArgumentException($"A page has 1 to {AuditQuery.MaxPageSize} entries.", nameof(query));
        }

        var rows = await database.ReadAsync(
            db => Select(db.AuditEntries, query).OrderByDescending(a => a.Sequence).Take(query.PageSize).ToListAsync(cancellationToken), cancellationToken);
        return rows.ConvertAll(static r => r.ToEntry());
    }

    /// <summary>Reads entries, oldest first, a part at a time.</summary>
    /// <param name="after">The last that is not read; 0: from the first.</param>
    /// <param name="upTo">The last that is read.</param>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(long after, long upTo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (List<AuditRow> rows; after < upTo; after = rows[^1].Sequence)
        {
            var last = after;
            rows = await database.ReadAsync(
                db => db.AuditEntries.Where(a => a.Sequence > last && a.Sequence <= upTo).OrderBy(a => a.Sequence).Take(ReadSize).ToListAsync(cancellationToken),
                cancellationToken);
            if (rows.Count == 0)
            {
                yield break;
            }

            foreach (var row in rows)
            {
                yield return row.ToEntry();
            }
        }
    }

    /// <summary>Reads the head: the last entry that was appended.</summary>
    public async Task<AuditHead> HeadAsync(CancellationToken cancellationToken) => (await EndAsync(cancellationToken)).Head;

    /// <summary>Verifies the whole log against its head, and against heads that were kept elsewhere.</summary>
    /// <remarks>What is appended meanwhile is left out.</remarks>
    public async Task<AuditVerdict> VerifyAsync(IReadOnlyCollection<AuditHead> kept, CancellationToken cancellationToken)
    {
        var (head, last) = await EndAsync(cancellationToken);
        var verdict = await AuditChain.VerifyAsync(
            ReadAsync(0, Math.Max(head.Sequence, last), cancellationToken), [head, .. kept], isWhole: true, cancellationToken);
        return verdict.IsIntact && last > head.Sequence
            ? verdict with { Break = new(AuditBreakKind.Replaced, head.Sequence + 1, $"The log's head names entry {head.Sequence}, and there is an entry {last}: the head was changed.") }
            : verdict;
    }

    // In one statement: both as they were at one moment.
    private async Task<(AuditHead Head, long Last)> EndAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db => db.AuditHeads.Where(h => h.Id == AuditHeadRow.Only)
                .Select(h => new { h.Sequence, h.Hash, Last = db.AuditEntries.Max(a => (long?)a.Sequence) ?? 0 }).ToListAsync(cancellationToken),
            cancellationToken);
        return rows is [var row]
            ? (new(row.Sequence, row.Hash), row.Last)
            : (AuditHead.None, await database.ReadAsync(db => db.AuditEntries.MaxAsync(a => (long?)a.Sequence, cancellationToken), cancellationToken) ?? 0);
    }

    private static IQueryable<AuditRow> Select(IQueryable<AuditRow> rows, AuditQuery query)
    {
        var group = query.Action + ".";
        return rows.Where(a => (query.Actor == null || a.Actor == query.Actor)
            && (query.Action == null || a.Action == query.Action || a.Action.StartsWith(group))
            && (query.Target == null || a.Target == query.Target)
            && (query.From == null || a.At >= query.From)
            && (query.To == null || a.At < query.To)
            && (query.Before == null || a.Sequence < query.Before));
    }
}
