using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Server.Audit;

/// <summary>Section <c>Audit</c>: how the audit log is looked after.</summary>
public sealed class AuditOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Audit";

    /// <summary>Gets or sets how long the verification at the start may take; it runs beside everything else.</summary>
    /// <value>The default is 1 minute, which does for a few million entries.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan VerifyFor { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class ValidateAuditOptions : IValidateOptions<AuditOptions>;
