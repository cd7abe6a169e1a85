using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>The next round of the watch over the connections.</summary>
/// <param name="TriesAll">Whether every connection is tried then; else it tells what ends soon, and tries only what was changed.</param>
/// <param name="IsCanary">Whether connections are tried at all, in this round or in a later one.</param>
internal sealed record NextRound(DateTimeOffset At, bool TriesAll, bool IsCanary);

/// <summary>When connections are to be looked at next: by the settings, before schedules occur, and once a day for what ends.</summary>
internal sealed class CanaryTimes(Database database, IOptions<CanaryOptions> options)
{
    /// <returns>Null: never, as things stand.</returns>
    public async Task<NextRound?> NextAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var tries = await NextTryAsync(settings, now, cancellationToken);
        DateTimeOffset? tells = settings.TellEnds && await database.ReadAsync(db => db.Connections.AnyAsync(cancellationToken), cancellationToken)
            ? CanaryOptions.NextTell(now)
            : null;
        return (tries, tells) switch
        {
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
