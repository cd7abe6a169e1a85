using System.Globalization;
using TeamsWorkflows.Deliveries.Pacing;

namespace TeamsWorkflows.Schedules.Planning;

/// <summary>A schedule as the planner sees it.</summary>
/// <param name="Targets">Where each occurrence posts.</param>
internal sealed record PlannedSchedule(string Id, Recurrence Recurrence, IReadOnlyList<PlannedTarget> Targets);

/// <summary>Where a message goes, as far as limits count; each null: the limit does not hold for it.</summary>
/// <param name="Tenant">The application in its tenant.</param>
internal sealed record PlannedTarget(string? Channel, string? Connection, string? Tenant);

/// <summary>Plays the schedules of some days through the paces that the product holds to (B14). Pure.</summary>
/// <remarks>Nothing else is assumed to be sent, nothing to fail, and no occurrence to be skipped: it is the least that will come.</remarks>
internal sealed class PlanSimulation(PacingOptions options)
{
    /// <summary>Most messages that are simulated.</summary>
    public const int MaxPosts = 200_000;

    /// <summary>How long a message may wait for others without anybody being told.</summary>
    public static readonly TimeSpan TolerableWait = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Kind, string Name), ScopeLoad> _scopes = [];

    public static SchedulePlan Run(IEnumerable<PlannedSchedule> schedules, PacingOptions options, DateTimeOffset from, DateTimeOffset until)
        => new PlanSimulation(options).Run([.. schedules], from, until);

    private SchedulePlan Run(PlannedSchedule[] schedules, DateTimeOffset from, DateTimeOffset until)
    {
        var (posts, end) = (new List<Post>(), until);
        foreach (var (at, schedule) in InOrder(schedules, from, until))
        {
            if (posts.Count + schedule.Targets.Count > MaxPosts)
            {
                end = at;
                break;
            }

            posts.AddRange(schedule.Targets.Select(target => new Post(at, schedule.Id, target)));
        }

        // From the narrowest limit to the widest, as messages pass them; each takes them in the order in which they come to it.
        var passed = Pass(posts, "channel", static t => t.Channel, options.Channel);
        passed = Pass(passed, "connection", static t => t.Connection, options.Connection);
        Pass(passed, "tenant", static t => t.Tenant, options.Tenant);

        var scopes = _scopes.Select(static s => s.Value.Shown(s.Key.Kind, s.Key.Name))
            .OrderByDescending(static s => s.LongestWait).ThenByDescending(static s => s.Posts).ThenBy(static s => s.Name, StringComparer.Ordinal).ToArray();
        return new(from, end, posts.Count, scopes, [.. scopes.SelectMany(Warnings)]);
    }

    private List<Post> Pass(List<Post> posts, string kind, Func<PlannedTarget, string?> nameOf, PaceOptions pace)
        => [.. posts.Select(post => nameOf(post.Target) is { } name ? post with { At = Scope(kind, name, pace).Take(post.ScheduleId, post.At) } : post)
            .OrderBy(static post => post.At)];

    private ScopeLoad Scope(string kind, string name, PaceOptions pace)
    {
        if (!_scopes.TryGetValue((kind, name), out var load))
        {
            _scopes.Add((kind, name), load = new(pace));
        }

        return load;
    }

    private static IEnumerable<(DateTimeOffset At, PlannedSchedule Schedule)> InOrder(PlannedSchedule[] schedules, DateTimeOffset from, DateTimeOffset until)
    {
        var next = new PriorityQueue<(PlannedSchedule Schedule, DateTimeOffset Occurrence), (DateTimeOffset At, string Id)>();
        foreach (var schedule in schedules)
        {
            Add(schedule, from);
        }

        while (next.TryDequeue(out var come, out var order) && order.At < until)
        {
            yield return (order.At, come.Schedule);
            Add(come.Schedule, come.Occurrence);
        }

        void Add(PlannedSchedule schedule, DateTimeOffset after)
        {
            if (schedule.Recurrence.Next(after) is { } occurrence && occurrence < until)
            {
                next.Enqueue((schedule, occurrence), (schedule.Recurrence.BeginOf(occurrence), schedule.Id));
            }
        }
    }

    private static IEnumerable<PlanWarning> Warnings(PlannedScope scope)
    {
        if (scope.PerDay > 0 && scope.BusiestDayPosts > scope.PerDay)
        {
            yield return new(scope.Kind, scope.Name, string.Create(
                CultureInfo.InvariantCulture,
                $"On {scope.BusiestDay:yyyy-MM-dd} the {scope.Kind} would get {scope.BusiestDayPosts:N0} messages; {scope.PerDay:N0} a day go. The rest waits for the next day."),
                scope.Schedules);
        }
        else if (scope.LongestWait > TolerableWait)
        {
            yield return new(scope.Kind, scope.Name, string.Create(
                CultureInfo.InvariantCulture,
                $"Messages of the {scope.Kind} wait for each other: at {scope.LongestWaitAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC one waits {Rounded(scope.LongestWait)}. Spread the schedules, or give them a jitter."),
                scope.Schedules);
        }
    }

    private static string Rounded(TimeSpan wait) => wait < TimeSpan.FromHours(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalMinutes):N0} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalHours):N0} hours");

    /// <param name="At">When it comes to the next limit.</param>
    private sealed record Post(DateTimeOffset At, string ScheduleId, PlannedTarget Target);

    /// <summary>One scope's line, and what was seen in it.</summary>
    private sealed class ScopeLoad(PaceOptions pace)
    {
        private readonly SortedSet<string> _schedules = new(StringComparer.Ordinal);
        private readonly Dictionary<DateOnly, int> _wanted = [];
        private DateTimeOffset _nextSlot;
        private DateOnly _day;
        private int _used;
        private int _posts;
        private TimeSpan _longestWait;
        private DateTimeOffset _longestWaitAt;

        /// <returns>When the message goes on.</returns>
        public DateTimeOffset Take(string scheduleId, DateTimeOffset at)
        {
            var slot = _nextSlot > at ? _nextSlot : at;
            if (pace.Interval > TimeSpan.Zero)
            {
                var earliest = at - ((pace.Burst - 1) * pace.Interval);
                _nextSlot = (_nextSlot > earliest ? _nextSlot : earliest) + pace.Interval;
            }

            slot = WithinDay(slot);
            var day = DateOnly.FromDateTime(at.UtcDateTime);
            _wanted[day] = _wanted.GetValueOrDefault(day) + 1;
            _schedules.Add(scheduleId);
            _posts++;
            if (slot - at > _longestWait || _posts == 1)
            {
                (_longestWait, _longestWaitAt) = (slot - at, at);
            }

            return slot;
        }

        public PlannedScope Shown(string kind, string name)
        {
            var (day, count) = _wanted.MaxBy(static d => d.Value);
            return new(kind, name, _posts, day, count, pace.PerDay, _longestWait, _longestWaitAt, [.. _schedules]);
        }

        private DateTimeOffset WithinDay(DateTimeOffset slot)
        {
            if (pace.PerDay == 0)
            {
                return slot;
            }

            var day = DateOnly.FromDateTime(slot.UtcDateTime);
            (_day, _used) = day > _day ? (day, 0) : _used >= pace.PerDay ? (_day.AddDays(1), 0) : (_day, _used);
            _used++;
            var start = new DateTimeOffset(_day, TimeOnly.MinValue, TimeSpan.Zero);
            if (slot < start)
            {
                (slot, _nextSlot) = (start, start + pace.Interval);
            }

            return slot;
        }
    }
}
