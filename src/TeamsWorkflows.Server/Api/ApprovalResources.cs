using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Server.Api;

/// <summary>What a report waits for before it goes anywhere, and what people said.</summary>
/// <param name="Id">The report's identifier.</param>
/// <param name="Approvals">How many people have approved so far.</param>
/// <param name="MayDecide">Whether it waits for the caller.</param>
internal sealed record ApprovalResource(
    string Id,
    string Title,
    ApprovalState State,
    int Quorum,
    int Approvals,
    bool FourEyes,
    ExpiryAction OnExpiry,
    string? Note,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? ClosedAt,
    string? Reason,
    int Reminders,
    DateTimeOffset? EscalatedAt,
    IReadOnlyList<Approver> Approvers,
    IReadOnlyList<ApprovalDecision> Decisions,
    bool MayDecide,
    ApprovalLinks Links)
{
    /// <param name="caller">Who looks; null: somebody who follows the report.</param>
    public static ApprovalResource From(Approval approval, Decider? caller = null) => new(
        approval.ReportId,
        approval.Title,
        approval.State,
        approval.Quorum,
        approval.Approvals,
        approval.FourEyes,
        approval.OnExpiry,
        approval.Note,
        approval.CreatedAt,
        approval.ExpiresAt,
        approval.ClosedAt,
        approval.Reason,
        approval.Reminders,
        approval.EscalatedAt,
        approval.Approvers,
        approval.Decisions,
        caller is not null && approval.Asks(caller),
        new(
            Api.Links.Approval(approval.ReportId),
            Api.Links.Report(approval.ReportId),
            caller is not null && approval.Asks(caller) ? Api.Links.Approval(approval.ReportId) + "/decide" : null));
}

/// <param name="Decide">POST a decision there; null when it does not wait for the caller.</param>
internal sealed record ApprovalLinks(string Self, string Report, string? Decide);

/// <param name="Next">The address of the next page; null: this is the last.</param>
internal sealed record ApprovalList(IReadOnlyList<ApprovalResource> Approvals, string? Next);

/// <summary>An approval with exactly what would be posted.</summary>
/// <param name="Text">The report as plain text.</param>
/// <param name="Attachments">The names of the files that go with it.</param>
internal sealed record ApprovalDetailResource(
    ApprovalResource Approval, string Text, IReadOnlyList<string> Attachments, IReadOnlyList<DestinationPreview> Destinations)
{
    public static ApprovalDetailResource From(ApprovalDetail detail, Decider caller)
        => new(ApprovalResource.From(detail.Approval, caller), detail.Text, detail.Attachments, detail.Destinations);
}

/// <param name="Decision">Approve or Refuse.</param>
/// <param name="Comment">Why; a refusal needs 3 to 1,000 characters.</param>
internal sealed record ApprovalDecisionRequest([property: Required] string? Decision, string? Comment) : IReason
{
    string? IReason.Reason => Comment;
}
