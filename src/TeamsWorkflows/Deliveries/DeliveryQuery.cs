using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Deliveries;

/// <summary>Which deliveries of the ledger, newest first.</summary>
/// <param name="Publisher">Only those of this publisher's reports; null: everybody's.</param>
/// <param name="From">Only those that were handed over then or later; null: from the beginning.</param>
/// <param name="To">Only those that were handed over before; null: up to now.</param>
/// <param name="Before">Only those that come after this delivery in the list: the last one of the page before.</param>
/// <param name="PageSize">1 to <see cref="MaxPageSize"/>; outside of that, the nearest.</param>
public sealed record DeliveryQuery(
    string? Publisher = null,
    DeliveryState? State = null,
    string? Connection = null,
    string? Channel = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Before = null,
    int PageSize = 50)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPageSize = 200;

    /// <summary>The longest part of a title that is looked for.</summary>
    public const int MaxTitleLength = ReportLimits.MaxTitleLength;

    /// <summary>Gets a part of the report's title, in any casing; null: any title. It has no index: the newest are looked at first.</summary>
    public string? Title { get; init; }

    /// <summary>Selects a page, in its order; each filter but the title has an index in that order.</summary>
    internal async Task<IQueryable<DeliveryRow>?> SelectAsync(ProductDb db, CancellationToken cancellationToken)
    {
        var rows = Filter(db);
        if (Before is { } last)
        {
            var at = await db.Deliveries.Where(d => d.Id == last).Select(d => (DateTimeOffset?)d.CreatedAt).SingleOrDefaultAsync(cancellationToken);
            if (at is not { } time)
            {
                return null; // it is past its retention, and so is what comes after it
            }

            rows = rows.Where(d => d.CreatedAt <= time && (d.CreatedAt < time || string.Compare(d.Id, last) < 0));
        }

        return rows.OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id).Take(Math.Clamp(PageSize, 1, MaxPageSize));
    }

    private IQueryable<DeliveryRow> Filter(ProductDb db)
    {
        IQueryable<DeliveryRow> rows = db.Deliveries;
        if (Publisher is { } publisher)
        {
            rows = rows.Where(d => d.Publisher == publisher);
        }

        if (Title is { } title)
        {
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // the database's lower()
            var part = title.ToLowerInvariant();
            rows = rows.Where(d => db.Reports.Any(r => r.Id == d.ReportId && r.Title.ToLower().Contains(part)));
#pragma warning restore CA1304, CA1311, CA1862, MA0011
        }

        if (State is { } state)
        {
            rows = rows.Where(d => d.State == state);
        }

        if (Connection is { } connection)
        {
            rows = rows.Where(d => d.ConnectionId == connection);
        }

        if (Channel is { } channel)
        {
            rows = rows.Where(d => d.ChannelId == channel);
        }

        if (From is { } from)
        {
            rows = rows.Where(d => d.CreatedAt >= from);
        }

        return To is { } to ? rows.Where(d => d.CreatedAt < to) : rows;
    }
}
