using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Approvals;

/// <summary>What the links in mails to approvers open, and what is decided by them: each once.</summary>
/// <remarks>
/// A link that is unknown, used, too old, decided by other means or somebody else's is nothing, in all of these cases the same
/// nothing. Opening one changes nothing: programs that look into mails open all of them.
/// </remarks>
public sealed partial class ApprovalLinkDesk
{
    private readonly Database _database;
    private readonly ApprovalCounter _counter;
    private readonly ApprovalOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ApprovalLinkDesk> _logger;

    internal ApprovalLinkDesk(
        Database database, ApprovalCounter counter, IOptions<ApprovalOptions> options, TimeProvider time, ILogger<ApprovalLinkDesk> logger)
        => (_database, _counter, _options, _time, _logger) = (database, counter, options.Value, time, logger);

    /// <param name="key">As it is in the mail.</param>
    /// <param name="signedInAs">Who is signed in where the link is opened; null: nobody. Somebody else's link is nothing.</param>
    /// <returns>Null: it opens nothing.</returns>
    public async Task<OpenedLink?> OpenAsync(string? key, string? signedInAs, CancellationToken cancellationToken)
    {
        var bound = await _database.ReadAsync(db => BoundAsync(db, key, signedInAs, cancellationToken), cancellationToken);
        var detail = bound is null ? null : await ApprovalDesk.DetailAsync(_database, bound.Approval.ReportId, cancellationToken);
        ApprovalTelemetry.LinkOpened(detail is not null);
        if (detail is null)
        {
            Log.Nothing(_logger);
            return null;
        }

        Log.Opened(_logger, detail.Approval.ReportId, bound!.Approver.Number);
        return new(detail, bound.Approver.Email!);
    }

    /// <summary>Decides as the approver whom the link was sent to, and uses the link up.</summary>
    /// <returns>False: the link opens nothing, and nothing was decided.</returns>
    public async Task<bool> DecideAsync(string? key, string? signedInAs, Decision decision, string? comment, CancellationToken cancellationToken)
        => await _counter.DecideAsync(
            async db =>
            {
                if (await BoundAsync(db, key, signedInAs, cancellationToken) is not { } bound)
                {
                    return null;
                }

                bound.Link.UsedAt = _time.GetUtcNow();
                AuditCall.Current?.By(new(bound.Approver.Email!, "", "by link"));
                AuditCall.Current?.To($"approval/{bound.Approval.ReportId}");
                return (bound.Approval.ReportId, Person(bound.Approver));
            },
            new(decision, comment, DecisionWay.Link),
            cancellationToken) == DecideResult.Done;

    private static Decider Person(ApproverRow approver) => new(approver.Email!, approver.Email!, []);

    // Null: the link is none, or not any more.
    private async Task<BoundLink?> BoundAsync(ProductDb db, string? key, string? signedInAs, CancellationToken cancellationToken)
    {
        if (!_options.LinksDecide)
        {
            return null; // those in mails that went out before, too
        }

        var link = ApprovalLink.Parse(key) ?? ApprovalLink.Create().Link; // what is no key takes as long as what might be one
        var row = await db.ApprovalLinks.SingleOrDefaultAsync(l => l.Id == link.Id, cancellationToken);
        if (!link.Opens(row?.SecretHash) || row is not { UsedAt: null })
        {
            return null;
        }

        var approval = (await ApprovalReader.RowAsync(db, row.ReportId, cancellationToken))!;
        var approver = approval.Approvers.Single(a => a.Number == row.Approver);
        return approver.Email is { } email && _time.GetUtcNow() < approval.ExpiresAt && Approval.From(approval, "").Asks(Person(approver))
            && (signedInAs is null || Approvals.Person.IsSame(email, signedInAs))
                ? new(row, approval, approver)
                : null;
    }

    private sealed record BoundLink(ApprovalLinkRow Link, ApprovalRow Approval, ApproverRow Approver);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The link of approver {Approver} of report {Report} was opened; that changes nothing")]
        public static partial void Opened(ILogger logger, string report, int approver);

        [LoggerMessage(2, LogLevel.Information, "A link was opened that leads to no approval")]
        public static partial void Nothing(ILogger logger);
    }
}

/// <summary>What a link opens.</summary>
/// <param name="Approver">The address that it was sent to.</param>
public sealed record OpenedLink(ApprovalDetail Detail, string Approver);
