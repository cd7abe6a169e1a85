using TeamsWorkflows.Cases;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Approvals;

/// <summary>An approval as its orchestration was started: times, and the numbers of those who get mails; no address.</summary>
/// <param name="Chase">When people hear of it again, from the handing over; null: never.</param>
internal sealed record AwaitApprovalInput(
    string ReportId,
    DateTimeOffset HandedOverAt,
    DateTimeOffset ExpiresAt,
    CaseChase? Chase,
    IReadOnlyList<int> Approvers,
    IReadOnlyList<int> Escalations);

/// <summary>What an approval has come to.</summary>
/// <param name="Stopped">The deliveries that do not go on.</param>
internal sealed record ApprovalVerdict(ApprovalState State, IReadOnlyList<DeliveryResult> Stopped);

/// <summary>Why an approval is looked at.</summary>
internal enum SettleMoment
{
    /// <summary>It begins.</summary>
    Opened,

    /// <summary>Somebody has said that it is over.</summary>
    Told,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its orchestration cannot go on.</summary>
    Abandoned,
}

/// <param name="Because">Why it is abandoned; null otherwise.</param>
internal sealed record SettleApprovalInput(string ReportId, SettleMoment Moment, string? Because = null);

/// <summary>Why an approver gets a mail.</summary>
internal enum ApprovalMailKind
{
    Ask,
    Remind,
    Escalate,
}

/// <param name="Approvers">Their numbers.</param>
/// <param name="Number">Of the reminder, from 1; 0: no reminder.</param>
internal sealed record AskApproversInput(string ReportId, IReadOnlyList<int> Approvers, ApprovalMailKind Kind, int Number = 0);

internal sealed record AskApproverInput(string ReportId, int Approver, ApprovalMailKind Kind, int Number);

/// <summary>The identifiers of an approval's orchestrations.</summary>
internal static class ApprovalNames
{
    public static string Instance(string reportId) => $"approval-{reportId}";

    public static string InstanceOfMails(AskApproversInput input) => input.Kind switch
    {
        ApprovalMailKind.Remind => $"approval-{input.ReportId}-remind-{input.Number}",
        ApprovalMailKind.Escalate => $"approval-{input.ReportId}-escalate",
        _ => $"approval-{input.ReportId}-ask",
    };
}
