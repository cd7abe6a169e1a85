using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>POST /{tenant}/oauth2/v2.0/token: checks the app, then hands over to the grant.</summary>
internal sealed class TokenEndpoint(World world, ClientAuthentication authentication, IReadOnlyList<IGrant> grants)
{
    public async Task<Reply> HandleAsync(Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return EntraErrors.TenantNotFound(exchange.Route("tenant")).ToReply(exchange);
        }

        exchange.Concerns(tenant);
        var form = await exchange.ReadFormAsync();
        if (form["client_id"] is not [{ Length: > 0 } clientId])
        {
            return EntraErrors.ParameterMissing("client_id").ToReply(exchange);
        }

        if (tenant.FindApp(clientId) is not { } app)
        {
            return EntraErrors.AppNotFound(clientId, tenant).ToReply(exchange);
        }

        exchange.App = app;
        return await FaultGate.RunAsync(exchange, () => GrantAsync(exchange, tenant, app, form));
    }

    private async Task<Reply> GrantAsync(Exchange exchange, TenantStore tenant, AppIdentity app, IFormCollection form)
    {
        var name = form["grant_type"].ToString();
        if (grants.FirstOrDefault(grant => grant.Names.Contains(name, StringComparer.Ordinal)) is not { } grant)
        {
            return (name.Length == 0 ? EntraErrors.ParameterMissing("grant_type") : EntraErrors.GrantUnknown(name))
                .ToReply(exchange);
        }

        var (error, isPublic) = await authentication.CheckAsync(exchange, tenant, app, form);
        if (error is not null)
        {
            return error.ToReply(exchange);
        }

        if (ClaimsRequest.Parse(form["claims"]) is not { } claims)
        {
            return EntraErrors.CodeMalformed.ToReply(exchange);
        }

        var result = grant.Handle(exchange, new GrantRequest(tenant, app, form, isPublic, claims));
        return result.Error is { } refused
            ? refused.ToReply(exchange)
            : Reply.OfJson(200, result.Body!)
                .With("Cache-Control", "no-store, no-cache")
                .With("x-ms-request-id", exchange.RequestId);
    }
}
