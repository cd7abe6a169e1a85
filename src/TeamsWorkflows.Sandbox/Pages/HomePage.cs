using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>/: the tenants and where to go from here.</summary>
internal static class HomePage
{
    /// <summary>Tenants listed; a test run may make hundreds.</summary>
    private const int Limit = 50;

    public static Reply Show(World world)
    {
        var tenants = world.Tenants.OrderBy(tenant => tenant == world.DefaultTenant ? 0 : 1).Take(Limit);
        return Layout.Teams(
            "TeamsWorkflows sandbox",
            Rail.Of(World.DefaultAlias, "Sandbox"),
            Html.Of($"""
                <main class="plain">
                <h1>TeamsWorkflows sandbox</h1>
                <p class="lead">Microsoft’s side on this machine: nothing here reaches the real service.</p>
                {tenants.Select(tenant => Tenant(world, tenant))}
                </main>
                """));
    }

    private static Html Tenant(World world, TenantStore tenant)
    {
        var alias = tenant == world.DefaultTenant ? World.DefaultAlias : tenant.Id;
        var messages = tenant.Read(state => state.Messages.Count);
        var mails = tenant.Read(state => state.Mails.Count);
        return Html.Of($"""
            <section class="card"><h2>{tenant.Identity.DisplayName}</h2>
            <dl><dt>Tenant</dt><dd><code>{tenant.Id}</code></dd>
            <dt>Authority</dt><dd><code>{world.Https}/{tenant.Id}</code></dd>
            <dt>Graph</dt><dd><code>{world.Https}/v1.0</code></dd>
            <dt>Domain</dt><dd>{tenant.Identity.Domain}</dd></dl>
            <p class="links"><a href="/teams/{alias}">Teams ({messages})</a> <a href="/inbox/{alias}">Inbox ({mails})</a>
            <a href="/faults/{alias}">Faults</a> <a href="/sandbox/tenants/{alias}">Ids and secrets</a>
            <a href="/sandbox/tenants/{alias}/requests">Requests</a></p></section>
            """);
    }
}
