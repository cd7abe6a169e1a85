using System.ComponentModel.DataAnnotations;

namespace TeamsWorkflows.Approvals;

/// <summary>Who has to approve a report before it goes anywhere, and what happens when nobody does.</summary>
/// <param name="Approvers">Who is asked; 1 to 20.</param>
/// <param name="Quorum">How many different people have to approve; null: 1. One refusal ends it, whatever the quorum.</param>
/// <param name="Within">How long they have, from the handing over; null: as configured; 1 minute to 30 days.</param>
/// <param name="OnExpiry">What becomes of the report when that time is over; null: it is not posted.</param>
/// <param name="RemindAfter">After which time they are reminded first; null: as configured; zero: never.</param>
/// <param name="Escalate">Who is asked besides when nobody acts; null: nobody.</param>
/// <param name="FourEyes">Whether whoever hands the report over may not decide; null: as configured.</param>
/// <param name="Note">What the approvers should look at; at most 1,000 characters.</param>
public sealed record ApprovalRequest(
    [property: Required] IReadOnlyList<ApproverRequest?>? Approvers,
    int? Quorum = null,
    TimeSpan? Within = null,
    ExpiryAction? OnExpiry = null,
    TimeSpan? RemindAfter = null,
    EscalationRequest? Escalate = null,
    bool? FourEyes = null,
    string? Note = null);

/// <summary>Somebody who is asked: a person, anybody with a role, or both.</summary>
/// <param name="Email">A person's address, the one that they sign in with; with a role, the mailbox of those who have it.</param>
/// <param name="Role">Anybody who signs in with this role may decide, each once.</param>
public sealed record ApproverRequest(string? Email = null, ApproverRole? Role = null);

/// <param name="After">From the handing over; shorter than the time to approve.</param>
/// <param name="To">Who is told, and may decide from then on, too; 1 to 20, each with an address.</param>
public sealed record EscalationRequest([property: Required] TimeSpan? After, [property: Required] IReadOnlyList<ApproverRequest?>? To);

/// <summary>A role that people have in the application.</summary>
public enum ApproverRole
{
    /// <summary>Decides about approvals, and does nothing else.</summary>
    Approver,
    Operator,
    Administrator,
}

/// <summary>What becomes of a report that nobody has decided about in time.</summary>
public enum ExpiryAction
{
    /// <summary>It is not posted.</summary>
    Refuse,

    /// <summary>It goes out all the same, if the configuration allows that.</summary>
    Release,
}

/// <summary>The limits of an approval.</summary>
public static class ApprovalLimits
{
    public const int MaxApprovers = 20;
    public const int MaxQuorum = 20;
    public const int MaxTextLength = 1_000;

    /// <summary>The fewest characters of a comment that says why not.</summary>
    public const int MinReasonLength = 3;

    /// <summary>Whether a text may stand beside a decision: a refusal says why.</summary>
    public static bool IsComment(Decision decision, string? comment) => (comment?.Trim().Length ?? 0) switch
    {
        > MaxTextLength => false,
        < MinReasonLength => decision == Decision.Approve,
        _ => true,
    };

    public static readonly TimeSpan MinWithin = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MaxWithin = TimeSpan.FromDays(30);
    public static readonly TimeSpan MaxRemindAfter = TimeSpan.FromDays(7);
}
