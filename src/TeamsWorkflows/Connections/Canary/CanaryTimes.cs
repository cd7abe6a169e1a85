using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>The next round of the watch over the connections.</summary>
/// <param name="TriesAll">Whether every connection is tried then; else it tells what ends soon, and tries only what was changed.</param>
/// <param name="IsUrgent">Whether something was changed that may have broken a connection, which is tried as soon as can be.</param>
/// <param name="IsCanary">Whether connections are tried at all, in this round or in a later one.</param>
internal sealed record NextRound(DateTimeOffset At, bool TriesAll, bool IsCanary, bool IsUrgent = false);

/// <summary>When connections are to be looked at next: by the settings, before schedules occur, and once a day for what ends.</summary>
internal sealed class CanaryTimes(Database database, IOptions<CanaryOptions> options)
{
    // While the authority is away, nobody knows: it is tried again.
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    /// <returns>Null: never, as things stand.</returns>
    public async Task<NextRound?> NextAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var tries = await NextTryAsync(settings, now, cancellationToken);
        DateTimeOffset? tells = settings.TellEnds && await database.ReadAsync(db => db.Connections.AnyAsync(cancellationToken), cancellationToken)
            ? CanaryOptions.NextTell(now)
            : null;
        var isUrgent = await database.ReadAsync(
            db => db.Connections.AnyAsync(c => c.Suspicion != null && c.AuthModel != AuthModel.Webhook, cancellationToken), cancellationToken);
        return (tries, tells) switch
        {
            _ when isUrgent && !(tries < now + Again) => new(now + Again, TriesAll: false, IsCanary: tries is not null, IsUrgent: true),
            (null, null) => null,
            ({ } at, _) when !(tells < at) => new(at, TriesAll: true, IsCanary: true),
            _ => new(tells!.Value, TriesAll: false, IsCanary: tries is not null),
        };
    }

    private async Task<DateTimeOffset?> NextTryAsync(CanaryOptions settings, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var times = new List<DateTimeOffset?> { settings.Next(now) };
        if (settings.BeforeSchedules)
        {
            var schedules = await database.ReadAsync(
                db => db.Schedules.Where(s => !s.IsPaused && s.Connections != "").ToListAsync(cancellationToken), cancellationToken);
            times.AddRange(schedules.Select(s => settings.Before(ScheduleView.RecurrenceOf(s), now)));
        }

        return times.Min();
    }
}
