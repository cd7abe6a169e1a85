using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Data;

/// <summary>Something that the doctor found when it looked last.</summary>
public sealed class FindingRow
{
    /// <summary>The scope of what is no connection's alone.</summary>
    public const string Everything = "";

    private const int MaxText = 1_000;

    /// <summary>Gets or sets the connection that it is about, or <see cref="Everything"/>.</summary>
    [MaxLength(64)]
    public required string Scope { get; set; }

    /// <summary>Gets or sets its place among what was found at the same time, from 1.</summary>
    public required int Number { get; set; }

    [MaxLength(32)]
    public required string Check { get; set; }

    /// <remarks>Cut to what the column takes, as the texts below.</remarks>
    [MaxLength(MaxText)]
    public required string Subject { get; set => field = ColumnText.Cut(value, MaxText); }

    public required CheckResult Result { get; set; }

    [MaxLength(MaxText)]
    public required string Detail { get; set => field = ColumnText.Cut(value, MaxText); }

    [MaxLength(MaxText)]
    public string? Fix { get; set => field = value is null ? null : ColumnText.Cut(value, MaxText); }

    [MaxLength(100)]
    public string? Runbook { get; set; }

    public required DateTimeOffset FoundAt { get; set; }

    internal KeptFinding Kept => new(new(Check, Subject, Result, Detail, Fix) { Connection = Scope == Everything ? null : Scope, Runbook = Runbook }, FoundAt);

    internal static FindingRow Of(Finding finding, int number, DateTimeOffset now) => new()
    {
        Scope = finding.Connection ?? Everything,
        Number = number,
        Check = finding.Check,
        Subject = finding.Subject,
        Result = finding.Result,
        Detail = finding.Detail,
        Fix = finding.Fix,
        Runbook = finding.Runbook,
        FoundAt = now,
    };
}
