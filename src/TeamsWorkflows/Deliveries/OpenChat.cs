using Microsoft.EntityFrameworkCore;
using Microsoft.Graph.Models;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>Finds the chat that a destination names by its members, or makes it.</summary>
/// <remarks>
/// The chat of two is the same one however often it is opened. A chat of several would be another one each time: the
/// delivery that makes it holds the chat's flight, and looks for it first, so that a repeat finds what an attempt without an answer has made.
/// </remarks>
internal sealed class OpenChat(AttemptRunner attempts, TeamsChats chats, Database database) : TaskActivity<AttemptInput, PostOutcome>
{
    public override async Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input)
    {
        var known = await database.ReadAsync(
            db => db.Deliveries.Where(d => d.Id == input.DeliveryId).Select(static d => d.ChatId).SingleAsync(context.CancellationToken),
            context.CancellationToken);
        return known is not null
            ? new PostOutcome.Prepared("The chat.")
            : await attempts.RepeatableAsync(
                AttemptKind.Place, input, (subject, token) => ExchangeAsync(subject, token!, context.CancellationToken), context.CancellationToken);
    }

    private async Task<AttemptTrace> ExchangeAsync(AttemptSubject subject, string accessToken, CancellationToken cancellationToken)
    {
        var destination = (ChatDestination)WorkflowJson.Read<Destination>(subject.Delivery.Destination)!;
        string[] members = [subject.Connection!.Username!, .. destination.Members!.OfType<string>()];
        var requestId = chats.NewRequestId();
        var result = destination.Topic is { } topic
            ? await chats.FindGroupAsync(accessToken, topic, members, requestId, cancellationToken)
            : null;
        if (result is null or GraphResult<Chat>.Success { Value: null })
        {
            result = await chats.OpenAsync(accessToken, destination.Topic, members, requestId, cancellationToken);
        }

        if (result is GraphResult<Chat>.Success { Value.Id: { } id } found)
        {
            return new(new PostOutcome.Prepared("The chat."), found.Exchange.Status, found.Exchange.RequestId, requestId, Evidence: null)
            {
                Note = row => row.ChatId = id,
            };
        }

        return MessageTraces.OfUnanswered(result, subject.Delivery.UpdatedAt, requestId);
    }
}
