using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Data;

/// <summary>When a report is handed over again and again.</summary>
public sealed class ScheduleRow
{
    /// <summary>Gets or sets the name that programs use: lower-case letters, digits and dashes.</summary>
    [MaxLength(64)]
    public required string Id { get; set; }

    /// <summary>Gets or sets which schedule of that name it is: one that was deleted and made anew is another.</summary>
    public required Guid Uid { get; set; }

    /// <summary>Gets or sets whose reports it hands over, and who may change it besides administrators.</summary>
    [MaxLength(200)]
    public required string Publisher { get; set; }

    /// <summary>Gets or sets the e-mail address of who answers for it.</summary>
    [MaxLength(320)]
    public required string Owner { get; set; }

    [MaxLength(ScheduleLimits.MaxNameLength)]
    public required string Name { get; set; }

    [MaxLength(ScheduleLimits.MaxCronLength)]
    public required string Cron { get; set; }

    /// <summary>Gets or sets the IANA time zone.</summary>
    [MaxLength(64)]
    public required string TimeZone { get; set; }

    public required TimeSpan Jitter { get; set; }

    public required OverlapPolicy Overlap { get; set; }

    public required CatchUpPolicy CatchUp { get; set; }

    public required TimeSpan CatchUpWindow { get; set; }

    /// <summary>Gets or sets the report's template as JSON, protected: its destinations may hold secrets.</summary>
    public required byte[] ProtectedReport { get; set; }

    /// <summary>Gets or sets the connections that its destinations use, separated by blanks.</summary>
    [MaxLength(2000)]
    public required string Connections { get; set; }

    /// <summary>Gets or sets where its data is fetched, as JSON, protected; null: nowhere.</summary>
    public byte[]? ProtectedSource { get; set; }

    public bool IsPaused { get; set; }

    /// <summary>Gets or sets what was done to it last, such as <c>paused</c>.</summary>
    [MaxLength(32)]
    public required string LastAction { get; set; }

    [MaxLength(320)]
    public required string LastActor { get; set; }

    /// <summary>Gets or sets who made it and changed it, as JSON: with four eyes they may not approve its reports; null in those of older releases.</summary>
    public string? Authors { get; set; }

    /// <summary>Gets or sets why; null: the actor did not say.</summary>
    [MaxLength(1000)]
    public string? LastReason { get; set; }

    public required DateTimeOffset LastActionAt { get; set; }

    /// <summary>Gets or sets the last time (UTC) of which it is decided what to do with its occurrence.</summary>
    public required DateTimeOffset PlannedUntil { get; set; }

    /// <summary>Gets or sets how often somebody changed it: what an ETag names.</summary>
    public required long Version { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One time at which a schedule's report was, or was to be, handed over.</summary>
public sealed class OccurrenceRow
{
    [MaxLength(64)]
    public required string ScheduleId { get; set; }

    /// <summary>Gets or sets its name within the schedule: its time, or that of the call that triggered it.</summary>
    [MaxLength(48)]
    public required string Id { get; set; }

    public required OccurrenceKind Kind { get; set; }

    /// <summary>Gets or sets the time on the clock (UTC), without jitter.</summary>
    public required DateTimeOffset ScheduledFor { get; set; }

    public required OccurrenceState State { get; set; }

    /// <summary>Gets or sets how often it was begun; more than once when somebody had it done again.</summary>
    public required int Run { get; set; }

    /// <summary>Gets or sets what the state is about, in a sentence.</summary>
    [MaxLength(1000)]
    public string? Reason { get; set; }

    /// <summary>Gets or sets who asked for it; null: the clock.</summary>
    [MaxLength(320)]
    public string? Actor { get; set; }

    /// <summary>Gets or sets what the source answered, from the fetch to the handing over; null: nothing was fetched.</summary>
    [HiddenFromAudit]
    public string? Data { get; set; }

    /// <summary>Gets or sets the report that was handed over.</summary>
    [MaxLength(32)]
    public string? ReportId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? BegunAt { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}
