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

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes away all that is past its retention, with a breath between its pieces so that nobody waits for it.</summary>
    /// <returns>From how many reports the bytes of attachments were taken, and how many reports were taken whole.</returns>
    public async Task<(int Attachments, int Reports)> CleanAsync(CancellationToken cancellationToken)
        => (await RepeatAsync(PurgeAttachmentsAsync, cancellationToken), await RepeatAsync(PurgeReportsAsync, cancellationToken));

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
                await db.Digests.Where(d => deliveries.Contains(d.Id)).ExecuteDeleteAsync(cancellationToken);
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

    private async Task<int> RepeatAsync(Func<CancellationToken, Task<int>> purge, CancellationToken cancellationToken)
    {
        var all = 0;
        while (true)
        {
            var some = await purge(cancellationToken);
            all += some;
            if (some < BatchSize)
            {
                return all;
            }

            await Task.Delay(Breath, time, cancellationToken);
        }
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
