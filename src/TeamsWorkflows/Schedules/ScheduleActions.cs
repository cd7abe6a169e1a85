using TeamsWorkflows.Data;

namespace TeamsWorkflows.Schedules;

/// <summary>What can be done to a schedule, as its record calls it.</summary>
internal static class ScheduleActions
{
    public const string Created = "created";
    public const string Changed = "changed";
    public const string Paused = "paused";
    public const string Resumed = "resumed";
    public const string Triggered = "triggered";
    public const string Backfilled = "backfilled";

    /// <summary>Who made it and changed it, as it is stored; of one of an older release those of whom it is known.</summary>
    /// <remarks>Who paused it, or triggered it, is no author.</remarks>
    public static string Authors(ScheduleRow row) => row.Authors
        ?? (row.LastAction is Created or Changed ? EditAuthors.OfOlder(row.LastActor, row.Publisher) : EditAuthors.OfOlder(row.Publisher));

    /// <summary>Notes who did what and why, and makes it another version.</summary>
    public static void Note(ScheduleRow row, string action, string actor, string? reason, DateTimeOffset now)
    {
        row.Authors = Authors(row);
        (row.LastAction, row.LastActor, row.LastReason, row.LastActionAt) = (action, actor, reason, now);
        row.Version++;
    }
}
