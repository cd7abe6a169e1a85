using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Console;

/// <summary>What people call a delivery: its report's title.</summary>
internal sealed class DeliveryTitles(Database database)
{
    /// <returns>Titles by the delivery's identifier.</returns>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(
        IReadOnlyList<string> deliveryIds, CancellationToken cancellationToken)
        => await database.ReadAsync(
            db => db.Deliveries.Where(d => deliveryIds.Contains(d.Id))
                .Join(db.Reports, d => d.ReportId, r => r.Id, (d, r) => new { d.Id, r.Title })
                .ToDictionaryAsync(x => x.Id, x => x.Title, StringComparer.Ordinal, cancellationToken),
            cancellationToken);
}
