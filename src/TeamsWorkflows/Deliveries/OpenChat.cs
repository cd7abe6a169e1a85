using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Graph.Models;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>Finds the chat that a destination names by its members, or makes it.</summary>
/// <remarks>
/// The chat of two is the same one however often it is opened. A chat of several would be another one each time: the
/// delivery that makes it holds the chat's flight, and looks for it first. That it asks for one is on disk before it does; as
/// lists of chats may lag behind, what is not found soon after an asking without an answer is looked for again, and only
/// after the last look asked for once more. Whoever waits for the chat goes on as soon as it is known.
/// </remarks>
internal sealed class OpenChat(
    AttemptRunner attempts, TeamsChats chats, Database database, DurableTaskClient client, IOptions<DeliveryOptions> options, TimeProvider time)
    : TaskActivity<AttemptInput, PostOutcome>
{
    public override async Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input)
    {
        var delivery = await database.ReadAsync(
            db => db.Deliveries.AsNoTracking().SingleAsync(d => d.Id == input.DeliveryId, context.CancellationToken), context.CancellationToken);
        var flight = Flight.OfChat(delivery);
        var outcome = delivery.ChatId is not null
            ? new PostOutcome.Prepared("The chat.")
            : await attempts.RepeatableAsync(
                AttemptKind.Place, input, (subject, token) => ExchangeAsync(subject, flight, token!, context.CancellationToken), context.CancellationToken);
        if (outcome is PostOutcome.Prepared && flight is not null)
        {
            await ShareAsync(flight, delivery.Id, context.CancellationToken);
        }

        return outcome;
    }

    private async Task<AttemptTrace> ExchangeAsync(AttemptSubject subject, Flight? flight, string accessToken, CancellationToken cancellationToken)
    {
        var destination = (ChatDestination)WorkflowJson.Read<Destination>(subject.Delivery.Destination)!;
        string[] members = [subject.Connection!.Username!, .. destination.Members!.OfType<string>()];
        var requestId = chats.NewRequestId();
        if (flight is null)
        {
            return Trace(await chats.OpenAsync(accessToken, topic: null, members, requestId, cancellationToken), subject, requestId);
        }

        var found = await chats.FindGroupAsync(accessToken, destination.Topic!, members, requestId, cancellationToken);
        if (found is not GraphResult<Chat>.Success { Value: null })
        {
            return Trace(found, subject, requestId);
        }

        var now = time.GetUtcNow();
        var looks = options.Value.ToPolicy().ReadBackDelays;
        if (await database.WriteAsync(db => FlightBook.AskAsync(db, flight, looks, now, cancellationToken), cancellationToken) is { } next)
        {
            return Later(next, now, requestId);
        }

        var made = await chats.OpenAsync(accessToken, destination.Topic, members, requestId, cancellationToken);
        if (made is not GraphResult<Chat>.Success { Value.Id: not null }
            && MessageTraces.OfUnconfirmed(made, now, requestId).Outcome is not PostOutcome.OutcomeUnknown)
        {
            await database.WriteAsync(db => FlightBook.RefusedAsync(db, flight, cancellationToken), cancellationToken);
        }

        return Trace(made, subject, requestId);
    }

    // Not at the end of this delivery, whose message may wait for long: the others only need to know the chat. Run again, it
    // tells those who have not gone on.
    private async Task ShareAsync(Flight flight, string deliveryId, CancellationToken cancellationToken)
    {
        var isAwaited = await database.ReadAsync(
            db => db.Flights.AnyAsync(
                f => f.Id == flight.Id && (f.HolderId == deliveryId || (f.Made != null && f.Waiters.Count > 0)), cancellationToken),
            cancellationToken);
        if (!isAwaited)
        {
            return;
        }

        var instances = await database.WriteAsync(
            async db => await FlightBook.SettleAsync(
                db, flight, await db.Deliveries.SingleAsync(d => d.Id == deliveryId, cancellationToken), cancellationToken),
            cancellationToken);
        foreach (var instanceId in instances)
        {
            await client.RaiseEventAsync(instanceId, Flight.Free, eventPayload: true, cancellationToken);
        }
    }

    private static AttemptTrace Trace(GraphResult<Chat> result, AttemptSubject subject, string requestId)
        => result is GraphResult<Chat>.Success { Value.Id: { } id } found
            ? new(new PostOutcome.Prepared("The chat."), found.Exchange.Status, found.Exchange.RequestId, requestId, Evidence: null)
            {
                Note = row => row.ChatId = id,
            }
            : MessageTraces.OfUnanswered(result, subject.Delivery.UpdatedAt, requestId);

    private static AttemptTrace Later(DateTimeOffset until, DateTimeOffset now, string requestId)
    {
        const string reason = "The chat may have been made without an answer: it is looked for again before another is made.";
        return new(new PostOutcome.Paced(until, [], reason), Status: null, RequestId: null, requestId, Evidence: null)
        {
            Note = row => (row.State, row.Reason, row.UpdatedAt) = (DeliveryState.Waiting, reason, now),
        };
    }
}
