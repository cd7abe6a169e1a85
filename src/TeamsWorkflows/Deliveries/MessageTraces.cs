using Microsoft.Graph.Models;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Deliveries;

/// <summary>Answers about messages of Teams to what the ledger keeps of them.</summary>
internal static class MessageTraces
{
    /// <summary>Of a post: 201 with an identifier is a message; anything else leaves it open, or is a refusal.</summary>
    public static AttemptTrace OfPost(GraphResult<ChatMessage> result, DateTimeOffset now, string requestId) => result switch
    {
        GraphResult<ChatMessage>.Success { Value: { Id: { } id } posted } s => Good(new PostOutcome.Posted(id, posted.WebUrl), s, requestId),
        _ => OfUnconfirmed(result, now, requestId),
    };

    /// <summary>Of anything that was sent and not confirmed: it is there, or perhaps, or certainly not.</summary>
    public static AttemptTrace OfUnconfirmed<T>(GraphResult<T> result, DateTimeOffset now, string requestId)
    {
        var evidence = result.ToEvidence(now, requestId);
        return AttemptTrace.Failed(evidence, d => Outcomes.OfPost(evidence.Status, result is GraphResult<T>.Failure { IsNeverSent: true }, d));
    }

    /// <summary>Of anything that may be asked again and was not answered.</summary>
    public static AttemptTrace OfUnanswered<T>(GraphResult<T> result, DateTimeOffset now, string requestId)
    {
        var evidence = result.ToEvidence(now, requestId);
        return AttemptTrace.Failed(evidence, d => Outcomes.OfRead(evidence.Status, d));
    }

    /// <summary>Of an answer to the first message of a thread, which may be gone.</summary>
    public static AttemptTrace OfReply(GraphResult<ChatMessage> result, string rootId, DateTimeOffset now, string requestId)
        => IsGone(result) is { } evidence ? AttemptTrace.Failed(new PostOutcome.RootGone(rootId), evidence) : OfPost(result, now, requestId);

    /// <summary>Of a change of the first message of a thread: 200 or 204, and the message is the one that it was.</summary>
    public static AttemptTrace OfUpdate(GraphResult<ChatMessage> result, string rootId, string? webUrl, DateTimeOffset now, string requestId) => result switch
    {
        GraphResult<ChatMessage>.Success { Exchange.Status: 200 or 204 } s => Good(new PostOutcome.Posted(rootId, webUrl), s, requestId),
        _ => OfReply(result, rootId, now, requestId),
    };

    /// <summary>Of a look for the message with a marker; a message without it is not the one.</summary>
    public static AttemptTrace OfRead(GraphResult<ChatMessage> result, Guid marker, string requestId) => result switch
    {
        GraphResult<ChatMessage>.Success { Value: { Id: { } id } found } s when ChannelMessage.Carries(found, marker) =>
            Good(new PostOutcome.AlreadyPosted(id, found.WebUrl), s, requestId),
        GraphResult<ChatMessage>.Success s => Good(new PostOutcome.NotFound(), s, requestId),
        GraphResult<ChatMessage>.Failure f => AttemptTrace.Failed(f.Evidence, d => Outcomes.OfRead(f.Evidence.Status, d)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static FailureEvidence? IsGone(GraphResult<ChatMessage> result)
        => result is GraphResult<ChatMessage>.Failure { Evidence: { Status: 404 } evidence } ? evidence : null;

    private static AttemptTrace Good(PostOutcome outcome, GraphResult<ChatMessage>.Success answer, string requestId)
        => new(outcome, answer.Exchange.Status, answer.Exchange.RequestId, requestId, Evidence: null);
}
