using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>The addresses of Entra ID.</summary>
internal static class EntraRoutes
{
    public static void MapEntra(
        this IEndpointRouteBuilder routes, World world, Gateway gateway, TokenIssuer issuer, RefreshTokens refreshTokens)
    {
        var signIns = new SignIns(world.Time);
        var token = new TokenEndpoint(
            world,
            new ClientAuthentication(new ClientAssertions(world)),
            [
                new CodeGrant(issuer, signIns),
                new RefreshGrant(issuer, refreshTokens),
                new ClientCredentialsGrant(issuer),
                new DeviceCodeGrant(issuer, signIns),
            ]);
        var authorize = new AuthorizeEndpoint(world, signIns, issuer);
        var device = new DeviceCodeEndpoint(world, signIns);
        var consent = new AdminConsentEndpoint(world);
        var discovery = new Discovery(world, issuer);

        routes.MapPost("/{tenant}/oauth2/v2.0/token", gateway.Handle(SandboxSurfaces.Token, token.HandleAsync));
        routes.MapGet("/{tenant}/oauth2/v2.0/authorize", gateway.Handle(SandboxSurfaces.Authorize, authorize.Show));
        routes.MapPost("/{tenant}/oauth2/v2.0/authorize", gateway.Handle(SandboxSurfaces.Authorize, authorize.SubmitAsync));
        routes.MapPost("/{tenant}/oauth2/v2.0/devicecode", gateway.Handle(SandboxSurfaces.Token, device.StartAsync));
        routes.MapGet("/devicelogin", gateway.Handle(SandboxSurfaces.Authorize, DeviceCodeEndpoint.Show));
        routes.MapPost("/devicelogin", gateway.Handle(SandboxSurfaces.Authorize, device.SubmitAsync));
        routes.MapGet("/{tenant}/v2.0/adminconsent", gateway.Handle(SandboxSurfaces.Authorize, consent.Show));
        routes.MapPost("/{tenant}/v2.0/adminconsent", gateway.Handle(SandboxSurfaces.Authorize, consent.SubmitAsync));
        routes.MapGet("/{tenant}/oauth2/v2.0/logout", gateway.Handle(SandboxSurfaces.Authorize, LogoutEndpoint.Handle));
        routes.MapGet(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            gateway.Handle(SandboxSurfaces.Metadata, discovery.Configuration));
        routes.MapGet("/{tenant}/discovery/v2.0/keys", gateway.Handle(SandboxSurfaces.Metadata, discovery.Keys));
    }
}
