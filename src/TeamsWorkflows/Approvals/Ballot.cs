using System.Globalization;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Approvals;

/// <summary>What somebody says.</summary>
/// <param name="Comment">Null: nothing besides.</param>
internal sealed record Said(Decision Decision, string? Comment, DecisionWay Way);

/// <summary>Counts decisions: each person's first one, one refusal ends it, enough approvals end it. Pure.</summary>
internal static class Ballot
{
    /// <summary>Takes a decision, if it may be taken, and ends the approval, if that is enough.</summary>
    public static DecideResult Cast(ApprovalRow row, Decider who, Said said, DateTimeOffset now)
    {
        if (Approval.From(row, "").WhyNot(who) is { } no)
        {
            return no;
        }

        var person = Person.Key(who.Name);
        if (row.Decisions.Find(d => d.Person == person) is { } earlier)
        {
            return earlier.Decision == said.Decision ? DecideResult.Done : DecideResult.AlreadyDecided;
        }

        if (row.State != ApprovalState.Waiting || now >= row.ExpiresAt)
        {
            return DecideResult.Closed;
        }

        row.Decisions.Add(new ApprovalDecisionRow
        {
            ReportId = row.ReportId,
            Person = person,
            Decision = said.Decision,
            Comment = said.Comment,
            Way = said.Way,
            At = now,
        });
        Count(row, now);
        return DecideResult.Done;
    }

    private static void Count(ApprovalRow row, DateTimeOffset now)
    {
        if (row.Decisions.Find(static d => d.Decision == Decision.Refuse) is { } refusal)
        {
            (row.State, row.ClosedAt) = (ApprovalState.Refused, now);
            row.Reason = refusal.Comment is null ? $"Refused by {refusal.Person}." : $"Refused by {refusal.Person}: {refusal.Comment}";
        }
        else if (row.Decisions.Count >= row.Quorum)
        {
            (row.State, row.ClosedAt) = (ApprovalState.Approved, now);
            row.Reason = string.Create(CultureInfo.InvariantCulture, $"Approved by {string.Join(", ", row.Decisions.Select(static d => d.Person))}.");
        }
    }
}
