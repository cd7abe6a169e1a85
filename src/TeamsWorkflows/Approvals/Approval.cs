using TeamsWorkflows.Data;

namespace TeamsWorkflows.Approvals;

/// <summary>What a report waits for before it goes anywhere, and what people said.</summary>
/// <param name="ReportId">The report; it has one approval.</param>
/// <param name="Quorum">How many people have to approve.</param>
/// <param name="FourEyes">Whether whoever handed the report over may not decide.</param>
/// <param name="ExpiresAt">When the time to decide is over.</param>
/// <param name="ClosedAt">When it was decided, or otherwise over; null: it is open.</param>
/// <param name="Reason">Why it ended as it did, in a sentence; null while it is open.</param>
/// <param name="Reminders">How often the approvers were reminded.</param>
/// <param name="EscalatedAt">When others were asked besides; null: not yet.</param>
public sealed record Approval(
    string ReportId,
    string Title,
    ApprovalState State,
    int Quorum,
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
    IReadOnlyList<ApprovalDecision> Decisions)
{
    public bool IsOpen => State == ApprovalState.Waiting;

    /// <summary>Gets how many people have approved.</summary>
    public int Approvals => Decisions.Count(static d => d.Decision == Decision.Approve);

    /// <summary>Gets who handed the report over, by all names that are known.</summary>
    internal IReadOnlyList<string> Authors { get; init; } = [];

    /// <summary>Says why somebody may not decide, whether it is open or not.</summary>
    /// <returns>Null: they may.</returns>
    public DecideResult? WhyNot(Decider who)
    {
        ArgumentNullException.ThrowIfNull(who);

        if (!Approvers.Any(a => (!a.IsEscalation || EscalatedAt is not null) && a.Is(who)))
        {
            return DecideResult.NotAsked;
        }

        return FourEyes && Authors.Any(a => Person.IsSame(a, who.Name) || Person.IsSame(a, who.Subject)) ? DecideResult.OwnReport : null;
    }

    /// <summary>Whether it waits for this very person.</summary>
    public bool Asks(Decider who) => IsOpen && WhyNot(who) is null && !Decisions.Any(d => Person.IsSame(d.Person, who.Name));

    internal static Approval From(ApprovalRow row, string title) => new(
        row.ReportId,
        title,
        row.State,
        row.Quorum,
        row.FourEyes,
        row.OnExpiry,
        row.Note,
        row.CreatedAt,
        row.ExpiresAt,
        row.ClosedAt,
        row.Reason,
        row.Reminders,
        row.EscalatedAt,
        [.. row.Approvers.OrderBy(static a => a.Number).Select(static a => new Approver(a.Email, a.Role, a.IsEscalation, a.AskedAt, a.MailProblem))],
        [.. row.Decisions.OrderBy(static d => d.At).Select(static d => new ApprovalDecision(d.Person, d.Decision, d.Comment, d.Way, d.At))])
    {
        Authors = WorkflowJson.Read<string[]>(row.Authors) ?? [],
    };
}

/// <summary>Somebody who was, or will be, asked.</summary>
/// <param name="IsEscalation">Whether they are asked only when nobody acts.</param>
/// <param name="AskedAt">When the last mail to them was taken; null: none was.</param>
/// <param name="MailProblem">Why the last mail was not taken; null: it was, or none was sent.</param>
public sealed record Approver(string? Email, ApproverRole? Role, bool IsEscalation, DateTimeOffset? AskedAt, string? MailProblem)
{
    internal bool Is(Decider who) => Role is { } role ? who.Roles.Contains(role) : Email is { } email && Person.IsSame(email, who.Name);
}

/// <summary>What somebody decided, for the record.</summary>
/// <param name="Person">Who: the name that they are signed in with, or the address that the link was sent to.</param>
public sealed record ApprovalDecision(string Person, Decision Decision, string? Comment, DecisionWay Way, DateTimeOffset At);

/// <summary>Where an approval stands.</summary>
public enum ApprovalState
{
    /// <summary>Not enough people have decided.</summary>
    Waiting,

    /// <summary>Enough people have approved: the report goes out.</summary>
    Approved,

    /// <summary>Somebody has refused: it does not.</summary>
    Refused,

    /// <summary>Nobody decided in time: it does not go out.</summary>
    Expired,

    /// <summary>Nobody decided in time, and it goes out all the same.</summary>
    Released,

    /// <summary>There is nothing left to decide: the report was cancelled.</summary>
    Cancelled,
}

/// <summary>What an approver says.</summary>
public enum Decision
{
    Approve,
    Refuse,
}

/// <summary>By which way a decision came.</summary>
public enum DecisionWay
{
    /// <summary>By the link in a mail.</summary>
    Link,
    Console,
    Api,
}

/// <summary>Somebody who decides, as the sign-in says.</summary>
/// <param name="Name">What they are signed in as.</param>
/// <param name="Subject">Their identifier in the directory, by which they hand reports over.</param>
public sealed record Decider(string Name, string Subject, IReadOnlyList<ApproverRole> Roles)
{
    /// <summary>Gets a value indicating whether they see approvals that do not ask for them, too.</summary>
    public bool SeesAll => Roles.Contains(ApproverRole.Operator) || Roles.Contains(ApproverRole.Administrator);
}

/// <summary>What came of a decision.</summary>
public enum DecideResult
{
    /// <summary>It is kept, also when it was said before.</summary>
    Done,
    NotFound,

    /// <summary>It does not ask for this person, or not yet.</summary>
    NotAsked,

    /// <summary>The person handed the report over, and may not decide.</summary>
    OwnReport,

    /// <summary>The person has decided otherwise before.</summary>
    AlreadyDecided,

    /// <summary>It is decided, over, or its report was cancelled.</summary>
    Closed,
}
