using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Tokens for an app that acts for itself.</summary>
internal sealed class ClientCredentialsGrant(TokenIssuer issuer) : IGrant
{
    public IReadOnlyList<string> Names { get; } = ["client_credentials"];

    public GrantResult Handle(Exchange exchange, GrantRequest request)
    {
        if (request.IsPublic)
        {
            return EntraErrors.MissingCredential;
        }

        var (parsed, error) = ScopeRequest.Parse(request.Field("scope"), request.App, request.Tenant);
        if (parsed is not { } scope)
        {
            return error!;
        }

        return scope.IsDefault
            ? issuer.ForApp(exchange, request.Tenant, request.App, scope, request.Claims)
            : EntraErrors.DefaultScopeNeeded;
    }
}
