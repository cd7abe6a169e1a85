using System.Globalization;

namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>Settings of one tenant that a test or an administrator may change.</summary>
internal static class TenantSettings
{
    /// <returns>Null when the sandbox's own setting applies.</returns>
    public static TimeSpan? AccessTokenLifetime(TenantStore tenant) =>
        tenant.Mark(MarkKinds.AccessTokenLifetime, tenant.Id) is { Detail: { } text }
            ? TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture)
            : null;
}
