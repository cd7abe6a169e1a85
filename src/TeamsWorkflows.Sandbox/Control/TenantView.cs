using System.Globalization;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Control;

/// <summary>Everything about a tenant that a person or a script needs to configure a product against it.</summary>
internal static class TenantView
{
    public static object Of(World world, TenantStore tenant)
    {
        var facade = new SandboxTenant(world, tenant);
        return new
        {
            tenant.Id,
            tenant.Identity.Domain,
            tenant.Identity.DisplayName,
            facade.Authority,
            facade.GraphAddress,
            facade.VaultAddress,
            facade.CertificateName,
            facade.WorkflowAddress,
            AccessTokenLifetime = facade.AccessTokenLifetime.ToString("c", CultureInfo.InvariantCulture),
            Apps = tenant.Identity.Apps.ToDictionary(app => app.Kind, app => new
            {
                app.ClientId,
                app.ObjectId,
                app.DisplayName,
                ClientSecret = tenant.Read(state => state.Secrets[app.ClientId].LastOrDefault()?.Value),
                Scopes = tenant.ConsentedScopes(app),
                Roles = app.GraphRoles.Concat(app.ApiRoles),
            }, StringComparer.Ordinal),
            Users = tenant.Identity.Users.Select(user => new
            {
                user.Id,
                user.UserName,
                user.DisplayName,
                user.Roles,
                Enabled = tenant.IsEnabled(user),
            }),
            facade.Teams,
            Conditions = tenant.Read(state => state.Marks.Values.ToArray()).Select(mark => new { mark.Kind, mark.Subject, mark.At, mark.Detail }),
        };
    }
}
