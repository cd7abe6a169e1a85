using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>A checked request to the authorize endpoint.</summary>
internal sealed record AuthorizeRequest(
    TenantStore Tenant,
    AppIdentity App,
    string RedirectUri,
    string ResponseType,
    string ResponseMode,
    ScopeRequest Scope,
    string ScopeText,
    ClaimsRequest Claims)
{
    public string? State { get; private init; }

    public string? Nonce { get; private init; }

    public string? Prompt { get; private init; }

    public string? LoginHint { get; private init; }

    public string? Challenge { get; private init; }

    public string ChallengeMethod { get; private init; } = "plain";

    public bool WantsCode => ResponseType.Split(' ').Contains("code", StringComparer.Ordinal);

    public bool WantsIdToken => ResponseType.Split(' ').Contains("id_token", StringComparer.Ordinal);

    /// <summary>Origin of the redirect, for the page's content security policy.</summary>
    public string RedirectOrigin => new Uri(RedirectUri).GetLeftPart(UriPartial.Authority);

    /// <summary>Reads the query. Errors before the redirect address is known must be shown and not sent anywhere.</summary>
    public static (AuthorizeRequest? Request, EntraError? Shown, Func<Reply>? Sent) Read(Exchange exchange, World world)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return (null, EntraErrors.TenantNotFound(exchange.Route("tenant")), null);
        }

        exchange.Concerns(tenant);
        if (exchange.Query("client_id") is not { } clientId)
        {
            return (null, EntraErrors.ParameterMissing("client_id"), null);
        }

        if (tenant.FindApp(clientId) is not { } app)
        {
            return (null, EntraErrors.AppNotFound(clientId, tenant), null);
        }

        exchange.App = app;
        var redirectUri = exchange.Query("redirect_uri");
        if (redirectUri is null || !IsLoopback(redirectUri))
        {
            return (null, redirectUri is null
                ? EntraErrors.ParameterMissing("redirect_uri")
                : EntraErrors.RedirectUnknown(redirectUri, app), null);
        }

        return ReadRest(exchange, tenant, app, redirectUri);
    }

    /// <summary>The sandbox's apps have every loopback address registered, and no other.</summary>
    public static bool IsLoopback(string redirectUri) =>
        Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.IsLoopback
        && uri.Fragment.Length == 0
        && uri.UserInfo.Length == 0;

    private static (AuthorizeRequest? Request, EntraError? Shown, Func<Reply>? Sent) ReadRest(
        Exchange exchange, TenantStore tenant, AppIdentity app, string redirectUri)
    {
        var type = exchange.Query("response_type") ?? "code";
        var mode = exchange.Query("response_mode") ?? (type == "code" ? "query" : "fragment");
        var scopeText = exchange.Query("scope") ?? "openid";
        var (scope, scopeError) = ScopeRequest.Parse(scopeText, app, tenant);
        var claims = ClaimsRequest.Parse(exchange.Query("claims"));
        var typeKnown = type.Split(' ').All(part => part is "code" or "id_token") && mode is "query" or "fragment" or "form_post";
        var error = !typeKnown ? EntraErrors.ResponseTypeUnknown(type)
            : scopeError ?? (claims is null ? EntraErrors.CodeMalformed with { Error = "invalid_request" } : null);
        if (error is not null)
        {
            var state = exchange.Query("state");
            return (null, null, () => AuthorizeResponse.Of(mode, redirectUri, AuthorizeResponse.Error(error, state)));
        }

        return (new AuthorizeRequest(tenant, app, redirectUri, type, mode, scope!, scopeText, claims!)
        {
            State = exchange.Query("state"),
            Nonce = exchange.Query("nonce"),
            Prompt = exchange.Query("prompt"),
            LoginHint = exchange.Query("login_hint"),
            Challenge = exchange.Query("code_challenge"),
            ChallengeMethod = exchange.Query("code_challenge_method") ?? "plain",
        }, null, null);
    }
}
