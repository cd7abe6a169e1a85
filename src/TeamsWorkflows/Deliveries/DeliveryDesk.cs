using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Deliveries;

/// <summary>What operators do about deliveries: cancel, decide, send once more; each with a reason, for the record.</summary>
public sealed class DeliveryDesk
{
    private readonly Database _database;
    private readonly DurableTaskClient _client;
    private readonly ReportDesk _reports;
    private readonly ApprovalCounter _approvals;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newGuid;

    internal DeliveryDesk(
        Database database, DurableTaskClient client, ReportDesk reports, ApprovalCounter approvals, TimeProvider time, Func<Guid> newGuid)
        => (_database, _client, _reports, _approvals, _time, _newGuid) = (database, client, reports, approvals, time, newGuid);

    /// <summary>Ends a delivery early.</summary>
    /// <remarks>
    /// A message that is under way is not called back: its outcome is waited for, and the delivery ends as delivered if it
    /// arrived, and as cancelled if it did not.
    /// </remarks>
    public async Task<WordResult> CancelAsync(string deliveryId, string actor, string reason, CancellationToken cancellationToken)
    {
        string? unapproved = null; // the report, while it waits for its approval: no orchestration of the delivery is there to be told
        var result = await SayAsync(
            deliveryId,
            new(OperatorWord.Cancel, actor, reason),
            delivery =>
            {
                unapproved = null;
                if (delivery.State == DeliveryState.AwaitingApproval)
                {
                    unapproved = delivery.ReportId;
                    (delivery.State, delivery.Reason, delivery.UpdatedAt) = (DeliveryState.Cancelled, $"Cancelled by {actor}: {reason}", _time.GetUtcNow());
                    return WordResult.Done;
                }

                return delivery.State.IsEnd() ? WordResult.AlreadyEnded : WordResult.Done;
            },
            cancellationToken);
        if (result != WordResult.Done)
        {
            return result;
        }

        if (unapproved is null)
        {
            return await RaiseAsync(deliveryId, OperatorSaid.Cancelled, new(OperatorWord.Cancel, actor, reason), cancellationToken);
        }

        await _approvals.TellAsync(unapproved, cancellationToken);
        return WordResult.Done;
    }

    /// <summary>Cancels all deliveries of a report that have not ended.</summary>
    /// <returns>What became of each; null: there is no such report.</returns>
    public async Task<IReadOnlyDictionary<string, WordResult>?> CancelReportAsync(
        string reportId, string actor, string reason, CancellationToken cancellationToken)
    {
        if (await _reports.FindAsync(reportId, cancellationToken) is not { } report)
        {
            return null;
        }

        var results = new Dictionary<string, WordResult>(StringComparer.Ordinal);
        foreach (var delivery in report.Deliveries)
        {
            results.Add(delivery.Id, await CancelAsync(delivery.Id, actor, reason, cancellationToken));
        }

        return results;
    }

    /// <summary>Says what becomes of a delivery that is held.</summary>
    /// <param name="word"><see cref="OperatorWord.ItIsThere"/>, <see cref="OperatorWord.PostAgain"/> or <see cref="OperatorWord.FallBack"/>.</param>
    public async Task<WordResult> DecideAsync(string deliveryId, OperatorWord word, string actor, string reason, CancellationToken cancellationToken)
    {
        if (word is not (OperatorWord.ItIsThere or OperatorWord.PostAgain or OperatorWord.FallBack))
        {
            throw new ArgumentOutOfRangeException(nameof(word), word, "This decides about no held delivery.");
        }

        var said = new OperatorSaid(word, actor, reason);
        var result = await SayAsync(
            deliveryId,
            said,
            delivery =>
            {
                if (delivery.State != DeliveryState.Held)
                {
                    return WordResult.NotHeld;
                }

                (delivery.State, delivery.UpdatedAt) = (DeliveryState.Waiting, _time.GetUtcNow()); // one decision, not two
                return WordResult.Done;
            },
            cancellationToken);
        return result == WordResult.Done ? await RaiseAsync(deliveryId, OperatorSaid.Decided, said, cancellationToken) : result;
    }

    private Task<WordResult> SayAsync(string deliveryId, OperatorSaid said, Func<DeliveryRow, WordResult> judge, CancellationToken cancellationToken)
        => _database.WriteAsync(
            async db =>
            {
                if (await db.Deliveries.SingleOrDefaultAsync(d => d.Id == deliveryId, cancellationToken) is not { } delivery)
                {
                    return WordResult.NotFound;
                }

                var judged = judge(delivery);
                if (judged == WordResult.Done)
                {
                    db.DeliveryWords.Add(new DeliveryWordRow
                    {
                        Id = _newGuid(),
                        DeliveryId = deliveryId,
                        At = _time.GetUtcNow(),
                        Word = said.Word,
                        Actor = said.Actor,
                        Reason = said.Reason,
                    });
                }

                return judged;
            },
            cancellationToken);

    // A decision that the delivery did not hear of is still to be made.
    private async Task<WordResult> RaiseAsync(string deliveryId, string eventName, OperatorSaid said, CancellationToken cancellationToken)
    {
        var isHeard = false;
        try
        {
            isHeard = await _client.RaiseEventAsync(DeliveryNames.InstanceOf(deliveryId), eventName, said, cancellationToken);
            return isHeard ? WordResult.Done : WordResult.NotStarted;
        }
        finally
        {
            if (!isHeard && eventName == OperatorSaid.Decided)
            {
                await HoldAgainAsync(deliveryId);
            }
        }
    }

    // Through the change tracker: the audit log has the decision, so it has what became of it.
    private Task HoldAgainAsync(string deliveryId) => _database.WriteAsync(
        async db =>
        {
            if (await db.Deliveries.SingleOrDefaultAsync(d => d.Id == deliveryId && d.State == DeliveryState.Waiting, CancellationToken.None) is { } delivery)
            {
                (delivery.State, delivery.UpdatedAt) = (DeliveryState.Held, _time.GetUtcNow());
            }
        },
        CancellationToken.None);
}

/// <summary>What came of an operator's word.</summary>
public enum WordResult
{
    /// <summary>It is kept, and the delivery has been told.</summary>
    Done,
    NotFound,

    /// <summary>There is nothing left to end.</summary>
    AlreadyEnded,

    /// <summary>It does not wait for a decision.</summary>
    NotHeld,

    /// <summary>Its orchestration has not begun yet, or is gone: say it again in a moment.</summary>
    NotStarted,
}
