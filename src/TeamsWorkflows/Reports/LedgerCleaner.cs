using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Reports;

/// <summary>Takes away what is past its retention, some at a time; what has not ended stays.</summary>
public sealed class LedgerCleaner(Database database, TimeProvider time, IOptions<DeliveryOptions> options)
{
    /// <summary>The most reports that one call takes away.</summary>
    public const int BatchSize = 200;

    /// <summary>Takes away reports with all that belongs to them; their idempotency keys are free again.</summary>
    /// <returns>How many; fewer than <see cref="BatchSize"/>: there are no more.</returns>
    public Task<int> PurgeReportsAsync(CancellationToken cancellationToken) => options.Value.Retention is var retention && retention == TimeSpan.Zero
        ? Task.FromResult(0)
        : database.WriteAsync(
            async db =>
            {
                var reports = await Ended(db, time.GetUtcNow() - retention).Take(BatchSize).ToListAsync(cancellationToken);
                if (reports.Count == 0)
                {
                    return 0;
                }

                var deliveries = db.Deliveries.Where(d => reports.Contains(d.ReportId)).Select(d => d.Id);
                await db.Attempts.Where(a => deliveries.Contains(a.DeliveryId)).ExecuteDeleteAsync(cancellationToken);
                await db.DeliveryWords.Where(w => deliveries.Contains(w.DeliveryId)).ExecuteDeleteAsync(cancellationToken);
                await db.ParkedRuns.Where(p => deliveries.Contains(p.DeliveryId)).ExecuteDeleteAsync(cancellationToken);
                await db.Deliveries.Where(d => reports.Contains(d.ReportId)).ExecuteDeleteAsync(cancellationToken);
                await db.Attachments.Where(a => reports.Contains(a.ReportId)).ExecuteDeleteAsync(cancellationToken);
                await db.ApprovalLinks.Where(l => reports.Contains(l.ReportId)).ExecuteDeleteAsync(cancellationToken);
                await db.ApprovalDecisions.Where(d => reports.Contains(d.ReportId)).ExecuteDeleteAsync(cancellationToken);
                await db.Approvers.Where(a => reports.Contains(a.ReportId)).ExecuteDeleteAsync(cancellationToken);
                await db.Approvals.Where(a => reports.Contains(a.ReportId)).ExecuteDeleteAsync(cancellationToken);
                await db.Reports.Where(r => reports.Contains(r.Id)).ExecuteDeleteAsync(cancellationToken);
                return reports.Count;
            },
            cancellationToken);

    /// <summary>Takes away the bytes of attachments; the ledger keeps their names and sizes.</summary>
    /// <returns>Of how many reports; fewer than <see cref="BatchSize"/>: there are no more.</returns>
    public Task<int> PurgeAttachmentsAsync(CancellationToken cancellationToken) => options.Value.AttachmentRetention is var retention && retention == TimeSpan.Zero
        ? Task.FromResult(0)
        : PurgeAttachmentsAsync(time.GetUtcNow() - retention, cancellationToken);

    // From the few reports that still have attachments, and read before the transaction that writes.
    private async Task<int> PurgeAttachmentsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var reports = await database.ReadAsync(
            db =>
            {
                var ended = Ended(db, before);
                return db.Attachments.Select(a => a.ReportId).Distinct().Where(id => ended.Contains(id)).Take(BatchSize).ToListAsync(cancellationToken);
            },
            cancellationToken);
        if (reports.Count > 0)
        {
            await database.WriteAsync(
                db => db.Attachments.Where(a => reports.Contains(a.ReportId)).ExecuteDeleteAsync(cancellationToken), cancellationToken);
        }

        return reports.Count;
    }

    private static IQueryable<string> Ended(ProductDb db, DateTimeOffset before)
    {
        var ends = DeliveryStates.Ends;
        return db.Reports
            .Where(r => r.CreatedAt < before && db.Deliveries.Where(d => d.ReportId == r.Id).All(d => ends.Contains(d.State) && d.UpdatedAt < before))
            .OrderBy(r => r.CreatedAt)
            .Select(r => r.Id);
    }
}
