using Microsoft.Extensions.Options;
using Microsoft.Graph.Models;

namespace TeamsWorkflows.Graph;

/// <summary>The calls to Graph about chats.</summary>
internal sealed class TeamsChats(GraphCaller graph, IOptions<GraphOptions> options)
{
    public string NewRequestId() => graph.NewRequestId();

    public Task<GraphResult<ChatMessage>> PostAsync(
        string accessToken, string chatId, ChatMessage message, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Chats[chatId].Messages.PostAsync(
                message, request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Puts a message in place of what an earlier one says. Only who sent that one may.</summary>
    /// <returns>Success without a value: the service says yes and shows nothing (204).</returns>
    public Task<GraphResult<ChatMessage>> UpdateAsync(
        string accessToken, string chatId, string messageId, ChatMessage message, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Chats[chatId].Messages[messageId].PatchAsync(
                message, request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Reads one message.</summary>
    public Task<GraphResult<ChatMessage>> GetAsync(
        string accessToken, string chatId, string messageId, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Chats[chatId].Messages[messageId].GetAsync(
                request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Looks for the message with a marker among those since a time, the newest first.</summary>
    /// <returns>Success without a value: it is not there (yet).</returns>
    public Task<GraphResult<ChatMessage>> FindAsync(
        string accessToken, string chatId, Guid cardId, DateTimeOffset since, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) =>
            {
                var messages = client.Chats[chatId].Messages;
                return GraphPages.FindAsync(ReadAsync, m => ChannelMessage.Carries(m, cardId));

                async Task<(List<ChatMessage>?, string?)> ReadAsync(string? address)
                {
                    var page = address is null
                        ? await messages.GetAsync(
                            request =>
                            {
                                (request.QueryParameters.Top, request.QueryParameters.Orderby) = (50, ["createdDateTime desc"]);
                                GraphCaller.Mark(request, record, clientRequestId);
                            },
                            cancellationToken)
                        : await messages.WithUrl(address).GetAsync(request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken);
                    var isPast = page?.Value is [.., { CreatedDateTime: { } oldest }] && oldest < since - GraphCaller.ClockMargin;
                    return (page?.Value, isPast ? null : page?.OdataNextLink);
                }
            },
            clientRequestId,
            cancellationToken);

    /// <summary>Reads a chat: whether it is there, and the caller in it.</summary>
    public Task<GraphResult<Chat>> GetAsync(string accessToken, string chatId, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) => client.Chats[chatId].GetAsync(request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Opens the chat of two people, which is there once however often it is opened, or makes one of several.</summary>
    /// <param name="topic">Null: the chat of two.</param>
    /// <param name="members">User names or identifiers, the caller's own among them.</param>
    /// <seealso href="https://learn.microsoft.com/graph/api/chat-post"/>
    public Task<GraphResult<Chat>> OpenAsync(
        string accessToken, string? topic, IEnumerable<string> members, string clientRequestId, CancellationToken cancellationToken)
    {
        Chat chat = new() { ChatType = topic is null ? ChatType.OneOnOne : ChatType.Group, Members = [.. members.Select(ToMember)] };
        if (topic is not null)
        {
            chat.Topic = topic; // a property that was set to null is sent as null
        }

        return graph.CallAsync(
            accessToken,
            (client, record) => client.Chats.PostAsync(chat, request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);
    }

    /// <summary>Looks for the caller's chat of several people with a topic and just these members.</summary>
    /// <returns>Success without a value: there is none.</returns>
    public Task<GraphResult<Chat>> FindGroupAsync(
        string accessToken, string topic, IReadOnlyList<string> members, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            (client, record) =>
            {
                var chats = client.Me.Chats;
                return GraphPages.FindAsync(ReadAsync, c => c.ChatType == ChatType.Group && c.Topic == topic && HasJust(c, members));

                async Task<(List<Chat>?, string?)> ReadAsync(string? address)
                {
                    var page = address is null
                        ? await chats.GetAsync(
                            request =>
                            {
                                (request.QueryParameters.Top, request.QueryParameters.Expand) = (50, ["members"]);
                                GraphCaller.Mark(request, record, clientRequestId);
                            },
                            cancellationToken)
                        : await chats.WithUrl(address).GetAsync(request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken);
                    return (page?.Value, page?.OdataNextLink);
                }
            },
            clientRequestId,
            cancellationToken);

    private static bool HasJust(Chat chat, IReadOnlyList<string> members)
        => chat.Members?.OfType<AadUserConversationMember>().ToArray() is { } there
            && there.Length == members.Count
            && there.All(m => members.Any(x => Same(x, m.UserId) || Same(x, m.Email)));

    private static bool Same(string name, string? other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private AadUserConversationMember ToMember(string user) => new()
    {
        Roles = ["owner"],
        AdditionalData = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["user@odata.bind"] = $"{options.Value.BaseAddress.AbsoluteUri.TrimEnd('/')}/users('{user.Replace("'", "''", StringComparison.Ordinal)}')",
        },
    };
}
