using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Cases;

/// <summary>What operators see and do about cases.</summary>
public sealed class CaseDesk(Database database, DurableTaskClient client, AuditLog audit)
{
    private const int MaxListed = 500;

    /// <summary>Lists cases, open ones first, then newest first.</summary>
    public Task<IReadOnlyList<Case>> ListAsync(bool onlyOpen, CancellationToken cancellationToken)
        => ListAsync(db => db.Cases.Where(c => !onlyOpen || c.ClosedAt == null), skip: 0, MaxListed, cancellationToken);

    /// <summary>Lists a page of cases, open ones first, then newest first.</summary>
    /// <param name="isOpen">Only those that are, or are not; null: all.</param>
    public Task<IReadOnlyList<Case>> PageAsync(bool? isOpen, int skip, int pageSize, CancellationToken cancellationToken)
        => ListAsync(db => db.Cases.Where(c => isOpen == null || (c.ClosedAt == null) == isOpen), skip, pageSize, cancellationToken);

    /// <summary>Lists a page of the cases that carry a label, without regard to case.</summary>
    /// <inheritdoc cref="PageAsync(bool?, int, int, CancellationToken)"/>
    /// <remarks>A label is the diagnosis's and no column: cases are looked through until the page is full.</remarks>
    public async Task<IReadOnlyList<Case>> PageAsync(bool? isOpen, string label, int skip, int pageSize, CancellationToken cancellationToken)
    {
        List<Case> found = [];
        for (var seen = 0; found.Count < skip + pageSize; seen += MaxListed)
        {
            var next = await PageAsync(isOpen, seen, MaxListed, cancellationToken);
            found.AddRange(next.Where(c => c.Labels.Contains(label, StringComparer.OrdinalIgnoreCase)));
            if (next.Count < MaxListed)
            {
                break;
            }
        }

        return [.. found.Skip(skip).Take(pageSize)];
    }

    public async Task<Case?> FindAsync(string caseId, CancellationToken cancellationToken)
        => (await ListAsync(db => db.Cases.Where(c => c.Id == caseId), skip: 0, take: 1, cancellationToken)) is [var found] ? found : null;

    /// <summary>Takes an operator's word that the cause is gone; the connection is verified before the case closes.</summary>
    /// <param name="reason">What was done, for the record; at least 3 characters.</param>
    public async Task<ResolveResult> ResolveAsync(string caseId, string actor, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);

        return await FindAsync(caseId, cancellationToken) switch
        {
            null => ResolveResult.NotFound,
            { IsOpen: false } => ResolveResult.AlreadyClosed,
            { Cause: OperatorAction.Reconnect } => ResolveResult.SignInRequired,
            _ => await RecordedAsync(caseId, new CaseResolved(actor, reason), cancellationToken),
        };
    }

    // The case closes in its workflow, when the connection is verified: what is recorded here is the word.
    private async Task<ResolveResult> RecordedAsync(string caseId, CaseResolved resolved, CancellationToken cancellationToken)
    {
        await audit.RecordAsync(AuditOutcome.Begun, before: null, after: null, cancellationToken);
        var outcome = AuditOutcome.Failed;
        try
        {
            var result = await TellAsync(caseId, resolved, cancellationToken);
            outcome = result == ResolveResult.Verifying ? AuditOutcome.Done : AuditOutcome.Refused;
            return result;
        }
        finally
        {
            await audit.RecordAsync(outcome, before: null, after: null, CancellationToken.None);
        }
    }

    internal async Task<ResolveResult> TellAsync(string caseId, CaseResolved resolved, CancellationToken cancellationToken)
        => await client.RaiseEventAsync(DeliveryNames.InstanceOfCase(caseId), ReconnectConnection.Resolved, resolved, cancellationToken)
            ? ResolveResult.Verifying
            : ResolveResult.AlreadyClosed;

    private Task<IReadOnlyList<Case>> ListAsync(
        Func<ProductDb, IQueryable<CaseRow>> select, int skip, int take, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<Case>>(
            async db =>
            {
                var rows = await select(db)
                    .OrderBy(c => c.ClosedAt != null)
                    .ThenByDescending(c => c.OpenedAt)
                    .ThenBy(c => c.Id)
                    .Skip(skip)
                    .Take(take)
                    .Select(c => new
                    {
                        Case = c,
                        Connection = db.Connections.Single(x => x.Id == c.ConnectionId),
                        Waiting = c.ParkedRuns.OrderBy(p => p.DeliveryId).Take(Case.MaxWaitingListed).Select(p => p.DeliveryId).ToList(), // they rise with time
                        Count = c.ParkedRuns.Count(),
                        Others = c.Others.OrderBy(o => o.ConnectionId).Select(o => o.ConnectionId).ToList(),
                    })
                    .AsSingleQuery()
                    .ToListAsync(cancellationToken);
                var waiting = await NamedAsync(db, rows.SelectMany(static r => r.Waiting), cancellationToken);
                return rows.ConvertAll(r => Case.From(
                    r.Case, r.Connection, [.. r.Waiting.Select(waiting.GetValueOrDefault).OfType<WaitingDelivery>()], r.Count) with
                {
                    OtherConnections = r.Others,
                });
            },
            cancellationToken);

    private static async Task<Dictionary<string, WaitingDelivery>> NamedAsync(ProductDb db, IEnumerable<string> deliveries, CancellationToken cancellationToken)
    {
        var named = new Dictionary<string, WaitingDelivery>(StringComparer.Ordinal);
        foreach (var ids in deliveries.Distinct(StringComparer.Ordinal).Chunk(1_000)) // an SQL statement takes only so many
        {
            var found = await db.Deliveries.Where(d => ids.Contains(d.Id))
                .Join(db.Reports, d => d.ReportId, r => r.Id, (d, r) => new WaitingDelivery(d.Id, r.Title)).ToListAsync(cancellationToken);
            found.ForEach(w => named[w.Id] = w);
        }

        return named;
    }
}
