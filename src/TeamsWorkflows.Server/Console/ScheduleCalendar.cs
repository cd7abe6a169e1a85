using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Server.Console;

/// <summary>When the schedules occur, day by day.</summary>
internal static class ScheduleCalendar
{
    private const int MaxPerSchedule = 200;
    private const int MaxShown = 20;

    /// <summary>Reads the occurrences from now on; of a schedule the next 200 at most.</summary>
    public static async Task<IReadOnlyList<CalendarDay>> ReadAsync(ScheduleDesk desk, DateTimeOffset until, CancellationToken cancellationToken)
    {
        List<(string Id, string Name, DateTimeOffset At)> all = [];
        foreach (var schedule in (await desk.ListAsync(publisher: null, cancellationToken)).Where(s => s.NextAt < until))
        {
            var upcoming = await desk.UpcomingAsync(schedule.Id, MaxPerSchedule, cancellationToken) ?? [];
            all.AddRange(upcoming.Where(at => at < until).Select(at => (schedule.Id, schedule.Name, at)));
        }

        return
        [
            .. all.GroupBy(static o => DateOnly.FromDateTime(o.At.UtcDateTime)).OrderBy(static d => d.Key).Select(static day =>
            {
                CalendarOccurrence[] bySchedule =
                [
                    .. day.GroupBy(static o => o.Id, StringComparer.Ordinal)
                        .Select(static o => new CalendarOccurrence(o.Key, o.First().Name, o.Min(static x => x.At), o.Count()))
                        .OrderBy(static o => o.At),
                ];
                return new CalendarDay(day.Key, bySchedule[..Math.Min(MaxShown, bySchedule.Length)], Math.Max(0, bySchedule.Length - MaxShown));
            }),
        ];
    }
}

/// <param name="More">How many schedules occur on it that are not shown.</param>
public sealed record CalendarDay(DateOnly Day, IReadOnlyList<CalendarOccurrence> Shown, int More);

/// <param name="At">The first of the day.</param>
/// <param name="Count">How often on that day.</param>
public sealed record CalendarOccurrence(string ScheduleId, string Name, DateTimeOffset At, int Count);
