using Microsoft.Graph.Models;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Deliveries;

/// <summary>Posts a report into a channel, once: one token, one intent, one POST, a typed outcome.</summary>
internal sealed class PostChannelMessage(AttemptRunner attempts, TeamsChannels channels) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.PostAsync(
        input,
        async (subject, accessToken) =>
        {
            var (delivery, report) = (subject.Delivery, subject.Report);
            var message = ChannelMessage.Build(ReportDocument.From(report), subject.Envelope);
            var requestId = channels.NewRequestId();

            // Not the activity's token: a host that stops lets the POST come to its answer.
            var result = await channels.PostAsync(
                accessToken!, delivery.TeamId!, delivery.ChannelId!, message, requestId, CancellationToken.None);
            return result switch
            {
                GraphResult<ChatMessage>.Success { Value: { Id: { } id } posted } s =>
                    new(new PostOutcome.Posted(id, posted.WebUrl), s.Exchange.Status, s.Exchange.RequestId, requestId, Evidence: null),
                GraphResult<ChatMessage>.Success s => Failed(s.Exchange.ToEvidence(delivery.UpdatedAt, requestId, exception: null), isNeverSent: false),
                GraphResult<ChatMessage>.Failure f => Failed(f.Evidence, f.IsNeverSent),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        },
        context.CancellationToken);

    private static AttemptTrace Failed(FailureEvidence evidence, bool isNeverSent)
        => AttemptTrace.Failed(Outcomes.OfPost(evidence.Status, isNeverSent, Diagnostician.Diagnose(evidence)), evidence);
}
