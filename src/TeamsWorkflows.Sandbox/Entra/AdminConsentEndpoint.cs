using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Pages;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>/{tenant}/v2.0/adminconsent: an administrator allows an app for everybody.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/v2-admin-consent"/>
internal sealed class AdminConsentEndpoint(World world)
{
    public Reply Show(Exchange exchange)
    {
        var (request, error) = Read(exchange);
        return request is null ? SignInPages.Error(exchange, error!) : Layout.SignIn(
            200,
            "Permissions requested",
            Html.Of($"""
                <p><strong>{request.App.DisplayName}</strong> asks for your whole organisation, <strong>{request.Tenant.Identity.DisplayName}</strong>:</p>
                <ul>{request.Scopes.Select(scope => Html.Of($"<li>{scope}</li>"))}</ul>
                <form method="post" action="{SignInPages.Action(exchange)}">
                <button class="primary" name="consent" value="accept">Accept</button>
                <button name="action" value="cancel">Cancel</button></form>
                """),
            new Uri(request.RedirectUri).GetLeftPart(UriPartial.Authority));
    }

    public async Task<Reply> SubmitAsync(Exchange exchange)
    {
        var (request, error) = Read(exchange);
        if (request is null)
        {
            return SignInPages.Error(exchange, error!);
        }

        var form = await exchange.ReadFormAsync();
        if (form["consent"] != "accept")
        {
            return Reply.Redirect(QueryHelpers.AddQueryString(request.RedirectUri, new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["error"] = "permission_denied",
                ["error_description"] = "The admin canceled the request.",
                ["state"] = exchange.Query("state"),
            }));
        }

        Consents.Grant(world, request.Tenant, request.App, request.Scopes);
        return Reply.Redirect(QueryHelpers.AddQueryString(request.RedirectUri, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["admin_consent"] = true.ToString(CultureInfo.InvariantCulture),
            ["tenant"] = request.Tenant.Id,
            ["scope"] = string.Join(' ', request.Scopes.Select(scope => $"{ScopeRequest.Graph}/{scope}")),
            ["state"] = exchange.Query("state"),
        }));
    }

    private (ConsentRequest? Request, EntraError? Error) Read(Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return (null, EntraErrors.TenantNotFound(exchange.Route("tenant")));
        }

        exchange.Concerns(tenant);
        if (tenant.FindApp(exchange.Query("client_id")) is not { } app)
        {
            return (null, EntraErrors.AppNotFound(exchange.Query("client_id") ?? "", tenant));
        }

        exchange.App = app;
        var redirectUri = exchange.Query("redirect_uri") ?? "";
        if (!AuthorizeRequest.IsLoopback(redirectUri))
        {
            return (null, EntraErrors.RedirectUnknown(redirectUri, app));
        }

        var (scope, error) = ScopeRequest.Parse(exchange.Query("scope") ?? $"{ScopeRequest.Graph}/.default", app, tenant);
        return scope is null
            ? (null, error)
            : (new ConsentRequest(tenant, app, redirectUri, scope.IsDefault ? app.Scopes : scope.Scopes), null);
    }

    private sealed record ConsentRequest(
        TenantStore Tenant, AppIdentity App, string RedirectUri, IReadOnlyList<string> Scopes);
}
