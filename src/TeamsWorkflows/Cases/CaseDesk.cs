using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Cases;

/// <summary>What operators see and do about cases.</summary>
public sealed partial class CaseDesk(Database database, DurableTaskClient client, AuditLog audit, ILogger<CaseDesk> logger)
{
    private const int MaxListed = 500;

    /// <summary>The most cases that are looked through for a label.</summary>
    public const int MaxSearched = 10 * MaxListed;

    /// <summary>The open cases that come first: those that most reports wait for, then the oldest.</summary>
    /// <returns>At most <paramref name="count"/>, and how many are open.</returns>
    public async Task<(IReadOnlyList<Case> First, int Open)> UrgentAsync(int count, CancellationToken cancellationToken)
    {
        // By their identifiers first: what a case carries is only read for those that are shown.
        var (ids, open) = await database.ReadAsync(
            async db => (
                await db.Cases.Where(c => c.ClosedAt == null).OrderByDescending(c => c.ParkedRuns.Count()).ThenBy(c => c.OpenedAt).ThenBy(c => c.Id)
                    .Take(count).Select(c => c.Id).ToListAsync(cancellationToken),
                await db.Cases.CountAsync(c => c.ClosedAt == null, cancellationToken)),
            cancellationToken);
        var found = await ListAsync(db => db.Cases.Where(c => ids.Contains(c.Id)), skip: 0, count, cancellationToken);
        return ([.. found.OrderBy(c => ids.IndexOf(c.Id))], open);
    }

    /// <summary>Lists a page of cases, open ones first, then newest first.</summary>
    /// <param name="isOpen">Only those that are, or are not; null: all.</param>
    public Task<IReadOnlyList<Case>> PageAsync(bool? isOpen, int skip, int pageSize, CancellationToken cancellationToken)
        => ListAsync(db => db.Cases.Where(c => isOpen == null || (c.ClosedAt == null) == isOpen), skip, pageSize, cancellationToken);

    /// <summary>Lists a page of the cases that carry a label, without regard to case.</summary>
    /// <inheritdoc cref="PageAsync(bool?, int, int, CancellationToken)"/>
    /// <remarks>
    /// A label is the diagnosis's and no column: cases are looked through until the page is full, without what only a page shows.
    /// Of more than 5,000, those that come last are not looked through: then say which by <paramref name="isOpen"/>.
    /// </remarks>
    public async Task<IReadOnlyList<Case>> PageAsync(bool? isOpen, string label, int skip, int pageSize, CancellationToken cancellationToken)
    {
        List<string> found = [];
        for (var seen = 0; found.Count < skip + pageSize && seen < MaxSearched; seen += MaxListed)
        {
            var from = seen;
            var next = await database.ReadAsync(
                db => Ordered(db.Cases.Where(c => isOpen == null || (c.ClosedAt == null) == isOpen)).Skip(from).Take(MaxListed)
                    .Select(static c => new { c.Id, c.ConnectionId, c.Cause, c.Diagnosis }).ToListAsync(cancellationToken),
                cancellationToken);
            found.AddRange(next
                .Where(c => Case.LabelsOf(c.ConnectionId, c.Cause, WorkflowJson.Read<Diagnosis>(c.Diagnosis)!).Contains(label, StringComparer.OrdinalIgnoreCase))
                .Select(static c => c.Id));
            if (next.Count < MaxListed)
            {
                break;
            }
        }

        var ids = found.Skip(skip).Take(pageSize).ToArray();
        return ids.Length == 0 ? [] : await ListAsync(db => db.Cases.Where(c => ids.Contains(c.Id)), skip: 0, ids.Length, cancellationToken);
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
        ResolveResult result;
        try
        {
            result = await TellAsync(caseId, resolved, cancellationToken);
        }
        catch
        {
            await RecordFailureAsync(caseId);
            throw;
        }

        await audit.RecordAsync(
            result == ResolveResult.Verifying ? AuditOutcome.Done : AuditOutcome.Refused, before: null, after: null, CancellationToken.None);
        return result;
    }

    // What failed first is what the caller has to hear of.
    private async Task RecordFailureAsync(string caseId)
    {
        try
        {
            await audit.RecordAsync(AuditOutcome.Failed, before: null, after: null, CancellationToken.None);
        }
        catch (Exception e) when (DatabaseFailure.IsOfDatabase(e) || e is InvalidOperationException)
        {
            Log.NotRecorded(logger, caseId, e);
        }
    }

    internal async Task<ResolveResult> TellAsync(string caseId, CaseResolved resolved, CancellationToken cancellationToken)
        => await client.RaiseEventAsync(DeliveryNames.InstanceOfCase(caseId), ReconnectConnection.Resolved, resolved, cancellationToken)
            ? ResolveResult.Verifying
            : ResolveResult.AlreadyClosed;

    private static IQueryable<CaseRow> Ordered(IQueryable<CaseRow> cases)
        => cases.OrderBy(c => c.ClosedAt != null).ThenByDescending(c => c.OpenedAt).ThenBy(c => c.Id);

    private Task<IReadOnlyList<Case>> ListAsync(
        Func<ProductDb, IQueryable<CaseRow>> select, int skip, int take, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<Case>>(
            async db =>
            {
                var rows = await Ordered(select(db))
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
                var ids = rows.ConvertAll(static r => r.Case.Id); // never more than a page
                var ticks = (await db.StepTicks.Where(t => ids.Contains(t.CaseId)).ToListAsync(cancellationToken))
                    .ToLookup(static t => t.CaseId, static t => new StepTick(t.Runbook, t.Step, t.Actor, t.At), StringComparer.Ordinal);
                return rows.ConvertAll(r =>
                {
                    var found = Case.From(r.Case, r.Connection, [.. r.Waiting.Select(waiting.GetValueOrDefault).OfType<WaitingDelivery>()], r.Count);
                    return found with { OtherConnections = r.Others, Steps = CaseStep.Of(RunbookShelf.Find(found.Diagnosis.Runbook), [.. ticks[r.Case.Id]]) };
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "That the word about case {CaseId} failed could not be recorded")]
        public static partial void NotRecorded(ILogger logger, string caseId, Exception reason);
    }
}
