using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Approvals;

/// <summary>An approval with exactly what would be posted.</summary>
/// <param name="Html">The report itself, sanitised.</param>
/// <param name="Text">The same as plain text.</param>
/// <param name="Attachments">The names of the files that go with it.</param>
/// <param name="Destinations">What each destination would get, made by the very code that sends it.</param>
public sealed record ApprovalDetail(
    Approval Approval, string Html, string Text, IReadOnlyList<string> Attachments, IReadOnlyList<DestinationPreview> Destinations);

/// <summary>What people who are signed in see and do about approvals.</summary>
public sealed class ApprovalDesk
{
    private const int MaxListed = 500;

    private readonly Database _database;
    private readonly ApprovalCounter _counter;

    internal ApprovalDesk(Database database, ApprovalCounter counter) => (_database, _counter) = (database, counter);

    /// <summary>Lists the approvals that somebody may see, open ones first, then newest first; at most 500.</summary>
    public Task<IReadOnlyList<Approval>> ListAsync(Decider who, bool onlyOpen, CancellationToken cancellationToken)
        => PageAsync(who, onlyOpen ? true : null, skip: 0, MaxListed, cancellationToken);

    /// <summary>Lists a page of the approvals that somebody may see, open ones first, then newest first.</summary>
    /// <param name="isOpen">Only those that are, or are not; null: all.</param>
    public async Task<IReadOnlyList<Approval>> PageAsync(Decider who, bool? isOpen, int skip, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);

        var (person, roles, seesAll) = (Person.Key(who.Name), who.Roles, who.SeesAll);
        var rows = await _database.ReadAsync(
            db => db.Approvals
                .Where(a => isOpen == null || (a.State == ApprovalState.Waiting) == isOpen)
                .Where(a => seesAll || db.Approvers.Any(p => p.ReportId == a.ReportId && (!p.IsEscalation || a.EscalatedAt != null)
                    && (p.Person == person || (p.Role != null && roles.Contains(p.Role.Value)))))
                .OrderBy(a => a.State != ApprovalState.Waiting).ThenByDescending(a => a.CreatedAt).ThenBy(a => a.ReportId)
                .Skip(skip).Take(pageSize)
                .Include(a => a.Approvers).Include(a => a.Decisions)
                .Join(db.Reports, a => a.ReportId, r => r.Id, (approval, report) => new { approval, report.Title })
                .ToListAsync(cancellationToken),
            cancellationToken);
        return [.. rows.Select(static r => Approval.From(r.approval, r.Title)).OrderBy(static a => !a.IsOpen).ThenByDescending(static a => a.CreatedAt).ThenBy(static a => a.ReportId, StringComparer.Ordinal)];
    }

    /// <returns>Null when there is none, or this person may not see it.</returns>
    public async Task<ApprovalDetail?> FindAsync(string reportId, Decider who, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);

        return await DetailAsync(_database, reportId, cancellationToken) is { } detail && (who.SeesAll || detail.Approval.WhyNot(who) != DecideResult.NotAsked)
            ? detail
            : null;
    }

    /// <param name="comment">Why; 3 to 1,000 characters for a refusal, and null or at most as many for an approval.</param>
    public Task<DecideResult> DecideAsync(
        string reportId, Decider who, Decision decision, string? comment, DecisionWay way, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);

        return _counter.DecideAsync(_ => Task.FromResult<(string, Decider)?>((reportId, who)), new(decision, comment, way), cancellationToken);
    }

    /// <summary>Tells runs that their approval is over, if the process died before it could. Harmless when there is nothing.</summary>
    /// <param name="before">Only of what ended before: of the rest somebody may be about to.</param>
    public Task ResumeAsync(DateTimeOffset before, CancellationToken cancellationToken) => _counter.TellForgottenAsync(before, cancellationToken);

    internal static async Task<ApprovalDetail?> DetailAsync(Database database, string reportId, CancellationToken cancellationToken)
    {
        var (row, report) = await database.ReadAsync(
            async db => (
                await ApprovalReader.RowAsync(db, reportId, cancellationToken),
                await db.Reports.Include(r => r.Deliveries).SingleOrDefaultAsync(r => r.Id == reportId, cancellationToken)),
            cancellationToken);
        if (row is null || report is null)
        {
            return null;
        }

        var document = ReportDocument.From(report);
        return new(
            Approval.From(row, report.Title),
            document.PlainMentionsInHtml(document.Content.ToHtml()),
            document.PlainMentions(document.Content.ToText()),
            [.. document.Attachments.Select(static a => a.Name)],
            [.. report.Deliveries.Where(static d => d.ResendOf is null).OrderBy(static d => d.Id, StringComparer.Ordinal)
                .Select(d => ReportPreview.Of(WorkflowJson.Read<Destination>(d.Destination)!, document, d.CardId))]);
    }
}
