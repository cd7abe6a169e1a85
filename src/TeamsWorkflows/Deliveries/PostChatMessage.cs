using Microsoft.EntityFrameworkCore;
using Microsoft.Graph.Models;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Deliveries;

/// <summary>Posts a report into a chat, once; an update takes the place of the first message of its thread.</summary>
internal sealed class PostChatMessage(AttemptRunner attempts, TeamsChats chats, DigestReader digests, Database database)
    : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input)
        => attempts.PostAsync(input, (subject, accessToken) => ExchangeAsync(subject, accessToken!), context.CancellationToken);

    // Not the activity's token: a host that stops lets the exchange come to its answer.
    private async Task<AttemptTrace> ExchangeAsync(AttemptSubject subject, string accessToken)
    {
        var (delivery, chat) = (subject.Delivery, subject.Delivery.ChatId!);
        var message = ChannelMessage.Build(await digests.ReadAsync(subject), subject.Envelope);
        var requestId = chats.NewRequestId();
        var root = subject.Report.UpdatesThread ? delivery.RootMessageId : null;
        var result = root is null
            ? await chats.PostAsync(accessToken, chat, message, requestId, CancellationToken.None)
            : await chats.UpdateAsync(accessToken, chat, root, message, requestId, CancellationToken.None);
        var trace = root is null
            ? MessageTraces.OfPost(result, delivery.UpdatedAt, requestId)
            : MessageTraces.OfUpdate(result, root, delivery.WebUrl, delivery.UpdatedAt, requestId);
        return trace is { Status: 403 or 404, Judge: { } judge, Evidence: { } evidence } && await IsRememberedAsync(delivery) && await IsClosedAsync(accessToken, chat)
            ? AttemptTrace.Failed(evidence, d => IsOfPlace(d) ? new PostOutcome.PlaceGone(chat) : judge(d))
            : trace;
    }

    // One refusal may be a passing one, and the chat is everybody's: it is gone when Graph does not show it either.
    private async Task<bool> IsClosedAsync(string accessToken, string chat)
        => await chats.GetAsync(accessToken, chat, chats.NewRequestId(), CancellationToken.None) is GraphResult<Chat>.Failure { Evidence.Status: 403 or 404 };

    // A token that is not good, or a consent that is missing, is refused everywhere and says nothing of the chat.
    private static bool IsOfPlace(Diagnosis diagnosis) => diagnosis.Class is FailureClasses.MembershipMissing or FailureClasses.ResourceNotFound;

    // A chat of several people that this delivery has neither found nor made itself: once it has, the answer is about it.
    private Task<bool> IsRememberedAsync(DeliveryRow delivery) => Flight.OfChat(delivery) is null
        ? Task.FromResult(false)
        : database.ReadAsync(
            async db => !await db.Attempts.AnyAsync(a => a.DeliveryId == delivery.Id && a.Kind == AttemptKind.Place), CancellationToken.None);
}

/// <summary>Reads the chat back for a message whose outcome is unknown, by the marker that it carries (B1).</summary>
internal sealed class ReconcileChatMessage(AttemptRunner attempts, TeamsChats chats) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.ReadAsync(
        input,
        async (subject, accessToken) =>
        {
            var (delivery, chat) = (subject.Delivery, subject.Delivery.ChatId!);
            var requestId = chats.NewRequestId();
            var result = subject.Report.UpdatesThread && delivery.RootMessageId is { } root
                ? await chats.GetAsync(accessToken!, chat, root, requestId, context.CancellationToken)
                : await chats.FindAsync(
                    accessToken!, chat, delivery.CardId, input.Since ?? delivery.CreatedAt, requestId, context.CancellationToken);
            return MessageTraces.OfRead(result, delivery.CardId, requestId);
        },
        context.CancellationToken);
}
