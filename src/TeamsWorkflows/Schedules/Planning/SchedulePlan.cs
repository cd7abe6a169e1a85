namespace TeamsWorkflows.Schedules.Planning;

/// <summary>What the schedules would send in a span of time, held against what Teams takes.</summary>
/// <param name="Until">The end of what was simulated: earlier than asked for when that was too much.</param>
/// <param name="Scopes">Where messages share a pace, those with the longest wait first.</param>
public sealed record SchedulePlan(
    DateTimeOffset From, DateTimeOffset Until, int Posts, IReadOnlyList<PlannedScope> Scopes, IReadOnlyList<PlanWarning> Warnings);

/// <summary>A channel, a connection, or an application in a tenant.</summary>
/// <param name="Kind"><c>channel</c>, <c>connection</c> or <c>tenant</c>.</param>
/// <param name="PerDay">How many a day there may be; 0: any number.</param>
/// <param name="LongestWait">How long the message that waits longest waits for those before it.</param>
/// <param name="Schedules">Whose messages they are.</param>
public sealed record PlannedScope(
    string Kind,
    string Name,
    int Posts,
    DateOnly BusiestDay,
    int BusiestDayPosts,
    int PerDay,
    TimeSpan LongestWait,
    DateTimeOffset LongestWaitAt,
    IReadOnlyList<string> Schedules);

/// <param name="Schedules">Whose messages it is about.</param>
public sealed record PlanWarning(string Kind, string Name, string Message, IReadOnlyList<string> Schedules);
