using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Schedules;

/// <summary>Section <c>Schedules</c>: what holds for all of them.</summary>
public sealed class ScheduleOptions
{
    /// <summary>Gets or sets how late an occurrence still counts as on time, and needs no catching up.</summary>
    /// <value>The default is one minute: a restart is no outage.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OnTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long the record of an occurrence is kept.</summary>
    /// <value>The default is 90 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepOccurrences { get; set; } = TimeSpan.FromDays(90);
}

[OptionsValidator]
internal sealed partial class ValidateScheduleOptions : IValidateOptions<ScheduleOptions>;
