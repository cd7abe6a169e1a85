using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Approvals;

/// <summary>Section <c>Approvals</c>: what holds for reports that ask for approval and do not say otherwise.</summary>
/// <remarks>An approval keeps what held when its report was handed over; what its links may do is looked up when they are used.</remarks>
public sealed class ApprovalOptions
{
    /// <summary>Gets or sets how long approvers have.</summary>
    /// <value>The default is 1 day.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan Within { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets after which time approvers are reminded; each further reminder waits twice as long, at most a day.</summary>
    /// <value>The default is 4 hours; zero: nobody is reminded.</value>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan RemindAfter { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Gets or sets a value indicating whether whoever hands a report over may not approve it. A report cannot switch it off.</summary>
    /// <value>The default is false: reports say so themselves.</value>
    public bool FourEyes { get; set; }

    /// <summary>Gets or sets a value indicating whether reports may go out although nobody approved them in time.</summary>
    /// <value>The default is false.</value>
    public bool AllowRelease { get; set; }

    /// <summary>Gets or sets a value indicating whether the link in a mail is enough to decide.</summary>
    /// <value>The default is true; with false, links lead to the console, where the approver signs in; those that were sent before open nothing.</value>
    public bool LinksDecide { get; set; } = true;

    /// <summary>Gets or sets how many calls a minute one address on the network may make to links.</summary>
    /// <value>The default is 60.</value>
    [Range(1, 10_000)]
    public int LinkCallsPerMinute { get; set; } = 60;
}

[OptionsValidator]
internal sealed partial class ValidateApprovalOptions : IValidateOptions<ApprovalOptions>;
