using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Deliveries.Flights;

/// <summary>Who makes what several deliveries need, and who waits for it. Every call is part of the caller's transaction.</summary>
internal static class FlightBook
{
    /// <summary>Takes part in a flight. Doing it again gives the same answer until something has changed.</summary>
    /// <param name="needsHold">Whether the delivery is to change what was made, so that it must be alone.</param>
    /// <returns>Null: it has to wait. Else the flight: made, or for this delivery to make.</returns>
    public static async Task<FlightRow?> JoinAsync(
        ProductDb db, Flight flight, DeliveryRow delivery, string instanceId, bool needsHold, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await db.Flights.Include(f => f.Waiters).SingleOrDefaultAsync(f => f.Id == flight.Id, cancellationToken);
        if (row is null)
        {
            row = new() { Id = flight.Id, Kind = flight.Kind, HolderId = delivery.Id };
            db.Flights.Add(row);
            return row;
        }

        if (row.HolderId is { } holder && holder != delivery.Id)
        {
            await LandEndedAsync(db, row, holder, cancellationToken);
        }

        var waiting = row.Waiters.Find(w => w.DeliveryId == delivery.Id);
        if (row.Made is null || needsHold)
        {
            row.HolderId ??= delivery.Id;
            if (row.HolderId != delivery.Id)
            {
                if (waiting is null)
                {
                    row.Waiters.Add(new()
                    {
                        FlightId = row.Id,
                        DeliveryId = delivery.Id,
                        InstanceId = instanceId,
                        NeedsHold = needsHold,
                        JoinedAt = now,
                    });
                }

                return null;
            }
        }

        if (waiting is not null)
        {
            row.Waiters.Remove(waiting);
        }

        return row;
    }

    /// <summary>Ends a delivery's part in a flight and passes it on. Doing it again gives the same answer until those have gone on.</summary>
    /// <returns>The instances that may go on now.</returns>
    public static async Task<IReadOnlyList<string>> SettleAsync(
        ProductDb db, Flight flight, DeliveryRow delivery, CancellationToken cancellationToken)
    {
        if (await db.Flights.Include(f => f.Waiters).SingleOrDefaultAsync(f => f.Id == flight.Id, cancellationToken) is not { } row)
        {
            return [];
        }

        row.Waiters.RemoveAll(w => w.DeliveryId == delivery.Id);
        if (row.HolderId == delivery.Id)
        {
            Land(row, delivery);
        }

        var inTurn = row.Waiters.OrderBy(static w => w.JoinedAt).ThenBy(static w => w.DeliveryId, StringComparer.Ordinal).ToArray();
        row.HolderId ??= inTurn.FirstOrDefault(w => row.Made is null || w.NeedsHold)?.DeliveryId;
        return [.. inTurn.Where(w => w.DeliveryId == row.HolderId || (row.Made is not null && !w.NeedsHold)).Select(static w => w.InstanceId)];
    }

    /// <summary>Notes that the service is asked to make it, before it is: whoever comes after a process that died knows that it may be there.</summary>
    /// <param name="looks">How long after the asking it is looked for; after the last of them it is not there.</param>
    /// <returns>When to look again, as it was asked for a short while ago; null: it may be asked for now.</returns>
    public static async Task<DateTimeOffset?> AskAsync(
        ProductDb db, Flight flight, IReadOnlyList<TimeSpan> looks, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await db.Flights.SingleAsync(f => f.Id == flight.Id, cancellationToken);
        foreach (var look in looks)
        {
            if (row.AskedAt + look > now)
            {
                return row.AskedAt + look;
            }
        }

        row.AskedAt = now;
        return null;
    }

    /// <summary>Notes that the service has made nothing.</summary>
    public static async Task RefusedAsync(ProductDb db, Flight flight, CancellationToken cancellationToken)
        => (await db.Flights.SingleAsync(f => f.Id == flight.Id, cancellationToken)).AskedAt = null;

    /// <summary>Forgets what was made: somebody has deleted it since. The next one makes it anew.</summary>
    public static async Task ForgetAsync(ProductDb db, Flight flight, string made, CancellationToken cancellationToken)
    {
        if (await db.Flights.SingleOrDefaultAsync(f => f.Id == flight.Id && f.Made == made, cancellationToken) is { } row)
        {
            (row.Made, row.WebUrl) = (null, null);
        }
    }

    // A delivery whose orchestration was terminated from outside settles nothing: the next one does it for it.
    private static async Task LandEndedAsync(ProductDb db, FlightRow row, string holderId, CancellationToken cancellationToken)
    {
        var holder = await db.Deliveries.SingleOrDefaultAsync(d => d.Id == holderId, cancellationToken);
        if (holder is null || holder.State.IsEnd())
        {
            Land(row, holder);
        }
    }

    private static void Land(FlightRow row, DeliveryRow? holder)
    {
        row.HolderId = null;
        if (row.Made is null)
        {
            (row.Made, row.WebUrl) = (row.Kind, holder) switch
            {
                (FlightKind.Thread, { State: DeliveryState.Delivered }) => (holder.MessageId, holder.WebUrl),
                (FlightKind.Chat, { ChatId: { } chatId }) => (chatId, null),
                _ => (null, null),
            };
        }

        if (row.Made is not null)
        {
            row.AskedAt = null; // it is known: should it be gone one day, nothing is on the way
        }
    }
}
