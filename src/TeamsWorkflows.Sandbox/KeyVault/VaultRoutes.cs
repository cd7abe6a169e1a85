using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Entra;

namespace TeamsWorkflows.Sandbox.KeyVault;

/// <summary>The addresses of Key Vault.</summary>
internal static class VaultRoutes
{
    public static void MapKeyVault(this IEndpointRouteBuilder routes, World world, Gateway gateway, AccessTokens tokens)
    {
        var endpoint = new VaultEndpoint(world, tokens);
        foreach (var vault in new[] { "", "/vaults/{tenant}" })
        {
            routes.MapGet(vault + "/certificates/{name}/{version?}", gateway.Handle(SandboxSurfaces.KeyVault, endpoint.CertificateAsync));
            routes.MapGet(vault + "/secrets/{name}/{version?}", gateway.Handle(SandboxSurfaces.KeyVault, endpoint.SecretAsync));
        }
    }
}
