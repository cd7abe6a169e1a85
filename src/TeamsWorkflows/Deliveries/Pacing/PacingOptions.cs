using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Deliveries.Pacing;

/// <summary>Section <c>Pacing</c>: how fast messages go to Graph and to addresses, in all nodes together.</summary>
/// <seealso href="https://learn.microsoft.com/graph/throttling-limits"/>
public sealed class PacingOptions
{
    /// <summary>Gets or sets the pace of one channel or chat, and one registration.</summary>
    /// <value>The default is one a second, two at once, 3,000 a day.</value>
    [ValidateObjectMembers]
    public PaceOptions Channel { get; set; } = new() { Interval = TimeSpan.FromSeconds(1), Burst = 2, PerDay = 3_000 };

    /// <summary>Gets or sets the pace of one address of a flow or of Slack.</summary>
    /// <value>The default is one a second, four at once.</value>
    [ValidateObjectMembers]
    public PaceOptions Address { get; set; } = new() { Interval = TimeSpan.FromSeconds(1), Burst = 4 };

    /// <summary>Gets or sets the pace of one connection.</summary>
    /// <value>The default is one a second, four at once.</value>
    [ValidateObjectMembers]
    public PaceOptions Connection { get; set; } = new() { Interval = TimeSpan.FromSeconds(1), Burst = 4 };

    /// <summary>Gets or sets the pace of one registration in one tenant.</summary>
    /// <value>The default is four a second, four at once.</value>
    [ValidateObjectMembers]
    public PaceOptions Tenant { get; set; } = new() { Interval = TimeSpan.FromMilliseconds(250), Burst = 4 };

    /// <summary>Gets or sets the pace of one integration of PagerDuty, which takes 120 events a minute.</summary>
    /// <value>The default is 100 a minute, ten at once.</value>
    /// <seealso href="https://developer.pagerduty.com/docs/events-api-v2-overview"/>
    [ValidateObjectMembers]
    public PaceOptions PagerDuty { get; set; } = new() { Interval = TimeSpan.FromMilliseconds(600), Burst = 10 };

    /// <summary>Gets or sets the pace of one address of a webhook.</summary>
    /// <value>The default is ten a second, ten at once.</value>
    [ValidateObjectMembers]
    public PaceOptions Webhook { get; set; } = new() { Interval = TimeSpan.FromMilliseconds(100), Burst = 10 };
}

/// <summary>One pace.</summary>
public sealed class PaceOptions
{
    /// <summary>Gets or sets the time between two messages; zero: as fast as they come.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Interval { get; set; }

    /// <summary>Gets or sets how many may go at once after a rest.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 1_000)]
    public int Burst { get; set; } = 1;

    /// <summary>Gets or sets how many messages a day (UTC) there may be; 0: any number.</summary>
    [Range(0, 10_000_000)]
    public int PerDay { get; set; }
}

[OptionsValidator]
internal sealed partial class ValidatePacingOptions : IValidateOptions<PacingOptions>;
