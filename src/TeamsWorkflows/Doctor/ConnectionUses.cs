using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Data;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Doctor;

/// <summary>What a connection is used for.</summary>
/// <param name="Kinds">The ways of its destinations, such as <c>channel</c>.</param>
/// <param name="Channels">Those that it posts to, by team and channel.</param>
internal sealed record ConnectionUse(IReadOnlySet<string> Kinds, IReadOnlyList<(string TeamId, string ChannelId)> Channels)
{
    public static ConnectionUse None { get; } = new(new HashSet<string>(StringComparer.Ordinal), []);
}

/// <summary>Finds out what connections are used for: by the deliveries of late, and by what schedules will hand over.</summary>
internal sealed class ConnectionUses(Database database, ScheduleVault vault, TimeProvider time)
{
    private const int MaxChannels = 20;

    /// <summary>Asks the database three questions, of however many connections.</summary>
    /// <param name="connectionId">Only of this one; null: of all.</param>
    /// <returns>By the connection's name; one that is not used is not there.</returns>
    public async Task<IReadOnlyDictionary<string, ConnectionUse>> ReadAsync(string? connectionId, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - ForecastDesk.Lately;
        var (channels, kinds, schedules) = await database.ReadAsync(
            async db =>
            {
                var deliveries = connectionId is null
                    ? db.Deliveries.Where(d => d.ConnectionId != null && d.CreatedAt >= since)
                    : db.Deliveries.Where(d => d.ConnectionId == connectionId && d.CreatedAt >= since);
                return (
                    await deliveries.Where(d => d.TeamId != null && d.ChannelId != null)
                        .GroupBy(d => new { d.ConnectionId, d.TeamId, d.ChannelId })
                        .Select(g => new { g.Key.ConnectionId, g.Key.TeamId, g.Key.ChannelId, Last = g.Max(d => d.CreatedAt) })
                        .OrderByDescending(c => c.Last).ToListAsync(cancellationToken),
                    await deliveries.Select(d => new { d.ConnectionId, d.Kind }).Distinct().ToListAsync(cancellationToken),
                    await db.Schedules.Where(s => !s.IsPaused && (connectionId == null || s.Connections.Contains(connectionId))).OrderBy(s => s.Id).ToListAsync(cancellationToken));
            },
            cancellationToken);
        var planned = schedules.SelectMany(s => vault.TryReport(s)?.Destinations ?? []).OfType<Destination>().ToLookup(static d => d.ConnectionName, StringComparer.Ordinal);
        var (delivered, ways) = (channels.ToLookup(static c => c.ConnectionId, StringComparer.Ordinal), kinds.ToLookup(static k => k.ConnectionId, k => k.Kind, StringComparer.Ordinal));
        return ways.Select(static w => w.Key).Concat(planned.Select(static p => p.Key)).OfType<string>().Distinct(StringComparer.Ordinal).ToDictionary(
            static id => id,
            id => new ConnectionUse(
                ways[id].Concat(planned[id].Select(static d => WayBook.Of(d).Kind)).ToHashSet(StringComparer.Ordinal),
                [
                    .. delivered[id].Take(MaxChannels).Select(static c => (c.TeamId!, c.ChannelId!))
                        .Concat(planned[id].OfType<ChannelDestination>().Where(static c => c is { TeamId: not null, ChannelId: not null }).Select(static c => (c.TeamId!, c.ChannelId!)))
                        .Distinct().Take(MaxChannels),
                ]),
            StringComparer.Ordinal);
    }
}
