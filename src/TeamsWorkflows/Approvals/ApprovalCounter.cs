using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Approvals;

/// <summary>Where every decision is taken, by whichever way it came: in one transaction, and then the run that waits is told.</summary>
internal sealed partial class ApprovalCounter(Database database, DurableTaskClient client, TimeProvider time, ILogger<ApprovalCounter> logger)
{
    private const int TellPageSize = 100;

    private static readonly TimeSpan FailedPause = TimeSpan.FromMinutes(15);

    // Reports whose run has failed, and until when it is left alone: an operator may rewind it, and does not do so every minute.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _failed = new(StringComparer.Ordinal);

    /// <param name="identify">Who decides, and about which report; null: nobody who may, and nothing is done. Runs in the transaction.</param>
    public async Task<DecideResult> DecideAsync(
        Func<ProductDb, Task<(string ReportId, Decider Who)?>> identify, Said said, CancellationToken cancellationToken)
    {
        var taken = await database.WriteAsync(
            async db => await identify(db) is { } known ? await CastAsync(db, known.ReportId, known.Who, said, cancellationToken) : new(DecideResult.NotFound, null, EndsIt: false),
            cancellationToken);
        if (taken.EndsIt)
        {
            ApprovalTelemetry.Closed(taken.Row!.State, taken.Row.ClosedAt!.Value - taken.Row.CreatedAt);
            Log.Ended(logger, taken.Row.ReportId, taken.Row.State, said.Way);
        }

        if (taken is { Result: DecideResult.Done, Row: { State: not ApprovalState.Waiting } ended })
        {
            await TellAsync(ended.ReportId, cancellationToken);
        }

        return taken.Result;
    }

    /// <summary>Tells the run that waits for an approval that it is over. Twice does no harm.</summary>
    /// <remarks>What is decided is kept: if the run cannot be told now, it is told within about a minute (<see cref="TellForgottenAsync"/>).</remarks>
    public async Task TellAsync(string reportId, CancellationToken cancellationToken)
    {
        try
        {
            await client.RaiseEventAsync(ApprovalNames.Instance(reportId), AwaitApproval.Closed, true, cancellationToken);
        }
        catch (Exception e) when (DatabaseFailure.IsOfDatabase(e) || e is TaskHubBusyException or InvalidOperationException)
        {
            Log.NotTold(logger, reportId, e);
        }
    }

    /// <summary>Tells runs that were not told when their approval ended, since the process died in between.</summary>
    /// <param name="before">Only of what ended before: of the rest somebody may be about to.</param>
    public async Task TellForgottenAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (reportId, _) in _failed.Where(f => f.Value <= now))
        {
            _failed.TryRemove(reportId, out _);
        }

        await TellSomeAsync(
            db => db.Deliveries.Where(d => d.State == DeliveryState.AwaitingApproval
                    && db.Approvals.Any(a => a.ReportId == d.ReportId && a.State != ApprovalState.Waiting && a.ClosedAt < before))
                .Select(d => d.ReportId).Distinct(),
            cancellationToken);
        await TellSomeAsync(
            db => db.Approvals.Where(a => a.State == ApprovalState.Waiting && a.CreatedAt < before
                    && !db.Deliveries.Any(d => d.ReportId == a.ReportId && (d.State == DeliveryState.AwaitingApproval || d.State == DeliveryState.Accepted)))
                .Select(a => a.ReportId),
            cancellationToken);
    }

    // About a page at a time; those that are left alone do not count, and hold nobody up.
    private async Task TellSomeAsync(Func<ProductDb, IQueryable<string>> select, CancellationToken cancellationToken)
    {
        var (after, told) = ("", 0);
        while (told < TellPageSize)
        {
            var last = after;
            var page = await database.ReadAsync(
                db => select(db).Where(id => string.Compare(id, last) > 0).OrderBy(static id => id).Take(TellPageSize).ToListAsync(cancellationToken),
                cancellationToken);
            foreach (var reportId in page.Where(id => !_failed.ContainsKey(id)))
            {
                await TellOrEndAsync(reportId, cancellationToken);
                told++;
            }

            if (page.Count < TellPageSize)
            {
                return;
            }

            after = page[^1];
        }
    }

    // What nobody hears of any more would be told for ever, and hold up what somebody does hear of. A run that has failed can be
    // rewound, and would then post what the ledger called ended: it is left as it is until it goes on, or is gone.
    private async Task TellOrEndAsync(string reportId, CancellationToken cancellationToken)
    {
        try
        {
            if (await client.RaiseEventAsync(ApprovalNames.Instance(reportId), AwaitApproval.Closed, true, cancellationToken))
            {
                return;
            }

            var run = await client.GetInstanceAsync(DeliveryNames.InstanceOfReport(reportId), cancellationToken);
            if (run is { Status: OrchestrationRuntimeStatus.Failed })
            {
                _failed[reportId] = time.GetUtcNow() + FailedPause;
                Log.RunFailed(logger, reportId);
            }
            else if (run is null or { IsCompleted: true })
            {
                await database.WriteAsync(db => EndAsync(db, reportId, cancellationToken), cancellationToken);
                Log.RunGone(logger, reportId);
            }
        }
        catch (Exception e) when (e is IOException or DbException or TaskHubBusyException or InvalidOperationException)
        {
            Log.NotTold(logger, reportId, e);
        }
    }

    private async Task EndAsync(ProductDb db, string reportId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var approval = await db.Approvals.SingleAsync(a => a.ReportId == reportId, cancellationToken);
        if (approval.State == ApprovalState.Waiting)
        {
            (approval.State, approval.Reason, approval.ClosedAt) = (ApprovalState.Cancelled, "The report was cancelled.", now);
        }

        var isReleased = approval.State is ApprovalState.Approved or ApprovalState.Released;
        foreach (var delivery in await db.Deliveries.Where(d => d.ReportId == reportId && d.State == DeliveryState.AwaitingApproval).ToListAsync(cancellationToken))
        {
            delivery.State = isReleased ? DeliveryState.Failed : DeliveryState.NotApproved;
            delivery.Reason = isReleased ? $"{approval.Reason} The run that was to post it is gone: send it once more." : approval.Reason;
            delivery.UpdatedAt = now;
        }
    }

    private async Task<Taken> CastAsync(ProductDb db, string reportId, Decider who, Said said, CancellationToken cancellationToken)
    {
        if (await ApprovalReader.RowAsync(db, reportId, cancellationToken) is not { } row)
        {
            return new(DecideResult.NotFound, null, EndsIt: false);
        }

        var isOpen = row.State == ApprovalState.Waiting;
        if (isOpen && !await db.Deliveries.AnyAsync(
            d => d.ReportId == reportId && (d.State == DeliveryState.AwaitingApproval || d.State == DeliveryState.Accepted), cancellationToken))
        {
            return new(DecideResult.Closed, row, EndsIt: false); // all of it was cancelled
        }

        return new(Ballot.Cast(row, who, said, time.GetUtcNow()), row, isOpen && row.State != ApprovalState.Waiting);
    }

    private sealed record Taken(DecideResult Result, ApprovalRow? Row, bool EndsIt);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The approval of report {Report} ended: {State}, by {Way}")]
        public static partial void Ended(ILogger logger, string report, ApprovalState state, DecisionWay way);

        [LoggerMessage(2, LogLevel.Warning, "The approval of report {Report} is over, and its run could not be told; it is told later")]
        public static partial void NotTold(ILogger logger, string report, Exception reason);

        [LoggerMessage(3, LogLevel.Warning, "The approval of report {Report} is over, and its run is gone: what waited for it has ended")]
        public static partial void RunGone(ILogger logger, string report);

        [LoggerMessage(4, LogLevel.Warning, "The approval of report {Report} is over, and its run has failed: rewind it, or purge it")]
        public static partial void RunFailed(ILogger logger, string report);
    }
}
