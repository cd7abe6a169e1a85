using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Server.Console;

/// <summary>Counts for the home page.</summary>
internal sealed class HomeBoard(Database database, TimeProvider time)
{
    /// <summary>How many of today's deliveries (UTC) are in which state; states without any are left out.</summary>
    public async Task<IReadOnlyList<(DeliveryState State, int Count)>> TodayAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = now - now.TimeOfDay;
        var counts = await database.ReadAsync(
            db => db.Deliveries.Where(d => d.CreatedAt >= today)
                .GroupBy(d => d.State)
                .Select(g => new { State = g.Key, Count = g.Count() })
                .ToListAsync(cancellationToken),
            cancellationToken);
        return counts.OrderBy(c => c.State).Select(c => (c.State, c.Count)).ToArray();
    }
}
