using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Deliveries.Digests;

/// <summary>Reads what a delivery posts: its report, or the digest that it leads.</summary>
internal sealed class DigestReader(Database database)
{
    /// <remarks>A digest is closed before it is posted: nobody joins it any more. Others may leave it as long as nothing of it can be there.</remarks>
    public async Task<ReportDocument> ReadAsync(AttemptSubject subject)
    {
        var own = ReportDocument.From(subject.Report);
        if (subject.Delivery.DigestId != subject.Delivery.Id)
        {
            return own;
        }

        var parts = await database.ReadAsync(
            db => db.Deliveries.Where(d => d.DigestId == subject.Delivery.Id).OrderBy(static d => d.Id)
                .Join(db.Reports, d => d.ReportId, r => r.Id, (delivery, report) => new { delivery, report }).ToListAsync(CancellationToken.None),
            CancellationToken.None);
        return parts.Count == 1 ? own : DigestDocument.Of(
            parts.OrderBy(static p => p.delivery.Id, StringComparer.Ordinal)
                .Select(static p => new DigestPart(ReportDocument.From(p.report), p.delivery.CreatedAt, p.delivery.MailMessageId is not null)).ToArray(),
            subject.Delivery.UpdatedAt);
    }
}
