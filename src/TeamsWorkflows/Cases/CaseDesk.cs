using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Cases;

/// <summary>What operators see and do about cases.</summary>
public sealed class CaseDesk(Database database, DurableTaskClient client)
{
    /// <summary>Lists cases, open ones first, then newest first.</summary>
    public Task<IReadOnlyList<Case>> ListAsync(bool onlyOpen, CancellationToken cancellationToken)
        => ListAsync(db => db.Cases.Where(c => !onlyOpen || c.ClosedAt == null), cancellationToken);

    public async Task<Case?> FindAsync(string caseId, CancellationToken cancellationToken)
        => (await ListAsync(db => db.Cases.Where(c => c.Id == caseId), cancellationToken)) is [var found] ? found : null;

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
            _ => await TellAsync(caseId, new CaseResolved(actor, reason), cancellationToken),
        };
    }

    internal async Task<ResolveResult> TellAsync(string caseId, CaseResolved resolved, CancellationToken cancellationToken)
        => await client.RaiseEventAsync(DeliveryNames.InstanceOfCase(caseId), ReconnectConnection.Resolved, resolved, cancellationToken)
            ? ResolveResult.Verifying
            : ResolveResult.AlreadyClosed;

    private async Task<IReadOnlyList<Case>> ListAsync(
        Func<ProductDb, IQueryable<CaseRow>> select, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db => select(db).Include(c => c.ParkedRuns)
                .Join(db.Connections, c => c.ConnectionId, c => c.Id, (@case, connection) => new { @case, connection })
                .OrderBy(x => x.@case.ClosedAt != null)
                .ThenByDescending(x => x.@case.OpenedAt)
                .Take(500)
                .ToListAsync(cancellationToken),
            cancellationToken);
        return rows.ConvertAll(x => Case.From(x.@case, x.connection));
    }
}
