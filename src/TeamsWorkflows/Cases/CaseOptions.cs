using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Cases;

/// <summary>Section <c>Cases</c>: how often people are reminded of a case, and who hears of it when nobody acts.</summary>
/// <remarks>A case keeps what held when it was opened; a change holds for cases that are opened later.</remarks>
public sealed class CaseOptions
{
    /// <summary>Gets or sets how long after the first mail the operators are reminded; each further reminder waits twice as long, at most a day.</summary>
    /// <value>The default is 4 hours; zero: nobody is reminded.</value>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan ReminderInterval { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Gets or sets how long a case may stay open before it is escalated, once.</summary>
    /// <value>The default is 1 day; zero: it is never escalated.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan EscalateAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets who hears of a case that nobody resolves; empty: the operators, once more.</summary>
    public IReadOnlyList<string> EscalationRecipients { get; set; } = [];

    internal CaseChase? Chase => ReminderInterval == TimeSpan.Zero && EscalateAfter == TimeSpan.Zero ? null : new(ReminderInterval, EscalateAfter);
}

[OptionsValidator]
internal sealed partial class ValidateCaseOptions : IValidateOptions<CaseOptions>;
