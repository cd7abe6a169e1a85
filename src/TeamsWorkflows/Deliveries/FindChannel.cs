using Microsoft.Graph.Models;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>Finds the channel that a destination names, or makes it.</summary>
/// <remarks>
/// A team has one channel of a name. Whoever comes second is told that there is one, and finds it by the next try; so does a
/// try after one whose answer was lost.
/// </remarks>
internal sealed class FindChannel(AttemptRunner attempts, TeamsChannels channels) : TaskActivity<AttemptInput, PostOutcome>
{
    private const string NameTaken = "NameAlreadyExists";

    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.RepeatableAsync(
        AttemptKind.Place, input, (subject, token) => ExchangeAsync(subject, token!, context.CancellationToken), context.CancellationToken);

    private async Task<AttemptTrace> ExchangeAsync(AttemptSubject subject, string accessToken, CancellationToken cancellationToken)
    {
        var destination = (ChannelDestination)WorkflowJson.Read<Destination>(subject.Delivery.Destination)!;
        var (team, name) = (destination.TeamId!, destination.ChannelName!);
        var requestId = channels.NewRequestId();
        var result = await channels.FindByNameAsync(accessToken, team, name, requestId, cancellationToken);
        if (result is GraphResult<Channel>.Success { Value: null })
        {
            result = await channels.CreateAsync(accessToken, team, name, requestId, cancellationToken);
        }

        return result is GraphResult<Channel>.Success { Value.Id: { } id } s
            ? new(new PostOutcome.Prepared(id), s.Exchange.Status, s.Exchange.RequestId, requestId, Evidence: null) { Note = row => row.ChannelId = id }
            : Failed(result.ToEvidence(subject.Delivery.UpdatedAt, requestId));
    }

    // Graph says that a name is taken by 409, or by 400 with a code.
    private static AttemptTrace Failed(FailureEvidence evidence)
    {
        var isTaken = evidence is { Status: 400, Body: { } body } && body.Contains(NameTaken, StringComparison.OrdinalIgnoreCase);
        return AttemptTrace.Failed(evidence, d => isTaken ? new PostOutcome.Unavailable(d.RetryAfter, d) : Outcomes.OfRead(evidence.Status, d));
    }
}
