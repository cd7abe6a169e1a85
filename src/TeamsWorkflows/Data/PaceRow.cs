using System.ComponentModel.DataAnnotations;

namespace TeamsWorkflows.Data;

/// <summary>The line before a channel, a connection, a tenant, an address or an integration.</summary>
public sealed class PaceRow
{
    /// <summary>Gets or sets what it is the line of.</summary>
    [MaxLength(320)]
    public required string Key { get; set; }

    /// <summary>Gets or sets the next turn that is free, by the line's own clock.</summary>
    public DateTimeOffset NextSlot { get; set; } = DateTimeOffset.UnixEpoch;

    /// <summary>Gets or sets how long the line's clock has stood still in all.</summary>
    public TimeSpan StoodStill { get; set; }

    /// <summary>Gets or sets when the last stop ends.</summary>
    public DateTimeOffset BlockedUntil { get; set; } = DateTimeOffset.UnixEpoch;

    /// <summary>Gets or sets how long the last stop was: another one soon after it is longer.</summary>
    public TimeSpan BlockedFor { get; set; }

    /// <summary>Gets or sets the number of stops in a row.</summary>
    public int Stops { get; set; }

    /// <summary>Gets or sets the day (UTC) of the last turn, if days have a budget.</summary>
    public DateOnly Day { get; set; }

    /// <summary>Gets or sets how many turns of that day are taken.</summary>
    public int Used { get; set; }

    /// <summary>Gets or sets, for a connection, which channel was stopped last; null: none.</summary>
    [MaxLength(320)]
    public string? LastStopped { get; set; }

    /// <summary>Gets or sets until when it was.</summary>
    public DateTimeOffset LastStoppedUntil { get; set; } = DateTimeOffset.UnixEpoch;
}
