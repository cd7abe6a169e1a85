using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Approvals;

/// <summary>Mails one approver, with a link of this mail's own. A mail that is repeated has another link; all are good until one is used.</summary>
internal sealed class AskApprover(
    Database database, Mailer mailer, IOptions<ApprovalOptions> options, IOptions<EntraOptions> entra, TimeProvider time) : TaskActivity<AskApproverInput, bool>
{
    /// <returns>Whether there was something to ask: false when it is decided, by all or by this one.</returns>
    public override async Task<bool> RunAsync(TaskActivityContext context, AskApproverInput input)
    {
        var (link, key) = ApprovalLink.Create();
        if (await PrepareAsync(input, link, context.CancellationToken) is not { } asked)
        {
            return false;
        }

        var (approval, approver) = asked;
        var address = NeedsSignIn(approver)
            ? new Uri(entra.Value.PublicAddress, $"approvals/{approval.ReportId}")
            : new Uri(entra.Value.PublicAddress, $"approve?key={key}");
        try
        {
            await mailer.SendAsync(ApprovalMail.Compose(approval, input, approver.Email!, address, time.GetUtcNow()), context.CancellationToken);
        }
        catch (ActivityFailureException e)
        {
            await NoteAsync(input, e.Message, CancellationToken.None);
            throw;
        }

        await NoteAsync(input, problem: null, CancellationToken.None);
        return true;
    }

    // A mailbox that several people read decides nothing by itself.
    private bool NeedsSignIn(ApproverRow approver) => approver.Role is not null || !options.Value.LinksDecide;

    // The link is there before its mail is.
    private Task<(Approval Approval, ApproverRow Approver)?> PrepareAsync(AskApproverInput input, ApprovalLink link, CancellationToken cancellationToken)
        => database.WriteAsync<(Approval, ApproverRow)?>(
            async db =>
            {
                var now = time.GetUtcNow();
                var row = await ApprovalReader.RowAsync(db, input.ReportId, cancellationToken);
                var approver = row?.Approvers.Find(a => a.Number == input.Approver);
                if (row is null || row.State != ApprovalState.Waiting || now >= row.ExpiresAt
                    || approver is not { Email: not null } || row.Decisions.Exists(d => d.Person == approver.Person))
                {
                    return null;
                }

                row.Reminders = Math.Max(row.Reminders, input.Number);
                row.EscalatedAt ??= input.Kind == ApprovalMailKind.Escalate ? now : null;
                if (!NeedsSignIn(approver))
                {
                    db.ApprovalLinks.Add(new ApprovalLinkRow
                    {
                        Id = link.Id,
                        SecretHash = link.SecretHash,
                        ReportId = input.ReportId,
                        Approver = input.Approver,
                        CreatedAt = now,
                    });
                }

                var title = await db.Reports.Where(r => r.Id == input.ReportId).Select(r => r.Title).SingleAsync(cancellationToken);
                return (Approval.From(row, title), approver);
            },
            cancellationToken);

    private Task NoteAsync(AskApproverInput input, string? problem, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            var approver = await db.Approvers.SingleAsync(a => a.ReportId == input.ReportId && a.Number == input.Approver, cancellationToken);
            (approver.AskedAt, approver.MailProblem) = (problem is null ? time.GetUtcNow() : approver.AskedAt, problem);
        },
        cancellationToken);
}
