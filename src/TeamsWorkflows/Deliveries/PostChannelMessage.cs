using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Deliveries;

/// <summary>Posts a report, or the digest that it leads, into a channel, once: one token, one intent, one POST, a typed outcome.</summary>
/// <remarks>In a thread it answers the first message, or takes its place; without one, it is the first message itself.</remarks>
internal sealed class PostChannelMessage(AttemptRunner attempts, TeamsChannels channels, DigestReader digests) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input)
        => attempts.PostAsync(input, (subject, accessToken) => ExchangeAsync(subject, accessToken!), context.CancellationToken);

    // Not the activity's token: a host that stops lets the exchange come to its answer.
    private async Task<AttemptTrace> ExchangeAsync(AttemptSubject subject, string accessToken)
    {
        var delivery = subject.Delivery;
        var (team, channel, now) = (delivery.TeamId!, delivery.ChannelId!, delivery.UpdatedAt);
        var message = ChannelMessage.Build(await digests.ReadAsync(subject), subject.Envelope);
        var requestId = channels.NewRequestId();
        return delivery.RootMessageId switch
        {
            null => MessageTraces.OfPost(
                await channels.PostAsync(accessToken, team, channel, message, requestId, CancellationToken.None), now, requestId),
            { } root when subject.Report.UpdatesThread => MessageTraces.OfUpdate(
                await channels.UpdateAsync(accessToken, team, channel, root, message, requestId, CancellationToken.None),
                root,
                delivery.WebUrl,
                now,
                requestId),
            { } root => MessageTraces.OfReply(
                await channels.ReplyAsync(accessToken, team, channel, root, message, requestId, CancellationToken.None), root, now, requestId),
        };
    }
}
