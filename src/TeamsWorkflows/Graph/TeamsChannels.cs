using System.Globalization;
using Microsoft.Graph.Models;

namespace TeamsWorkflows.Graph;

/// <summary>The calls to Graph that deliveries need; each is one HTTP exchange, or pages of one read.</summary>
internal sealed class TeamsChannels(GraphCaller graph)
{
    // Messages since the post, 50 a page: a channel takes 3,000 of one application a day.
    private const int MaxPages = 60;

    // The service's clock and ours may differ by this much.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(2);

    public string NewRequestId() => graph.NewRequestId();

    public Task<GraphResult<ChatMessage>> PostAsync(
        string accessToken, string teamId, string channelId, ChatMessage message, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Teams[teamId].Channels[channelId].Messages.PostAsync(
                message, request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Answers a message.</summary>
    public Task<GraphResult<ChatMessage>> ReplyAsync(
        string accessToken,
        string teamId,
        string channelId,
        string rootId,
        ChatMessage message,
        string clientRequestId,
        CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Teams[teamId].Channels[channelId].Messages[rootId].Replies.PostAsync(
                message, request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Puts a message in place of what an earlier one says. Only who sent that one may.</summary>
    /// <returns>Success without a value: the service says yes and shows nothing (204).</returns>
    /// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-update"/>
    public Task<GraphResult<ChatMessage>> UpdateAsync(
        string accessToken,
        string teamId,
        string channelId,
        string rootId,
        ChatMessage message,
        string clientRequestId,
        CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Teams[teamId].Channels[channelId].Messages[rootId].PatchAsync(
                message, request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Reads one message.</summary>
    public Task<GraphResult<ChatMessage>> GetAsync(
        string accessToken, string teamId, string channelId, string messageId, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Teams[teamId].Channels[channelId].Messages[messageId].GetAsync(
                request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Looks for the answer with a marker below a message.</summary>
    /// <returns>Success without a value: it is not there (yet).</returns>
    public Task<GraphResult<ChatMessage>> FindReplyAsync(
        string accessToken,
        string teamId,
        string channelId,
        string rootId,
        Guid cardId,
        string clientRequestId,
        CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            async (client, record) =>
            {
                var replies = client.Teams[teamId].Channels[channelId].Messages[rootId].Replies;
                var page = await replies.GetAsync(
                    request =>
                    {
                        request.QueryParameters.Top = 50;
                        GraphCaller.Mark(request, record, clientRequestId);
                    },
                    cancellationToken);
                for (var pages = 1; ; pages++)
                {
                    if (page?.Value?.Find(m => ChannelMessage.Carries(m, cardId)) is { } found)
                    {
                        return found;
                    }

                    if (page?.OdataNextLink is not { } next || pages == MaxPages)
                    {
                        return null;
                    }

                    page = await replies.WithUrl(next).GetAsync(request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken);
                }
            },
            clientRequestId,
            cancellationToken);

    /// <summary>Looks for the message with a marker among those since a time.</summary>
    /// <returns>Success without a value: it is not there (yet).</returns>
    public Task<GraphResult<ChatMessage>> FindAsync(
        string accessToken,
        string teamId,
        string channelId,
        Guid cardId,
        DateTimeOffset since,
        string clientRequestId,
        CancellationToken cancellationToken)
    {
        var from = (since - ClockMargin).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return graph.CallAsync(
            accessToken,
            async (client, record) =>
            {
                var delta = client.Teams[teamId].Channels[channelId].Messages.Delta;
                var page = await delta.GetAsDeltaGetResponseAsync(
                    request =>
                    {
                        (request.QueryParameters.Filter, request.QueryParameters.Top) = ($"lastModifiedDateTime gt {from}", 50);
                        GraphCaller.Mark(request, record, clientRequestId);
                    },
                    cancellationToken);
                for (var pages = 1; ; pages++)
                {
                    if (page?.Value?.Find(m => ChannelMessage.Carries(m, cardId)) is { } found)
                    {
                        return found;
                    }

                    if (page?.OdataNextLink is not { } next || pages == MaxPages)
                    {
                        return null;
                    }

                    page = await delta.WithUrl(next).GetAsDeltaGetResponseAsync(
                        request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken);
                }
            },
            clientRequestId,
            cancellationToken);
    }

    /// <summary>Asks who we are: the cheapest call that proves a delegated token.</summary>
    public Task<GraphResult<User>> ProbeAsync(string accessToken, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Me.GetAsync(request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);
}
