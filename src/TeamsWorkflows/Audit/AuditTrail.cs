using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Audit;

/// <summary>Appends to the log within a transaction.</summary>
/// <remarks>
/// Every append changes the one row of the head. Of two transactions that do so at the same time, the database lets one
/// through and has the other begin anew (<see cref="Database"/>): whatever the number of nodes, the chain has no fork.
/// </remarks>
internal static class AuditTrail
{
    private const int MaxText = 1_000;

    /// <summary>Runs a write as a part of an act, and appends what it changed.</summary>
    /// <returns>What the write gave, and the entry; null: it changed nothing.</returns>
    public static async Task<(T Result, AuditHead? Head)> RecordAsync<T>(
        ProductDb db, Func<ProductDb, Task<T>> write, AuditCall call, TimeProvider time, CancellationToken cancellationToken)
    {
        call.Enter();
        var changes = new AuditChanges();
        void Take(object? sender, SavingChangesEventArgs e) => changes.Take(db);
        db.SavingChanges += Take;
        T result;
        try
        {
            result = await write(db);
        }
        finally
        {
            db.SavingChanges -= Take;
        }

        changes.Take(db);
        return (result, changes.IsEmpty
            ? null
            : await AppendAsync(db, call, AuditOutcome.Done, changes.Before(), changes.After(), time.GetUtcNow(), cancellationToken));
    }

    /// <param name="before">JSON; null: nothing was there.</param>
    /// <param name="after">JSON; null: nothing is there.</param>
    /// <returns>The entry; it is not durable yet.</returns>
    public static async Task<AuditHead> AppendAsync(
        ProductDb db, AuditCall call, AuditOutcome outcome, string? before, string? after, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var head = await db.AuditHeads.SingleOrDefaultAsync(h => h.Id == AuditHeadRow.Only, cancellationToken);
        if (head is null)
        {
            head = new() { Id = AuditHeadRow.Only, Sequence = 0, Hash = AuditChain.Genesis };
            db.AuditHeads.Add(head);
        }

        var last = await db.AuditEntries.OrderByDescending(a => a.Sequence).Select(a => new { a.Sequence, a.Hash }).FirstOrDefaultAsync(cancellationToken);
        if (last?.Sequence > head.Sequence)
        {
            (head.Sequence, head.Hash) = (last.Sequence, last.Hash); // somebody took the head away: what is there goes on
        }

        var entry = new AuditEntry(
            head.Sequence + 1,
            now.ToUniversalTime(),
            Cut(call.Actor.Name),
            Cut(call.Actor.Id),
            Cut(call.Actor.Role),
            call.Action,
            Cut(call.Target),
            Redaction.Body(call.Reason) is { } reason ? Cut(reason) : null,
            outcome,
            before,
            after,
            head.Hash,
            Hash: "");
        entry = entry with { Hash = AuditChain.HashOf(entry) };
        db.AuditEntries.Add(AuditRow.From(entry));
        (head.Sequence, head.Hash) = (entry.Sequence, entry.Hash);
        return new(entry.Sequence, entry.Hash);
    }

    // As it is stored: PostgreSQL takes no NUL, and the hash is over what is stored.
    private static string Cut(string text)
    {
        var clean = text.Replace("\0", "", StringComparison.Ordinal);
        return ColumnText.Cut(clean, MaxText);
    }
}
