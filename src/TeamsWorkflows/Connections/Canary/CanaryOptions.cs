using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Section <c>Canary</c>: when connections are tried before somebody needs them.</summary>
public sealed class CanaryOptions
{
    /// <summary>Gets or sets how often every connection is tried.</summary>
    /// <value>The default is zero: only before the windows, and never when there are none.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan Interval { get; set; }

    /// <summary>Gets or sets the times of the day (UTC) by which connections must work, such as <c>09:00</c>.</summary>
    public IReadOnlyList<TimeOnly> Windows { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether connections are also tried before the occurrences of schedules.</summary>
    /// <value>The default is true.</value>
    public bool BeforeSchedules { get; set; } = true;

    /// <summary>Gets or sets a value indicating whether the operators are told, once a day at 06:00 UTC, of credentials, sign-ins and consents that end soon.</summary>
    /// <value>The default is true: one mail each, 30, 14, 7 and 1 days ahead.</value>
    public bool TellEnds { get; set; } = true;

    /// <summary>Gets or sets how long before a window or an occurrence the connections are tried: time enough for a person to act.</summary>
    /// <value>The default is 30 minutes.</value>
    [Range(typeof(TimeSpan), "00:01:00", "12:00:00")]
    public TimeSpan Lead { get; set; } = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan TellsAt = TimeSpan.FromHours(6);

    /// <summary>When it is next told what ends soon.</summary>
    internal static DateTimeOffset NextTell(DateTimeOffset now)
        => new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + TellsAt is var today && today > now ? today : today.AddDays(1);

    /// <summary>When the next round is due; null: never.</summary>
    internal DateTimeOffset? Next(DateTimeOffset now)
    {
        var due = Windows.Select(w => NextOf(w, now)).Append(Interval > TimeSpan.Zero ? NextMultiple(now) : DateTimeOffset.MaxValue).Min();
        return due == DateTimeOffset.MaxValue ? null : due;
    }

    /// <summary>When connections are to be tried for the sake of a schedule; null: it does not occur any more.</summary>
    /// <remarks>A round stands for all that occurs within the lead after it; rounds are half a lead apart at least.</remarks>
    internal DateTimeOffset? Before(Recurrence schedule, DateTimeOffset now)
        => schedule.Next(now + Lead) is not { } next ? null
            : next - Lead is var round && round > now + (Lead / 2) ? round
            : now + (Lead / 2);

    // By the calendar and not from now on: whatever else makes the watch plan anew does not put it off.
    private DateTimeOffset NextMultiple(DateTimeOffset now) => new(((now.UtcTicks / Interval.Ticks) + 1) * Interval.Ticks, TimeSpan.Zero);

    private DateTimeOffset NextOf(TimeOnly window, DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + window.ToTimeSpan() - Lead;
        return today > now ? today : today.AddDays(1) > now ? today.AddDays(1) : today.AddDays(2);
    }
}

[OptionsValidator]
internal sealed partial class ValidateCanaryOptions : IValidateOptions<CanaryOptions>;
