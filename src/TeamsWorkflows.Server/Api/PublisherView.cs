using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Server.Api;

/// <summary>What one publisher may see: its own reports and their deliveries.</summary>
internal sealed class PublisherView(Database database, ReportDesk desk)
{
    public Task<bool> OwnsAsync(string publisher, string reportId, CancellationToken cancellationToken)
        => database.ReadAsync(
            db => db.Reports.AnyAsync(r => r.Id == reportId && r.Publisher == publisher, cancellationToken), cancellationToken);

    /// <summary>Lists the publisher's deliveries as <see cref="ReportDesk.ListDeliveriesAsync"/> lists all.</summary>
    public async Task<IReadOnlyList<Delivery>> ListDeliveriesAsync(
        string publisher, DeliveryState? state, string? before, int pageSize, CancellationToken cancellationToken)
    {
        var ids = await database.ReadAsync(
            db => db.Deliveries
                .Where(d => db.Reports.Any(r => r.Id == d.ReportId && r.Publisher == publisher))
                .Where(d => state == null || d.State == state)
                .Where(d => before == null || string.Compare(d.Id, before) < 0)
                .OrderByDescending(d => d.Id)
                .Take(pageSize)
                .Select(d => d.Id)
                .ToListAsync(cancellationToken),
            cancellationToken);
        var deliveries = new List<Delivery>(ids.Count);
        foreach (var id in ids)
        {
            if (await desk.FindDeliveryAsync(id, cancellationToken) is { } delivery)
            {
                deliveries.Add(delivery);
            }
        }

        return deliveries;
    }
}
