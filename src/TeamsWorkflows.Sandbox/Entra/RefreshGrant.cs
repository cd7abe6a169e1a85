using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Renews tokens. The older refresh token stays valid, as in Entra.</summary>
internal sealed class RefreshGrant(TokenIssuer issuer, RefreshTokens refreshTokens) : IGrant
{
    /// <summary>A refresh token that was not used for so long is dead.</summary>
    private static readonly TimeSpan Inactivity = TimeSpan.FromDays(90);

    public IReadOnlyList<string> Names { get; } = ["refresh_token"];

    public GrantResult Handle(Exchange exchange, GrantRequest request)
    {
        var (tenant, app) = (request.Tenant, request.App);
        if (request.Field("refresh_token") is not { } text)
        {
            return EntraErrors.ParameterMissing("refresh_token");
        }

        if (refreshTokens.Open(text) is not { } token
            || token.TenantId != tenant.Id
            || tenant.FindUser(token.UserId) is not { } user)
        {
            return EntraErrors.BadRefreshToken;
        }

        exchange.User = user;
        if (token.ClientId != app.ClientId)
        {
            return EntraErrors.RefreshTokenOfOtherApp;
        }

        if (request.IsPublic && !token.IsPublic)
        {
            return EntraErrors.MissingCredential;
        }

        if (token.IssuedAt + Inactivity <= exchange.Now)
        {
            return EntraErrors.InactiveGrant;
        }

        // The standard allows leaving the scope out; Entra then renews what was granted.
        var (parsed, error) = ScopeRequest.Parse(
            request.Field("scope") ?? $"{ScopeRequest.Graph}/.default openid profile offline_access", app, tenant);
        if (parsed is not { } scope)
        {
            return error!;
        }

        if (UserPolicy.Check(tenant, app, user, scope, token.SignInSequence, token.WithClaims) is { } refused)
        {
            return refused;
        }

        // A renewal always brings a new refresh token, even where offline_access was not repeated.
        return issuer.ForUser(
            tenant,
            app,
            user,
            scope with { OfflineAccess = true },
            new UserGrant(token.SignInSequence, token.WithClaims, token.IsPublic, Nonce: null, request.Claims));
    }
}
