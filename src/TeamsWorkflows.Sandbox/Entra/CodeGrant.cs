using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Redeems an authorization code.</summary>
internal sealed class CodeGrant(TokenIssuer issuer, SignIns signIns) : IGrant
{
    public IReadOnlyList<string> Names { get; } = ["authorization_code"];

    public GrantResult Handle(Exchange exchange, GrantRequest request)
    {
        var (tenant, app) = (request.Tenant, request.App);
        if (request.Field("code") is not { } text)
        {
            return EntraErrors.ParameterMissing("code");
        }

        if (signIns.FindCode(text) is not { } code || tenant.FindUser(code.UserId) is not { } user)
        {
            return EntraErrors.CodeMalformed;
        }

        exchange.User = user;
        if (code.TenantId != tenant.Id || code.ClientId != app.ClientId)
        {
            return EntraErrors.CodeOfOtherApp;
        }

        if (Refuse(code, request) is { } refused)
        {
            return refused;
        }

        var (parsed, error) = ScopeRequest.Parse(request.Field("scope") ?? code.Scope, app, tenant);
        if (parsed is not { } scope)
        {
            return error!;
        }

        if (UserPolicy.Check(tenant, app, user, scope, code.SignInSequence, code.WithClaims) is { } policy)
        {
            return policy;
        }

        // What the sign-in asked for counts: the redemption may leave openid and offline_access out.
        var (asked, _) = ScopeRequest.Parse(code.Scope, app, tenant);
        var full = scope with
        {
            OpenId = scope.OpenId || asked?.OpenId == true,
            OfflineAccess = scope.OfflineAccess || asked?.OfflineAccess == true,
        };
        return issuer.ForUser(tenant, app, user, full, new UserGrant(
            code.SignInSequence, code.WithClaims, request.IsPublic, code.Nonce, request.Claims));
    }

    private EntraError? Refuse(IssuedCode code, GrantRequest request)
    {
        // Without PKCE and without a credential, anybody who saw the code could redeem it.
        if (request.IsPublic && code.Challenge is null)
        {
            return EntraErrors.MissingCredential;
        }

        if (code.RedirectUri != request.Field("redirect_uri"))
        {
            return EntraErrors.RedirectMismatch;
        }

        if (code.Challenge is not null && !IsVerified(code, request.Field("code_verifier")))
        {
            return EntraErrors.VerifierMismatch;
        }

        if (signIns.IsOver(code.IssuedAt, SignIns.CodeLifetime))
        {
            return EntraErrors.CodeExpired;
        }

        return code.Redeem() ? null : EntraErrors.CodeRedeemed;
    }

    private static bool IsVerified(IssuedCode code, string? verifier)
    {
        if (verifier is null)
        {
            return false;
        }

        var derived = code.ChallengeMethod == "plain"
            ? verifier
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        return derived == code.Challenge;
    }
}
