using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Doctor;

/// <summary>What a connection is used for.</summary>
/// <param name="Kinds">The ways of its destinations, such as <c>channel</c>.</param>
/// <param name="Channels">Those that it posts to, by team and channel.</param>
internal sealed record ConnectionUse(IReadOnlySet<string> Kinds, IReadOnlyList<(string TeamId, string ChannelId)> Channels);

/// <summary>Finds out what connections are used for: by the deliveries of late, and by what schedules will hand over.</summary>
internal sealed class ConnectionUses(Database database, ScheduleVault vault)
{
    private const int MaxChannels = 20;

    public async Task<ConnectionUse> OfAsync(string connectionId, CancellationToken cancellationToken)
    {
        var (delivered, kinds, schedules) = await database.ReadAsync(
            async db => (
                await db.Deliveries.Where(d => d.ConnectionId == connectionId && d.TeamId != null && d.ChannelId != null)
                    .GroupBy(d => new { d.TeamId, d.ChannelId })
                    .Select(g => new { g.Key.TeamId, g.Key.ChannelId, Last = g.Max(d => d.CreatedAt) })
                    .OrderByDescending(c => c.Last).Take(MaxChannels).ToListAsync(cancellationToken),
                await db.Deliveries.Where(d => d.ConnectionId == connectionId).Select(d => d.Kind).Distinct().ToListAsync(cancellationToken),
                await db.Schedules.Where(s => !s.IsPaused && s.Connections.Contains(connectionId)).OrderBy(s => s.Id).ToListAsync(cancellationToken)),
            cancellationToken);
        var planned = schedules.SelectMany(s => vault.TryReport(s)?.Destinations ?? []).OfType<Destination>().Where(d => d.ConnectionName == connectionId).ToArray();
        return new(
            kinds.Concat(planned.Select(static d => WayBook.Of(d).Kind)).ToHashSet(StringComparer.Ordinal),
            [
                .. delivered.Select(static c => (c.TeamId!, c.ChannelId!))
                    .Concat(planned.OfType<ChannelDestination>().Where(static c => c is { TeamId: not null, ChannelId: not null }).Select(static c => (c.TeamId!, c.ChannelId!)))
                    .Distinct().Take(MaxChannels),
            ]);
    }
}
