using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>One-on-one and group chats.</summary>
internal static partial class Chats
{
    private const string OneOnOne = "oneOnOne";

    public static async Task<Reply> CreateAsync(GraphCall call)
    {
        var json = await call.Exchange.ReadJsonAsync();
        var type = json.Text("chatType") ?? "";
        var bound = json.Objects("members").Select(member => call.Tenant.FindUser(BoundUser(member.Text("user@odata.bind")))).ToArray();
        if (type is not (OneOnOne or "group") || bound.Contains(null) || (type == OneOnOne && bound.Length != 2) || bound.Length < 2)
        {
            return GraphErrors.BadRequest("Invalid chat type or members for the chat.").ToReply(call.Exchange);
        }

        var members = bound.OfType<UserIdentity>().Select(user => user.Id).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToArray();
        if (call.User is { } caller && !members.Contains(caller.Id, StringComparer.Ordinal))
        {
            return GraphErrors.BadRequest("The caller must be a member of the chat.").ToReply(call.Exchange);
        }

        // A second one-on-one request gives the chat that is there already.
        var id = type == OneOnOne
            ? $"19:{string.Join('_', members)}@unq.gbl.spaces"
            : $"19:{Ids.Guid().Replace("-", "", StringComparison.Ordinal)}@thread.v2";
        var chat = call.Tenant.Commit<Chat>(state =>
        {
            var made = new Chat(id, type, json.Text("topic"), members, call.Now);
            return state.Chats.Find(existing => existing.Id == id) is { } known ? ([], known) : ([new ChatAdded(made)], made);
        });
        return Reply.OfJson(201, Write(call, chat));
    }

    public static Reply Get(GraphCall call) => Find(call) is { } chat
        ? Reply.OfJson(200, Write(call, chat))
        : Refusal(call).ToReply(call.Exchange);

    public static async Task<Reply> PostAsync(GraphCall call)
    {
        if (Find(call) is not { } chat)
        {
            return Refusal(call).ToReply(call.Exchange);
        }

        var (draft, error) = MessageDraft.Read(await call.Exchange.ReadJsonAsync(), call.Exchange.BodyLength);
        return draft is null
            ? error!.ToReply(call.Exchange)
            : Reply.OfJson(201, MessageJson.Write(call.Tenant, MessageBoard.Post(
                call.Tenant, Place(chat), MessageFactory.Of(draft, call.User?.Id, replyToId: null), call.Now)));
    }

    public static Reply Messages(GraphCall call) => Find(call) is { } chat
        ? Teams.Collection(
            $"chats('{Uri.EscapeDataString(chat.Id)}')/messages",
            MessageBoard.Read(call.Tenant, Place(chat), call.Now).Take(50).Select(message => MessageJson.Write(call.Tenant, message)))
        : Refusal(call).ToReply(call.Exchange);

    public static Reply Message(GraphCall call) => Find(call) is { } chat && Find(call, chat) is { } message
        ? Reply.OfJson(200, MessageJson.Write(call.Tenant, message))
        : Refusal(call).ToReply(call.Exchange);

    public static async Task<Reply> UpdateAsync(GraphCall call) => Find(call) is { } chat
        ? await MessageEdit.RunAsync(call, Find(call, chat))
        : Refusal(call).ToReply(call.Exchange);

    /// <summary>The caller's chats, the latest first, with their members when asked for.</summary>
    public static Reply Mine(GraphCall call) => call.User is not { } user
        ? GraphErrors.UserContextNeeded.ToReply(call.Exchange)
        : Teams.Collection("chats", call.Tenant.Read(state => state.Chats.Where(chat => !state.Rules.Hides(chat, call.Now)).ToArray()).Reverse()
            .Where(chat => chat.MemberIds.Contains(user.Id, StringComparer.Ordinal))
            .Select(chat => Write(call, chat, withMembers: call.Exchange.Query("$expand") == "members")));

    private static SandboxMessage? Find(GraphCall call, Chat chat) => MessageBoard.Read(call.Tenant, Place(chat), call.Now)
        .FirstOrDefault(message => message.Id == call.Route("messageId"));

    private static MessageBoard.Place Place(Chat chat) => new(TeamId: null, ChannelId: null, chat.Id);

    /// <summary>A chat is visible to its members only.</summary>
    private static Chat? Find(GraphCall call) => call.Tenant.Read(state => state.Chats.Find(chat =>
        chat.Id == call.Route("chatId") && call.User is { } user && chat.MemberIds.Contains(user.Id, StringComparer.Ordinal)));

    // Of a chat or message that is not shown: nobody has it, or it is others'.
    private static GraphError Refusal(GraphCall call) => Find(call) is null && call.Tenant.Read(state => state.Chats.Exists(chat => chat.Id == call.Route("chatId")))
        ? GraphErrors.NotAMember
        : GraphErrors.ThreadNotFound;

    private static JsonObject Write(GraphCall call, Chat chat, bool withMembers)
    {
        var json = Write(call, chat);
        if (withMembers)
        {
            json["members"] = new JsonArray([.. chat.MemberIds.Select(id => Member(call, call.Tenant.FindUser(id)!))]);
        }

        return json;
    }

    private static JsonObject Member(GraphCall call, UserIdentity user) => new()
    {
        ["@odata.type"] = "#microsoft.graph.aadUserConversationMember",
        ["id"] = user.Id,
        ["roles"] = new JsonArray("owner"),
        ["displayName"] = user.DisplayName,
        ["userId"] = user.Id,
        ["email"] = user.UserName,
        ["tenantId"] = call.Tenant.Id,
    };

    private static JsonObject Write(GraphCall call, Chat chat) => new()
    {
        ["@odata.context"] = GraphCall.Context("chats/$entity"),
        ["id"] = chat.Id,
        ["topic"] = chat.Topic,
        ["createdDateTime"] = chat.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["chatType"] = chat.Type,
        ["tenantId"] = call.Tenant.Id,
        ["webUrl"] = $"https://teams.microsoft.com/l/chat/{Uri.EscapeDataString(chat.Id)}/0?tenantId={call.Tenant.Id}",
    };

    private static string? BoundUser(string? reference) =>
        reference is not null && UserReference().Match(reference) is { Success: true } match ? match.Groups["id"].Value : null;

    [GeneratedRegex("""/users(\('(?<id>[^']+)'\)|/(?<id>[^/]+))$""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserReference();
}
