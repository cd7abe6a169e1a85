using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Deliveries;

/// <summary>Reads the channel back for a message whose outcome is unknown, by the marker that it carries (B1).</summary>
internal sealed class ReconcileChannelMessage(AttemptRunner attempts, TeamsChannels channels) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.ReadAsync(
        input,
        async (subject, accessToken) =>
        {
            var delivery = subject.Delivery;
            var (team, channel, stopping) = (delivery.TeamId!, delivery.ChannelId!, context.CancellationToken);
            var requestId = channels.NewRequestId();
            var result = delivery.RootMessageId switch
            {
                null => await channels.FindAsync(
                    accessToken!, team, channel, delivery.CardId, input.Since ?? delivery.CreatedAt, requestId, stopping),
                { } root when subject.Report.UpdatesThread => await channels.GetAsync(accessToken!, team, channel, root, requestId, stopping),
                { } root => await channels.FindReplyAsync(accessToken!, team, channel, root, delivery.CardId, requestId, stopping),
            };
            return MessageTraces.OfRead(result, delivery.CardId, requestId);
        },
        context.CancellationToken);
}
