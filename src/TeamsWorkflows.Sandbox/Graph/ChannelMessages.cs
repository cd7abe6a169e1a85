using System.Globalization;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Messages and replies of a channel.</summary>
internal static class ChannelMessages
{
    private const int DefaultPage = 20;
    private const int LargestPage = 50;

    public static async Task<Reply> PostAsync(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        var json = await call.Exchange.ReadJsonAsync();
        return Post(call, place, json, replyToId: null);
    }

    public static async Task<Reply> ReplyAsync(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        var json = await call.Exchange.ReadJsonAsync();
        return Find(call, place, call.Route("messageId")) is { ReplyToId: null } parent
            ? Post(call, place, json, parent.Id)
            : GraphErrors.NotFound("The message").ToReply(call.Exchange);
    }

    /// <summary>Changes a message or a reply; who did not send it may not.</summary>
    public static async Task<Reply> UpdateAsync(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        return await MessageEdit.RunAsync(call, Find(call, place, call.Route("replyId") is { Length: > 0 } reply ? reply : call.Route("messageId")));
    }

    public static Reply List(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        if (call.Exchange.Query("$filter") is not null)
        {
            return GraphErrors.BadRequest("Query option 'Filter' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.")
                .ToReply(call.Exchange);
        }

        return Page(call, Read(call, place).Where(message => message.ReplyToId is null));
    }

    public static Reply Get(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        return Find(call, place, call.Route("messageId")) is { ReplyToId: null } message
            ? Single(call, message, 200)
            : GraphErrors.NotFound("The message").ToReply(call.Exchange);
    }

    public static Reply Replies(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        return Page(call, Read(call, place).Where(message => message.ReplyToId == call.Route("messageId")));
    }

    public static Reply GetReply(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        return Find(call, place, call.Route("replyId")) is { } message && message.ReplyToId == call.Route("messageId")
            ? Single(call, message, 200)
            : GraphErrors.NotFound("The reply").ToReply(call.Exchange);
    }

    /// <summary>Changes since a time or since an earlier delta link, without replies, as in the service.</summary>
    public static Reply Delta(GraphCall call)
    {
        if (Locate(call, out var place) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        var link = call.Exchange.Query("$deltatoken") ?? call.Exchange.Query("$skiptoken");
        if (DeltaFilter.Read(call.Exchange.Query("$filter"), link) is not { } after)
        {
            return GraphErrors.BadRequest("The filter is not supported: only lastModifiedDateTime gt is.").ToReply(call.Exchange);
        }

        var size = PageSize(call);
        var found = Read(call, place)
            .Where(message => message.ModifiedAt > after && message.ReplyToId is null)
            .OrderBy(message => message.ModifiedAt)
            .ToArray();
        var page = found.Take(size).ToArray();
        var last = page.Length > 0 ? page[^1].ModifiedAt : after;
        var next = found.Length > size ? "$skiptoken" : "$deltatoken";
        var body = Collection(call, page);
        body[next == "$skiptoken" ? "@odata.nextLink" : "@odata.deltaLink"] =
            $"{Address(call)}?{next}={last.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";
        return Reply.OfJson(200, body);
    }

    private static Reply Post(GraphCall call, MessageBoard.Place place, JsonObject? json, string? replyToId)
    {
        var (draft, error) = MessageDraft.Read(json, call.Exchange.BodyLength);
        if (draft is null)
        {
            return error!.ToReply(call.Exchange);
        }

        var message = MessageBoard.Post(
            call.Tenant, place, MessageFactory.Of(draft, call.User?.Id, replyToId), call.Now);
        return Single(call, message, 201);
    }

    private static Reply Single(GraphCall call, SandboxMessage message, int status)
    {
        var json = MessageJson.Write(call.Tenant, message);
        json.Insert(0, "@odata.context", GraphCall.Context(
            $"teams('{message.TeamId}')/channels('{Uri.EscapeDataString(message.ChannelId ?? "")}')/messages/$entity"));
        return Reply.OfJson(status, json).With("ETag", $"\"{message.Id}\"");
    }

    private static Reply Page(GraphCall call, IEnumerable<SandboxMessage> newestFirst)
    {
        var size = PageSize(call);
        var skip = int.TryParse(call.Exchange.Query("$skiptoken"), NumberStyles.None, CultureInfo.InvariantCulture, out var s) ? s : 0;
        var all = newestFirst.ToArray();
        var body = Collection(call, all.Skip(skip).Take(size).ToArray());
        if (all.Length > skip + size)
        {
            body["@odata.nextLink"] = string.Create(
                CultureInfo.InvariantCulture, $"{Address(call)}?$top={size}&$skiptoken={skip + size}");
        }

        return Reply.OfJson(200, body);
    }

    private static JsonObject Collection(GraphCall call, IReadOnlyList<SandboxMessage> page) => new()
    {
        ["@odata.context"] = GraphCall.Context(
            $"teams('{call.Route("teamId")}')/channels('{Uri.EscapeDataString(call.Route("channelId"))}')/messages"),
        ["@odata.count"] = page.Count,
        ["value"] = new JsonArray([.. page.Select(message => MessageJson.Write(call.Tenant, message))]),
    };

    private static int PageSize(GraphCall call) =>
        int.TryParse(call.Exchange.Query("$top"), NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top > 0
            ? Math.Min(top, LargestPage)
            : DefaultPage;

    // Real links point at graph.microsoft.com; these must lead back to the sandbox.
    private static string Address(GraphCall call) => call.World.Https + call.Exchange.Http.Request.Path.ToUriComponent();

    private static IReadOnlyList<SandboxMessage> Read(GraphCall call, MessageBoard.Place place) =>
        MessageBoard.Read(call.Tenant, place, call.Now);

    private static SandboxMessage? Find(GraphCall call, MessageBoard.Place place, string id) =>
        Read(call, place).FirstOrDefault(message => message.Id == id);

    private static GraphError? Locate(GraphCall call, out MessageBoard.Place place)
    {
        place = new MessageBoard.Place(call.Route("teamId"), call.Route("channelId"), ChatId: null);
        return TeamAccess.Check(call, place.TeamId!, place.ChannelId!);
    }
}
