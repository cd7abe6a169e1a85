using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>When connections are to be tried next: by the settings, and before schedules occur.</summary>
internal sealed class CanaryTimes(Database database, IOptions<CanaryOptions> options)
{
    /// <returns>Null: never, as things stand.</returns>
    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var settings = options.Value;
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
