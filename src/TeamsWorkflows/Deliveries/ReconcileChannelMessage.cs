using Microsoft.Graph.Models;
using TeamsWorkflows.Diagnostics;
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
            var requestId = channels.NewRequestId();
            var result = await channels.FindAsync(
                accessToken!,
                delivery.TeamId!,
                delivery.ChannelId!,
                delivery.CardId,
                input.Since ?? delivery.CreatedAt,
                requestId,
                context.CancellationToken);
            return result switch
            {
                GraphResult<ChatMessage>.Success { Value: { Id: { } id } found } s =>
                    new(new PostOutcome.AlreadyPosted(id, found.WebUrl), s.Exchange.Status, s.Exchange.RequestId, requestId, Evidence: null),
                GraphResult<ChatMessage>.Success s =>
                    new(new PostOutcome.NotFound(), s.Exchange.Status, s.Exchange.RequestId, requestId, Evidence: null),
                GraphResult<ChatMessage>.Failure f =>
                    AttemptTrace.Failed(Outcomes.OfRead(f.Evidence.Status, Diagnostician.Diagnose(f.Evidence)), f.Evidence),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        },
        context.CancellationToken);
}
