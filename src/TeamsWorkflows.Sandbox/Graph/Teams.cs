using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Teams, their channels and their members.</summary>
internal static class Teams
{
    private const int ChannelNameLimit = 50;

    public static Reply Joined(GraphCall call) => call.User is not { } user
        ? GraphErrors.UserContextNeeded.ToReply(call.Exchange)
        : Collection("teams", call.Tenant.Identity.Teams.Where(team => call.Tenant.IsMember(team.Id, user.Id)).Select(Team));

    public static Reply Get(GraphCall call) =>
        TeamAccess.Check(call, call.Route("teamId")) is { } error
            ? error.ToReply(call.Exchange)
            : Reply.OfJson(200, Team(call.Tenant.FindTeam(call.Route("teamId"))!));

    public static Reply Channels(GraphCall call)
    {
        var teamId = call.Route("teamId");
        if (TeamAccess.Check(call, teamId) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        var channels = call.Tenant.Read(state => state.Channels[teamId].ToArray());
        var wanted = Filter(call.Exchange.Query("$filter"));
        return Collection(
            $"teams('{teamId}')/channels",
            channels.Where(channel => wanted is null || string.Equals(channel.DisplayName, wanted, StringComparison.OrdinalIgnoreCase))
                .Select(channel => Channel(call, teamId, channel)));
    }

    public static Reply Channel(GraphCall call)
    {
        var (teamId, channelId) = (call.Route("teamId"), call.Route("channelId"));
        return TeamAccess.Check(call, teamId, channelId) is { } error
            ? error.ToReply(call.Exchange)
            : Reply.OfJson(200, Channel(call, teamId, call.Tenant.FindChannel(teamId, channelId)!));
    }

    public static async Task<Reply> CreateChannelAsync(GraphCall call)
    {
        var teamId = call.Route("teamId");
        if (TeamAccess.Check(call, teamId) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        var json = await call.Exchange.ReadJsonAsync();
        if (json.Text("displayName")?.Trim() is not { Length: > 0 and <= ChannelNameLimit } name)
        {
            return GraphErrors.BadRequest("Channel name is missing or longer than 50 characters.").ToReply(call.Exchange);
        }

        var made = new ChannelIdentity(StandardContent.ChannelId(Ids.Guid()), name, json.Text("description"));
        var created = call.Tenant.Commit<bool>(state =>
            state.Channels[teamId].Exists(channel => string.Equals(channel.DisplayName, name, StringComparison.OrdinalIgnoreCase))
                ? ([], false)
                : ([new ChannelAdded(teamId, made)], true));
        return created
            ? Reply.OfJson(201, Channel(call, teamId, made))
            : new GraphError(409, "nameAlreadyExists", "Channel name already existed, please use other name.").ToReply(call.Exchange);
    }

    public static Reply Members(GraphCall call)
    {
        var teamId = call.Route("teamId");
        if (TeamAccess.Check(call, teamId) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        return Collection(
            $"teams('{teamId}')/members",
            call.Tenant.Identity.Users.Where(user => call.Tenant.IsMember(teamId, user.Id)).Select(user => new JsonObject
            {
                ["@odata.type"] = "#microsoft.graph.aadUserConversationMember",
                ["id"] = user.Id,
                ["roles"] = new JsonArray(),
                ["displayName"] = user.DisplayName,
                ["userId"] = user.Id,
                ["email"] = user.UserName,
                ["tenantId"] = call.Tenant.Id,
            }));
    }

    public static Reply Collection(string context, IEnumerable<JsonObject> items)
    {
        var all = new JsonArray([.. items]);
        return Reply.OfJson(200, new JsonObject
        {
            ["@odata.context"] = GraphCall.Context(context),
            ["@odata.count"] = all.Count,
            ["value"] = all,
        });
    }

    private static JsonObject Team(TeamIdentity team) => new()
    {
        ["id"] = team.Id,
        ["displayName"] = team.DisplayName,
        ["description"] = $"The {team.DisplayName} team",
        ["isArchived"] = false,
        ["visibility"] = "private",
        ["webUrl"] = $"https://teams.microsoft.com/l/team/{Uri.EscapeDataString(team.Channels[0].Id)}/conversations?groupId={team.Id}",
    };

    private static JsonObject Channel(GraphCall call, string teamId, ChannelIdentity channel) => new()
    {
        ["id"] = channel.Id,
        ["displayName"] = channel.DisplayName,
        ["description"] = channel.Description,
        ["membershipType"] = "standard",
        ["tenantId"] = call.Tenant.Id,
        ["webUrl"] = $"https://teams.microsoft.com/l/channel/{Uri.EscapeDataString(channel.Id)}/"
            + $"{Uri.EscapeDataString(channel.DisplayName)}?groupId={teamId}&tenantId={call.Tenant.Id}",
    };

    private static string? Filter(string? filter) =>
        filter?.Split(" eq ", 2, StringSplitOptions.TrimEntries) is ["displayName", ['\'', .. var name, '\'']]
            ? name.Replace("''", "'", StringComparison.Ordinal)
            : null;
}
