using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Approvals;

namespace TeamsWorkflows.Data;

/// <summary>What a report waits for before it goes anywhere.</summary>
public sealed class ApprovalRow
{
    private const int MaxReasonLength = 1_000;

    [MaxLength(32)]
    public required string ReportId { get; set; }

    public ApprovalState State { get; set; }

    public required int Quorum { get; set; }

    public required bool FourEyes { get; set; }

    public required ExpiryAction OnExpiry { get; set; }

    [MaxLength(ApprovalLimits.MaxTextLength)]
    public string? Note { get; set; }

    /// <summary>Gets or sets who handed the report over, by all names that are known, as JSON: they may not decide if four eyes are wanted.</summary>
    public required string Authors { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Gets or sets until the first reminder; zero: none.</summary>
    public required TimeSpan RemindAfter { get; set; }

    /// <summary>Gets or sets until others are asked besides; zero: never.</summary>
    public required TimeSpan EscalateAfter { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Gets or sets why it ended as it did, cut to what the column takes.</summary>
    [MaxLength(MaxReasonLength)]
    public string? Reason { get; set => field = value is { Length: > MaxReasonLength } ? $"{ColumnText.Cut(value, MaxReasonLength - 2)} …" : value; }

    public int Reminders { get; set; }

    public DateTimeOffset? EscalatedAt { get; set; }

    public List<ApproverRow> Approvers { get; } = [];

    public List<ApprovalDecisionRow> Decisions { get; } = [];
}

/// <summary>Somebody who may decide about an approval.</summary>
public sealed class ApproverRow
{
    [MaxLength(32)]
    public required string ReportId { get; set; }

    /// <summary>Gets or sets its place among the approvers, from 1; those of the escalation come last.</summary>
    public required int Number { get; set; }

    [MaxLength(320)]
    public string? Email { get; set; }

    /// <summary>Gets or sets the person that the address is of, as <see cref="Approvals.Person.Key"/> writes it; null: it is no person's.</summary>
    [MaxLength(320)]
    public string? Person { get; set; }

    public ApproverRole? Role { get; set; }

    public bool IsEscalation { get; set; }

    public DateTimeOffset? AskedAt { get; set; }

    [MaxLength(1000)]
    public string? MailProblem { get; set; }
}

/// <summary>What somebody decided: kept for the record, one for each person.</summary>
public sealed class ApprovalDecisionRow
{
    [MaxLength(32)]
    public required string ReportId { get; set; }

    [MaxLength(320)]
    public required string Person { get; set; }

    public required Decision Decision { get; set; }

    [MaxLength(ApprovalLimits.MaxTextLength)]
    public string? Comment { get; set; }

    public required DecisionWay Way { get; set; }

    public required DateTimeOffset At { get; set; }
}

/// <summary>A link by which one approver may decide once. What it takes to use it is in the mail alone.</summary>
public sealed class ApprovalLinkRow
{
    /// <summary>Gets or sets the link's name, which is no secret.</summary>
    [MaxLength(32)]
    public required string Id { get; set; }

    /// <summary>Gets or sets the SHA-256 of the link's secret.</summary>
    [MaxLength(32)]
    public required byte[] SecretHash { get; set; }

    [MaxLength(32)]
    public required string ReportId { get; set; }

    /// <summary>Gets or sets the approver's number.</summary>
    public required int Approver { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>How approvals lie in the database.</summary>
internal static class ApprovalModel
{
    public static void MapApprovals(this ModelBuilder model)
    {
        model.Entity<ApprovalRow>(approval =>
        {
            approval.HasKey(a => a.ReportId);
            approval.HasOne<ReportRow>().WithOne().HasForeignKey<ApprovalRow>(a => a.ReportId);
            approval.HasIndex(a => new { a.State, a.CreatedAt });
            approval.HasMany(a => a.Approvers).WithOne().HasForeignKey(p => p.ReportId);
            approval.HasMany(a => a.Decisions).WithOne().HasForeignKey(d => d.ReportId);
        });
        model.Entity<ApproverRow>(approver =>
        {
            approver.HasKey(p => new { p.ReportId, p.Number });
            approver.HasIndex(p => p.Person);
        });
        model.Entity<ApprovalDecisionRow>().HasKey(d => new { d.ReportId, d.Person });
        model.Entity<ApprovalLinkRow>(link =>
        {
            link.HasKey(l => l.Id);
            link.HasIndex(l => l.ReportId);
        });
    }
}
