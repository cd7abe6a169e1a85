using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Who is who.</summary>
internal static class Users
{
    public static Reply Me(GraphCall call) => call.User is { } user
        ? Reply.OfJson(200, Write(call, user))
        : GraphErrors.UserContextNeeded.ToReply(call.Exchange);

    public static Reply Get(GraphCall call) => call.Tenant.FindUser(call.Route("userId")) is { } user
        ? Reply.OfJson(200, Write(call, user))
        : GraphErrors.DirectoryNotFound(call.Route("userId")).ToReply(call.Exchange);

    private static JsonObject Write(GraphCall call, UserIdentity user) => new()
    {
        ["@odata.context"] = GraphCall.Context("users/$entity"),
        ["id"] = user.Id,
        ["displayName"] = user.DisplayName,
        ["givenName"] = user.DisplayName.Split(' ')[0],
        ["surname"] = user.DisplayName.Split(' ')[^1],
        ["userPrincipalName"] = user.UserName,
        ["mail"] = user.UserName,
        ["accountEnabled"] = call.Tenant.IsEnabled(user),
        ["jobTitle"] = null,
        ["businessPhones"] = new JsonArray(),
    };
}
