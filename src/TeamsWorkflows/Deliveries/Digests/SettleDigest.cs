using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Deliveries.Digests;

/// <summary>Notes what became of a digest for all its reports; gives the instances that may go on now. Doing it again gives them again.</summary>
internal sealed class SettleDigest(Database database, TimeProvider time) : TaskActivity<SettleDigestInput, string[]>
{
    public override Task<string[]> RunAsync(TaskActivityContext context, SettleDigestInput input) => database.WriteAsync(
        async db =>
        {
            if (await db.Digests.SingleOrDefaultAsync(d => d.Id == input.LeaderId, context.CancellationToken) is not { } digest)
            {
                return [];
            }

            digest.State = digest.State switch
            {
                DigestState.Open => DigestState.Released, // nothing was posted
                DigestState.Closed when input.State == DeliveryState.Delivered => DigestState.Posted,
                DigestState.Closed => input.IsInDoubt ? DigestState.InDoubt : DigestState.Released,
                var settled => settled,
            };
            var members = await db.Deliveries.Where(d => d.DigestId == digest.Id).ToListAsync(context.CancellationToken);
            var others = members.Where(d => d.Id != digest.Id).OrderBy(static d => d.Id, StringComparer.Ordinal).ToArray();
            if (digest.State == DigestState.Posted)
            {
                Deliver(members.Single(d => d.Id == digest.Id), others.Where(static d => !d.State.IsEnd()).ToArray(), members.Count);
            }

            return others.Select(static d => DeliveryNames.InstanceOf(d.Id)).ToArray();
        },
        context.CancellationToken);

    /// <summary>Settles the digest that a delivery leads, in its orchestration or in that of its report, and wakes the others.</summary>
    public static async Task SettleAsync(TaskOrchestrationContext context, string leaderId, DeliveryState state, bool isInDoubt)
    {
        try
        {
            foreach (var instanceId in await context.CallActivityAsync<string[]>(
                nameof(SettleDigest), new SettleDigestInput(leaderId, state, isInDoubt), Retries.ThroughOutages))
            {
                context.SendEvent(instanceId, DigestPlace.Ended, payload: true);
            }
        }
        catch (TaskFailedException)
        {
            // The delivery has its result all the same; the others ask for theirs when their patience ends.
            context.SetCustomStatus(new DeliveryProgress("ended; the other reports of its digest could not be told"));
        }
    }

    private void Deliver(DeliveryRow leader, IReadOnlyList<DeliveryRow> others, int count)
    {
        var now = time.GetUtcNow();
        foreach (var other in others)
        {
            (other.State, other.UpdatedAt) = (DeliveryState.Delivered, now);
            other.Reason = FormattableString.Invariant($"In one message with {count - 1} other {(count == 2 ? "report" : "reports")}.");
            (other.MessageId, other.WebUrl) = (leader.MessageId, leader.WebUrl);
        }
    }
}

/// <summary>Takes a delivery out of its digest, if that is not under way.</summary>
/// <remarks>One that is closed can be left while its message waits, and nothing of it can be there.</remarks>
internal sealed class LeaveDigest(Database database, TimeProvider time) : TaskActivity<string, LeftDigest>
{
    public override Task<LeftDigest> RunAsync(TaskActivityContext context, string input) => database.WriteAsync(
        async db =>
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.Id == input, context.CancellationToken);
            if (delivery.DigestId is not { } id)
            {
                return new(DigestState.Released);
            }

            var digest = await db.Digests.SingleAsync(d => d.Id == id, context.CancellationToken);
            if (digest.State is not (DigestState.Open or DigestState.Released)
                && !(digest.State == DigestState.Closed && await MayLeaveClosedAsync(db, digest, context.CancellationToken)))
            {
                return new(digest.State);
            }

            var report = await db.Reports.SingleAsync(r => r.Id == delivery.ReportId, context.CancellationToken);
            delivery.DigestId = null;
            digest.Count--;
            digest.Bytes -= DigestDocument.SizeOf(ReportDocument.From(report)) ?? 0; // others may have the room
            return new LeftDigest(DigestState.Released);
        },
        context.CancellationToken);

    // Its message is made of those who are in it when it is sent: whoever leaves before the intent is on disk is not in it. The
    // leader's row is written as the intent writes it, so that of the two at once a server database runs one again.
    private async Task<bool> MayLeaveClosedAsync(ProductDb db, DigestRow digest, CancellationToken cancellationToken)
    {
        var posts = await db.Attempts.Where(a => a.DeliveryId == digest.Id && a.Kind == AttemptKind.Post).Select(static a => a.Outcome).ToListAsync(cancellationToken);
        if (!posts.TrueForAll(IsNotThere))
        {
            return false;
        }

        var leader = await db.Deliveries.SingleAsync(d => d.Id == digest.Id, cancellationToken);
        leader.UpdatedAt = time.GetUtcNow();
        return true;
    }

    // An attempt without an outcome is under way, or nobody knows what became of it.
    private static bool IsNotThere(string? outcome) => WorkflowJson.Read<PostOutcome>(outcome)
        is PostOutcome.Throttled or PostOutcome.Unavailable or PostOutcome.AuthenticationFailed or PostOutcome.PermissionDenied
            or PostOutcome.Rejected or PostOutcome.RootGone;
}
