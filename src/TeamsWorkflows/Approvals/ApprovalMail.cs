using System.Net;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Approvals;

/// <summary>The mail to one approver: what is asked, until when, and where to see exactly what would be posted.</summary>
/// <remarks>The report itself is not in it: it is not released yet.</remarks>
internal static class ApprovalMail
{
    /// <param name="address">The approver's own link, or the console's page.</param>
    public static Mail Compose(Approval approval, AskApproverInput asked, string recipient, Uri address, DateTimeOffset now)
    {
        var prefix = asked.Kind switch
        {
            ApprovalMailKind.Remind => "Reminder: ",
            ApprovalMailKind.Escalate => "Escalation: ",
            _ => "",
        };
        var subject = $"{prefix}Approve or refuse: {approval.Title}";
        string[] lines =
        [
            asked.Kind == ApprovalMailKind.Escalate ? "Nobody has decided so far. You may decide, too." : "A report waits for your decision before it goes anywhere.",
            $"Approvals so far: {approval.Approvals} of {approval.Quorum}. One refusal ends it.",
            $"Until {DeliveryNotes.Time(approval.ExpiresAt, now)}; after that {(approval.OnExpiry == ExpiryAction.Release ? "it goes out all the same" : "it is not posted")}.",
            .. approval.Note is { } note ? [$"Note: {note}"] : Array.Empty<string>(),
        ];
        const string how = "The page shows exactly what would be posted. Opening it decides nothing; its buttons do.";
        var text = $"{approval.Title}\n\n{string.Join('\n', lines)}\n\n{how}\n{address.AbsoluteUri}\n";
        var html = $"<h2>{WebUtility.HtmlEncode(approval.Title)}</h2>{string.Concat(lines.Select(static l => $"<p>{WebUtility.HtmlEncode(l)}</p>"))}"
            + $"<p>{how}</p><p><a href=\"{WebUtility.HtmlEncode(address.AbsoluteUri)}\">See it and decide</a></p>";
        return new(
            $"approval-{approval.ReportId}-{asked.Approver}-{asked.Kind.ToString().ToLowerInvariant()}-{asked.Number}", [recipient], subject, text, html);
    }
}
