using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>The OpenID Connect metadata and the signing key.</summary>
internal sealed class Discovery(World world, TokenIssuer issuer)
{
    public Reply Configuration(Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return EntraErrors.TenantNotFound(exchange.Route("tenant")).ToReply(exchange);
        }

        exchange.Concerns(tenant);

        // Endpoints on the listener that was asked; the issuer never changes, or tokens would not match it.
        var address = $"{exchange.Http.Request.Scheme}://{exchange.Http.Request.Host}/{tenant.Id}";
        return Reply.OfJson(200, new JsonObject
        {
            ["issuer"] = issuer.Issuer(tenant),
            ["authorization_endpoint"] = $"{address}/oauth2/v2.0/authorize",
            ["token_endpoint"] = $"{address}/oauth2/v2.0/token",
            ["device_authorization_endpoint"] = $"{address}/oauth2/v2.0/devicecode",
            ["end_session_endpoint"] = $"{address}/oauth2/v2.0/logout",
            ["jwks_uri"] = $"{address}/discovery/v2.0/keys",
            ["response_modes_supported"] = new JsonArray("query", "fragment", "form_post"),
            ["response_types_supported"] = new JsonArray("code", "id_token", "code id_token"),
            ["subject_types_supported"] = new JsonArray("pairwise"),
            ["scopes_supported"] = new JsonArray("openid", "profile", "email", "offline_access"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
            ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post", "private_key_jwt"),
            ["code_challenge_methods_supported"] = new JsonArray("plain", "S256"),
            ["claims_supported"] = new JsonArray(
                "sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "oid", "roles", "email"),
            ["tenant_region_scope"] = "EU",
        });
    }

    public Reply Keys(Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is { } tenant)
        {
            exchange.Concerns(tenant);
        }

        return Reply.OfJson(200, new JsonObject { ["keys"] = new JsonArray(issuer.PublicKey.DeepClone()) });
    }
}
