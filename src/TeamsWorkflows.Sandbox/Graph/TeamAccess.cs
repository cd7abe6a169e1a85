using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Whether the caller may see a team: it must exist, and a user must be a member.</summary>
internal static class TeamAccess
{
    public static GraphError? Check(GraphCall call, string teamId)
    {
        if (call.Tenant.FindTeam(teamId) is null)
        {
            return GraphErrors.ThreadNotFound;
        }

        return call.User is { } user && !call.Tenant.IsMember(teamId, user.Id) ? GraphErrors.NotAMember : null;
    }

    public static GraphError? Check(GraphCall call, string teamId, string channelId) =>
        Check(call, teamId)
        ?? (call.Tenant.FindChannel(teamId, channelId) is null ? GraphErrors.ThreadNotFound : null);
}
