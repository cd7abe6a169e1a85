using System.ComponentModel.DataAnnotations;

namespace TeamsWorkflows.Data;

/// <summary>That a step of a case's runbook is done.</summary>
public sealed class StepTickRow
{
    [MaxLength(32)]
    public required string CaseId { get; set; }

    [MaxLength(100)]
    public required string Runbook { get; set; }

    /// <summary>Gets or sets the step's identifier in the runbook, which may not be there any more.</summary>
    [MaxLength(64)]
    public required string Step { get; set; }

    [MaxLength(320)]
    public required string Actor { get; set; }

    public required DateTimeOffset At { get; set; }
}
