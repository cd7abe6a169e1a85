namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>The questions that several services ask about a tenant.</summary>
internal static class TenantQueries
{
    public static AppIdentity? FindApp(this TenantStore tenant, string? clientId) =>
        tenant.Identity.Apps.FirstOrDefault(app => string.Equals(app.ClientId, clientId, StringComparison.OrdinalIgnoreCase));

    public static AppIdentity App(this TenantStore tenant, string kind) =>
        tenant.Identity.Apps.Single(app => app.Kind == kind);

    public static bool IsApi(this AppIdentity app) => app.Kind == "api";

    /// <summary>Finds a user by object id or by sign-in name.</summary>
    public static UserIdentity? FindUser(this TenantStore tenant, string? idOrName) =>
        tenant.Identity.Users.FirstOrDefault(user =>
            string.Equals(user.Id, idOrName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(user.UserName, idOrName, StringComparison.OrdinalIgnoreCase));

    public static Mark? Mark(this TenantStore tenant, string kind, string subject) =>
        tenant.Read(state => state.Marks.GetValueOrDefault((kind, subject)));

    public static bool IsEnabled(this TenantStore tenant, UserIdentity user) =>
        tenant.Mark(MarkKinds.UserDisabled, user.Id) is null;

    /// <summary>Delegated scopes of Graph that the app may ask for without a consent page.</summary>
    public static IReadOnlyList<string> ConsentedScopes(this TenantStore tenant, AppIdentity app) => tenant.Read(state =>
    {
        var prefix = app.ClientId + " ";
        var granted = Scopes(MarkKinds.ConsentGranted);
        var removed = Scopes(MarkKinds.ConsentRemoved);
        return app.Scopes.Concat(granted).Distinct(StringComparer.OrdinalIgnoreCase)
            .Except(removed, StringComparer.OrdinalIgnoreCase).ToArray();

        string[] Scopes(string kind) => state.Marks.Keys
            .Where(key => key.Kind == kind && key.Subject.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => key.Subject[prefix.Length..]).ToArray();
    });

    public static bool IsMember(this TenantStore tenant, string teamId, string userId) =>
        tenant.Read(state => state.Members.TryGetValue(teamId, out var members) && members.Contains(userId));

    public static ChannelIdentity? FindChannel(this TenantStore tenant, string teamId, string channelId) =>
        tenant.Read(state => state.Channels.TryGetValue(teamId, out var channels)
            ? channels.FirstOrDefault(channel => channel.Id == channelId)
            : null);

    public static TeamIdentity? FindTeam(this TenantStore tenant, string teamId) =>
        tenant.Identity.Teams.FirstOrDefault(team => team.Id == teamId);
}
