using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Approvals;

/// <summary>Makes and reads the rows of approvals.</summary>
internal static class ApprovalReader
{
    public static Task<ApprovalRow?> RowAsync(ProductDb db, string reportId, CancellationToken cancellationToken)
        => db.Approvals.Include(a => a.Approvers).Include(a => a.Decisions).SingleOrDefaultAsync(a => a.ReportId == reportId, cancellationToken);

    /// <summary>Reads the approval of a report that asks for one.</summary>
    public static Task<ApprovalRow?> RowAsync(Database database, ReportRow report, CancellationToken cancellationToken)
        => report.NeedsApproval ? database.ReadAsync(db => RowAsync(db, report.Id, cancellationToken), cancellationToken) : Task.FromResult<ApprovalRow?>(null);

    /// <param name="request">As <see cref="ApprovalRules"/> has passed it.</param>
    /// <param name="authors">Who hands the report over, by all names that are known.</param>
    public static ApprovalRow Row(ReportRow report, ApprovalRequest request, IEnumerable<string> authors, ApprovalOptions options)
    {
        var row = new ApprovalRow
        {
            ReportId = report.Id,
            State = ApprovalState.Waiting,
            Quorum = request.Quorum ?? 1,
            FourEyes = ApprovalRules.IsFourEyes(request, options),
            OnExpiry = request.OnExpiry ?? ExpiryAction.Refuse,
            Note = request.Note?.Trim(),
            Authors = WorkflowJson.Write(authors.ToArray()),
            CreatedAt = report.CreatedAt,
            ExpiresAt = report.CreatedAt + (request.Within ?? options.Within),
            RemindAfter = request.RemindAfter ?? options.RemindAfter,
            EscalateAfter = request.Escalate?.After ?? TimeSpan.Zero,
        };
        var asked = request.Approvers!.Select(static a => (Approver: a!, IsEscalation: false))
            .Concat((request.Escalate?.To ?? []).Select(static a => (Approver: a!, IsEscalation: true)));
        row.Approvers.AddRange(asked.Select((a, i) => new ApproverRow
        {
            ReportId = report.Id,
            Number = i + 1,
            Email = a.Approver.Email,
            Person = a.Approver is { Email: { } email, Role: null } ? Person.Key(email) : null,
            Role = a.Approver.Role,
            IsEscalation = a.IsEscalation,
        }));
        return row;
    }

    public static AwaitApprovalInput Input(ApprovalRow row) => new(
        row.ReportId,
        row.CreatedAt,
        row.ExpiresAt,
        row.RemindAfter == TimeSpan.Zero && row.EscalateAfter == TimeSpan.Zero ? null : new CaseChase(row.RemindAfter, row.EscalateAfter),
        Mailed(row, isEscalation: false),
        Mailed(row, isEscalation: true));

    private static int[] Mailed(ApprovalRow row, bool isEscalation)
        => [.. row.Approvers.Where(a => a.Email is not null && a.IsEscalation == isEscalation).Select(static a => a.Number).Order()];
}
