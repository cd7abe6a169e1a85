using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Schedules;

/// <summary>A schedule as somebody hands it in: when, what, and what to do when things do not go by the clock.</summary>
/// <param name="Name">As people call it; 1 to 200 characters; null: the schedule's identifier.</param>
/// <param name="Cron">Five fields (minute to day of the week), or six with the seconds first.</param>
/// <param name="TimeZone">An IANA time zone such as <c>Europe/Berlin</c>; null: UTC.</param>
/// <param name="Owner">The e-mail address of who answers for it, and is told when an occurrence comes to nothing.</param>
/// <param name="Report">What is handed over each time; its texts are templates.</param>
/// <param name="Jitter">How much later than the clock says it may begin, spread evenly; null: none; at most an hour.</param>
/// <param name="Overlap">What happens when the report of the time before is still under way; null: Skip.</param>
/// <param name="CatchUp">What happens to occurrences that nobody was there for; null: Last.</param>
/// <param name="CatchUpWindow">How late an occurrence may be caught up; null: one day.</param>
/// <param name="Source">Where each report's data is fetched; null: nowhere.</param>
public sealed record ScheduleDefinition(
    string? Name,
    [property: Required] string? Cron,
    string? TimeZone,
    [property: Required] string? Owner,
    [property: Required] ReportRequest? Report,
    TimeSpan? Jitter = null,
    OverlapPolicy? Overlap = null,
    CatchUpPolicy? CatchUp = null,
    TimeSpan? CatchUpWindow = null,
    ScheduleSource? Source = null);

/// <summary>Where a schedule fetches JSON, which its templates see as <c>source</c>.</summary>
/// <param name="Url">Begins with https://; whoever has it may read there, so it is kept encrypted.</param>
/// <param name="Header">A header that proves who asks, such as <c>Authorization</c>; null: none.</param>
/// <param name="Secret">The header's value; kept encrypted and never shown.</param>
/// <param name="Timeout">The longest one call may take; null: 30 seconds; at most 5 minutes.</param>
/// <param name="RetryFor">How long after an occurrence began a failed call is repeated; null: an hour; at most a day.</param>
public sealed record ScheduleSource(
    [property: Required] string? Url, string? Header = null, string? Secret = null, TimeSpan? Timeout = null, TimeSpan? RetryFor = null);

/// <summary>What happens when an occurrence is due and the report of the one before is still under way.</summary>
public enum OverlapPolicy
{
    /// <summary>This occurrence is left out.</summary>
    Skip,

    /// <summary>It waits until the one before has ended.</summary>
    Queue,

    /// <summary>They go side by side.</summary>
    Allow,
}

/// <summary>What happens to occurrences whose time passed while the product did not run.</summary>
public enum CatchUpPolicy
{
    /// <summary>They are missed.</summary>
    None,

    /// <summary>The newest is handed over, late.</summary>
    Last,

    /// <summary>All of them are, in order.</summary>
    All,
}

/// <summary>The limits of a schedule.</summary>
public static class ScheduleLimits
{
    public const int MaxNameLength = 200;
    public const int MaxCronLength = 200;

    /// <summary>Most occurrences that wait for the one before them; those after are skipped.</summary>
    public const int MaxQueued = 100;

    /// <summary>Most occurrences of one call of backfill.</summary>
    public const int MaxBackfill = 1_000;

    /// <summary>Most occurrences that a preview shows.</summary>
    public const int MaxUpcoming = 200;

    /// <summary>Most bytes of a source's answer: 1 MiB.</summary>
    public const int MaxSourceBytes = 1024 * 1024;

    public static readonly TimeSpan MaxJitter = TimeSpan.FromHours(1);
    public static readonly TimeSpan MaxCatchUpWindow = TimeSpan.FromDays(30);
    public static readonly TimeSpan MaxSourceTimeout = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan MaxRetryFor = TimeSpan.FromDays(1);

    internal static readonly TimeSpan DefaultCatchUpWindow = TimeSpan.FromDays(1);
    internal static readonly TimeSpan DefaultSourceTimeout = TimeSpan.FromSeconds(30);
    internal static readonly TimeSpan DefaultRetryFor = TimeSpan.FromHours(1);
}
