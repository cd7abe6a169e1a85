using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;

namespace TeamsWorkflows.Server.Access;

/// <summary>Where tokens for the API come from, for programs that know nothing but its address.</summary>
/// <param name="Resource">The API's own address.</param>
/// <param name="AuthorizationServers">Who issues tokens for it.</param>
/// <param name="ScopesSupported">What to ask a person's token with.</param>
/// <param name="BearerMethodsSupported">How a token is sent: in the header.</param>
/// <param name="ClientId">The application by which people sign in on the command line.</param>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc9728"/>
internal sealed record ResourceMetadata(
    [property: JsonPropertyName("resource")] string Resource,
    [property: JsonPropertyName("authorization_servers")] IReadOnlyList<string> AuthorizationServers,
    [property: JsonPropertyName("scopes_supported")] IReadOnlyList<string> ScopesSupported,
    [property: JsonPropertyName("bearer_methods_supported")] IReadOnlyList<string> BearerMethodsSupported,
    [property: JsonPropertyName("teamsworkflows_client_id")] string ClientId);

internal static class ResourceMetadataEndpoint
{
    // Readable by anybody: it names what every sign-in page shows, and nothing else.
    public static void MapResourceMetadata(this IEndpointRouteBuilder routes)
        => routes.MapGet("/.well-known/oauth-protected-resource", Read).AllowAnonymous().ExcludeFromDescription();

    private static Ok<ResourceMetadata> Read(IOptions<AccessOptions> options, IOptions<EntraOptions> entra)
    {
        var access = options.Value;
        return TypedResults.Ok(new ResourceMetadata(
            entra.Value.PublicAddress.AbsoluteUri, // and not what the caller calls it: whoever asks by another name is told the right one
            [access.Authority!.AbsoluteUri],
            [access.Scope ?? $"{access.Audience}/access_as_user"],
            ["header"],
            access.CommandLineClientId ?? access.ClientId));
    }
}
