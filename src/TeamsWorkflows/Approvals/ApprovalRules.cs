using TeamsWorkflows.Fallback;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Approvals;

/// <summary>Says everything that is wrong with what a report wants of its approvers, by field, and how to put it right.</summary>
internal static class ApprovalRules
{
    private const string Root = "approval";

    /// <param name="authors">The names of those who hand it over; none: a program does.</param>
    public static void Validate(ApprovalRequest? approval, IReadOnlyCollection<string> authors, ApprovalOptions options, ReportErrors errors)
    {
        if (approval is null)
        {
            return;
        }

        var barred = IsFourEyes(approval, options) ? authors : [];
        var before = errors.Count;
        ValidateApprovers($"{Root}.approvers", approval.Approvers ?? [], barred, errors);
        if (errors.Count == before)
        {
            ValidateQuorum(approval, errors);
        }

        ValidateTimes(approval, approval.Within ?? options.Within, options, errors);
        if (approval.Escalate is { } escalate)
        {
            ValidateApprovers($"{Root}.escalate.to", escalate.To ?? [], barred, errors);
            ValidateTold($"{Root}.escalate.to", escalate.To ?? [], errors);
        }

        if (approval.Note is { } note && (string.IsNullOrWhiteSpace(note) || note.Length > ApprovalLimits.MaxTextLength))
        {
            errors.Add($"{Root}.note", $"Say in at most {ApprovalLimits.MaxTextLength:N0} characters what to look at, or leave it out.");
        }
    }

    public static bool IsFourEyes(ApprovalRequest approval, ApprovalOptions options) => options.FourEyes || approval.FourEyes == true;

    private static void ValidateApprovers(string field, IReadOnlyList<ApproverRequest?> approvers, IReadOnlyCollection<string> barred, ReportErrors errors)
    {
        if (approvers.Count is 0 or > ApprovalLimits.MaxApprovers)
        {
            errors.Add(field, $"Give 1 to {ApprovalLimits.MaxApprovers} approvers, each with an e-mail address, a role, or both.");
        }

        for (var i = 0; i < approvers.Count; i++)
        {
            if (WhyNot(approvers[i], barred) is { } problem)
            {
                errors.Add($"{field}[{i}]{problem.Member}", problem.Fix);
            }
            else if (approvers.Take(i).Any(a => IsSame(a!, approvers[i]!)))
            {
                errors.Add($"{field}[{i}]", "This approver is given twice.");
            }
        }
    }

    private static (string Member, string Fix)? WhyNot(ApproverRequest? approver, IReadOnlyCollection<string> barred) => approver switch
    {
        null or { Email: null, Role: null } => ("", "Give an e-mail address, a role, or both."),
        { Role: { } role } when !Enum.IsDefined(role) => (".role", $"Use one of: {string.Join(", ", Enum.GetNames<ApproverRole>())}."),
        { Email: { } email } when !MailAddresses.IsOne(email) || email.Length > 320 => (".email", "This is not an e-mail address."),
        { Email: { } email, Role: null } when barred.Any(name => Person.IsSame(email, name))
            => (".email", "Whoever hands the report over may not approve it (fourEyes). Name somebody else."),
        _ => null,
    };

    // It begins with a mail: without an address, nobody would know.
    private static void ValidateTold(string field, IReadOnlyList<ApproverRequest?> approvers, ReportErrors errors)
    {
        for (var i = 0; i < approvers.Count; i++)
        {
            if (approvers[i] is { Role: not null, Email: null })
            {
                errors.Add($"{field}[{i}].email", "Give the address at which whoever has the role is told.");
            }
        }
    }

    private static bool IsSame(ApproverRequest one, ApproverRequest other)
        => one.Role == other.Role && string.Equals(one.Email, other.Email, StringComparison.OrdinalIgnoreCase);

    // People with a role are not counted: nobody here knows how many there are.
    private static void ValidateQuorum(ApprovalRequest approval, ReportErrors errors)
    {
        var named = approval.Approvers!.All(static a => a!.Role is null) ? approval.Approvers!.Count : ApprovalLimits.MaxQuorum;
        if (approval.Quorum is { } quorum && (quorum < 1 || quorum > named))
        {
            errors.Add($"{Root}.quorum", $"Give 1 to {named}: so many people could approve.");
        }
    }

    private static void ValidateTimes(ApprovalRequest approval, TimeSpan within, ApprovalOptions options, ReportErrors errors)
    {
        if (within < ApprovalLimits.MinWithin || within > ApprovalLimits.MaxWithin)
        {
            errors.Add($"{Root}.within", $"Give a time between {ApprovalLimits.MinWithin} and {ApprovalLimits.MaxWithin}, written as [d.]hh:mm:ss.");
        }

        if (approval.RemindAfter is { } remind && remind != TimeSpan.Zero && (remind < ApprovalLimits.MinWithin || remind > ApprovalLimits.MaxRemindAfter))
        {
            errors.Add($"{Root}.remindAfter", $"Give a time between {ApprovalLimits.MinWithin} and {ApprovalLimits.MaxRemindAfter}, or 00:00:00 for no reminders.");
        }

        if (approval.Escalate is { After: var after } && (after is not { } given || given < ApprovalLimits.MinWithin || given >= within))
        {
            errors.Add($"{Root}.escalate.after", $"Give a time from {ApprovalLimits.MinWithin} on and shorter than within ({within}).");
        }

        if (approval.OnExpiry is { } action && !Enum.IsDefined(action))
        {
            errors.Add($"{Root}.onExpiry", "Use one of: Refuse, Release.");
        }

        if (approval.OnExpiry == ExpiryAction.Release && !options.AllowRelease)
        {
            errors.Add($"{Root}.onExpiry", "Reports may not go out without approval here (Approvals:AllowRelease). Use Refuse, or leave it out.");
        }
    }
}

/// <summary>What a report's wishes for its approval are held against.</summary>
/// <param name="Authors">The names of those who hand it over; none: a program does.</param>
internal sealed record ApprovalCheck(ApprovalOptions Options, IReadOnlyCollection<string> Authors);

/// <summary>People by the name that they sign in with, or are mailed at.</summary>
internal static class Person
{
    /// <summary>One text for one person, however the name was written.</summary>
    public static string Key(string name) => name.Trim().ToLowerInvariant();

    public static bool IsSame(string one, string other) => Key(one) == Key(other);
}
