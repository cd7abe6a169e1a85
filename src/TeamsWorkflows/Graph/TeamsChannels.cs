using System.Globalization;
using Microsoft.Graph.Models;

namespace TeamsWorkflows.Graph;

/// <summary>The calls to Graph that deliveries need; each is one HTTP exchange, or pages of one read.</summary>
internal sealed class TeamsChannels(GraphCaller graph)
{
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
            (client, record) =>
            {
                var replies = client.Teams[teamId].Channels[channelId].Messages[rootId].Replies;
                return GraphPages.FindAsync(ReadAsync, m => ChannelMessage.Carries(m, cardId));

                async Task<(List<ChatMessage>?, string?)> ReadAsync(string? address)
                {
                    var page = address is null
                        ? await replies.GetAsync(
                            request =>
                            {
                                request.QueryParameters.Top = 50;
                                GraphCaller.Mark(request, record, clientRequestId);
                            },
                            cancellationToken)
                        : await replies.WithUrl(address).GetAsync(request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken);
                    return (page?.Value, page?.OdataNextLink);
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
        var from = (since - GraphCaller.ClockMargin).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return graph.CallAsync(
            accessToken,
            (client, record) =>
            {
                var delta = client.Teams[teamId].Channels[channelId].Messages.Delta;
                return GraphPages.FindAsync(ReadAsync, m => ChannelMessage.Carries(m, cardId));

                async Task<(List<ChatMessage>?, string?)> ReadAsync(string? address)
                {
                    var page = address is null
                        ? await delta.GetAsDeltaGetResponseAsync(
                            request =>
                            {
                                (request.QueryParameters.Filter, request.QueryParameters.Top) = ($"lastModifiedDateTime gt {from}", 50);
                                GraphCaller.Mark(request, record, clientRequestId);
                            },
                            cancellationToken)
                        : await delta.WithUrl(address).GetAsDeltaGetResponseAsync(
                            request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken);
                    return (page?.Value, page?.OdataNextLink);
                }
            },
            clientRequestId,
            cancellationToken);
    }

    /// <summary>Looks for the channel of a name.</summary>
    /// <returns>Success without a value: there is none.</returns>
    public Task<GraphResult<Channel>> FindByNameAsync(
        string accessToken, string teamId, string name, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            async (client, record) =>
            {
                var page = await client.Teams[teamId].Channels.GetAsync(
                    request =>
                    {
                        request.QueryParameters.Filter = $"displayName eq '{name.Replace("'", "''", StringComparison.Ordinal)}'";
                        GraphCaller.Mark(request, record, clientRequestId);
                    },
                    cancellationToken);
                return page?.Value?.Find(c => string.Equals(c.DisplayName, name, StringComparison.OrdinalIgnoreCase));
            },
            clientRequestId,
            cancellationToken);

    /// <summary>Makes a standard channel. A team has one of a name.</summary>
    /// <seealso href="https://learn.microsoft.com/graph/api/channel-post"/>
    public Task<GraphResult<Channel>> CreateAsync(
        string accessToken, string teamId, string name, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Teams[teamId].Channels.PostAsync(
                new() { DisplayName = name, MembershipType = ChannelMembershipType.Standard },
                request => GraphCaller.Mark(request, record, clientRequestId),
                cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Asks who we are: the cheapest call that proves a delegated token.</summary>
    public Task<GraphResult<User>> ProbeAsync(string accessToken, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Me.GetAsync(request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);
}
