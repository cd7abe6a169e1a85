using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>Makes client secrets.</summary>
internal static class AppSecrets
{
    /// <summary>The longest life that Entra gives a secret.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(730);

    /// <param name="endsAt">Null for the longest life.</param>
    /// <param name="alone">Whether the older secrets go.</param>
    public static AppSecret Add(
        World world, TenantStore tenant, AppIdentity app, string displayName, DateTimeOffset? endsAt, bool alone)
    {
        var now = world.Time.GetUtcNow();
        var secret = new AppSecret(Ids.Guid(), Ids.Token(30), now, endsAt ?? now + Longest, displayName, world.Sequence.Next());
        tenant.Commit(new SecretAdded(app.ClientId, secret, alone));
        return secret;
    }
}
