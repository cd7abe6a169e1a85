using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Deliveries.Digests;

/// <summary>Finds a digest for a delivery, or makes it the first of a new one. Doing it again gives the same place.</summary>
internal sealed class JoinDigest(Database database, TimeProvider time) : TaskActivity<JoinDigestInput, DigestPlace>
{
    public override Task<DigestPlace> RunAsync(TaskActivityContext context, JoinDigestInput input) => database.WriteAsync(
        async db =>
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.Id == input.DeliveryId, context.CancellationToken);
            if (delivery.DigestId is { } known)
            {
                var joined = await db.Digests.SingleAsync(d => d.Id == known, context.CancellationToken);
                return new(known, joined.ClosesAt, joined.State != DigestState.Open);
            }

            var report = await db.Reports.SingleAsync(r => r.Id == delivery.ReportId, context.CancellationToken);
            if ((delivery.ChannelId ?? delivery.ChatId) is not { } place || DigestDocument.SizeOf(ReportDocument.From(report)) is not { } size)
            {
                return new(LeaderId: null, input.ClosesAt, IsFull: false);
            }

            var digest = await FindAsync(db, $"{delivery.ConnectionId}/{place}", size, context.CancellationToken);
            digest ??= db.Digests.Add(new() { Id = delivery.Id, Place = $"{delivery.ConnectionId}/{place}", ClosesAt = input.ClosesAt, Count = 0, Bytes = 0 }).Entity;
            (digest.Count, digest.Bytes) = (digest.Count + 1, digest.Bytes + size);
            digest.State = digest.Count < DigestDocument.MaxReports ? DigestState.Open : DigestState.Closed;
            (delivery.DigestId, delivery.State, delivery.UpdatedAt) = (digest.Id, DeliveryState.Waiting, time.GetUtcNow());
            delivery.Reason = $"It is gathered with other reports for one message, until {DeliveryNotes.Time(digest.ClosesAt, delivery.UpdatedAt)}.";
            return new DigestPlace(digest.Id, digest.ClosesAt, digest.State != DigestState.Open);
        },
        context.CancellationToken);

    private Task<DigestRow?> FindAsync(ProductDb db, string place, int size, CancellationToken cancellationToken)
    {
        var (now, room) = (time.GetUtcNow(), DigestDocument.MaxBytes - size);
        return db.Digests.Where(d => d.Place == place && d.State == DigestState.Open && d.ClosesAt > now && d.Bytes <= room)
            .OrderBy(static d => d.ClosesAt).ThenBy(static d => d.Id).FirstOrDefaultAsync(cancellationToken);
    }
}

/// <summary>Closes a digest before its message is posted: from here on nobody joins it. Who leaves it, and when, is <see cref="LeaveDigest"/>'s.</summary>
internal sealed class CloseDigest(Database database) : TaskActivity<string, bool>
{
    public override Task<bool> RunAsync(TaskActivityContext context, string input) => database.WriteAsync(
        async db =>
        {
            var digest = await db.Digests.SingleAsync(d => d.Id == input, context.CancellationToken);
            digest.State = digest.State == DigestState.Open ? DigestState.Closed : digest.State;
            return true;
        },
        context.CancellationToken);
}
