using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Makes and signs tokens, and writes the token endpoint's successful answers.</summary>
internal sealed class TokenIssuer
{
    /// <summary>Our own claim: place of the issue in the order of events, finer than "iat".</summary>
    public const string SequenceClaim = "sandbox_seq";

    private readonly World _world;
    private readonly SigningCredentials _credentials;
    private readonly RefreshTokens _refreshTokens;
    private readonly JsonWebTokenHandler _handler = new();

    public TokenIssuer(World world, RefreshTokens refreshTokens)
    {
        _world = world;
        _refreshTokens = refreshTokens;
        var parameters = world.Keys.Signing.ExportParameters(includePrivateParameters: false);
        KeyId = Base64Url.EncodeToString(SHA256.HashData(parameters.Modulus!))[..27];

        // Not from the process-wide cache: a restarted sandbox would meet the disposed key of its predecessor there.
        SigningKey = new RsaSecurityKey(world.Keys.Signing)
        {
            KeyId = KeyId,
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
        _credentials = new SigningCredentials(SigningKey, SecurityAlgorithms.RsaSha256);
        PublicKey = new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["kid"] = KeyId,
            ["alg"] = "RS256",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
    }

    public string KeyId { get; }

    public RsaSecurityKey SigningKey { get; }

    /// <summary>The signing key as a JSON web key.</summary>
    public JsonObject PublicKey { get; }

    /// <summary>The issuer of version 2 tokens, which the Api app gets.</summary>
    public string Issuer(TenantStore tenant) => $"{_world.Https}/{tenant.Id}/v2.0";

    /// <summary>The issuer of version 1 tokens, which Graph and Key Vault get.</summary>
    public static string FirstPartyIssuer(string tenantId) => $"https://sts.windows.net/{tenantId}/";

    /// <summary>The answer for an app without a user.</summary>
    public JsonObject ForApp(Exchange exchange, TenantStore tenant, AppIdentity app, ScopeRequest scope, ClaimsRequest claims)
    {
        var payload = Payload(tenant, app, scope, claims, lifetime: Lifetime(tenant));
        payload["idtyp"] = "app";
        payload["oid"] = app.ObjectId;
        payload["sub"] = app.ObjectId;
        payload["appidacr"] = exchange.Http.Request.HasFormContentType
            && exchange.Http.Request.Form.ContainsKey("client_assertion") ? "2" : "1";
        var roles = scope.Resource == ScopeRequest.Graph ? app.GraphRoles
            : scope.Resource == ScopeRequest.Vault ? [] : app.ApiRoles;
        if (roles.Count > 0)
        {
            payload["roles"] = Array(roles);
        }

        return Answer(payload, tenant);
    }

    /// <summary>The answer for an app that acts for a user.</summary>
    public JsonObject ForUser(TenantStore tenant, AppIdentity app, UserIdentity user, ScopeRequest scope, UserGrant grant)
    {
        var payload = Payload(tenant, app, scope, grant.Claims, Lifetime(tenant));
        var granted = scope.Granted(tenant, app);
        payload["idtyp"] = "user";
        payload["scp"] = string.Join(' ', granted);
        payload["upn"] = user.UserName;
        payload["unique_name"] = user.UserName;
        AddUser(payload, tenant, app, user);
        if (scope.Resource == tenant.App("api").ClientId && user.Roles.Count > 0)
        {
            payload["roles"] = Array(user.Roles);
        }

        var answer = Answer(payload, tenant);
        answer["scope"] = string.Join(' ', granted.Select(name =>
            scope.Resource == ScopeRequest.Graph ? name : $"{ApiName(scope.Resource, tenant)}/{name}"));
        answer["client_info"] = Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(
            new JsonObject { ["uid"] = user.Id, ["utid"] = tenant.Id }.ToJsonString()));
        if (scope.OfflineAccess)
        {
            answer["refresh_token"] = _refreshTokens.Seal(new RefreshToken(
                tenant.Id, app.ClientId, user.Id, _world.Time.GetUtcNow(), grant.SignInSequence, grant.WithClaims, grant.IsPublic));
        }

        if (scope.OpenId)
        {
            answer["id_token"] = IdToken(tenant, app, user, grant.Nonce, codeHash: null);
        }

        return answer;
    }

    public string IdToken(TenantStore tenant, AppIdentity app, UserIdentity user, string? nonce, string? codeHash)
    {
        var now = _world.Time.GetUtcNow();
        var payload = new JsonObject
        {
            ["aud"] = app.ClientId,
            ["iss"] = Issuer(tenant),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
            ["ver"] = "2.0",
            ["email"] = user.UserName,
        };
        AddUser(payload, tenant, app, user);
        if (nonce is not null)
        {
            payload["nonce"] = nonce;
        }

        if (codeHash is not null)
        {
            payload["c_hash"] = codeHash;
        }

        if (app.IsApi() && user.Roles.Count > 0)
        {
            payload["roles"] = Array(user.Roles);
        }

        return Sign(payload);
    }

    private static string ApiName(string resource, TenantStore tenant) =>
        resource == tenant.App("api").ClientId ? StandardContent.ApiIdentifierUri : resource;

    private TimeSpan Lifetime(TenantStore tenant) =>
        TenantSettings.AccessTokenLifetime(tenant) ?? _world.Options.AccessTokenLifetime;

    private JsonObject Payload(
        TenantStore tenant, AppIdentity app, ScopeRequest scope, ClaimsRequest claims, TimeSpan lifetime)
    {
        var now = _world.Time.GetUtcNow();
        var firstParty = scope.Resource is ScopeRequest.Graph or ScopeRequest.Vault;
        var payload = new JsonObject
        {
            ["aud"] = scope.Resource,
            ["iss"] = firstParty ? FirstPartyIssuer(tenant.Id) : Issuer(tenant),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["app_displayname"] = app.DisplayName,
            ["appid"] = app.ClientId,
            ["azp"] = app.ClientId,
            ["tid"] = tenant.Id,
            ["uti"] = Ids.Token(16),
            ["ver"] = firstParty ? "1.0" : "2.0",
            [SequenceClaim] = _world.Sequence.Next(),
        };
        if (claims.DeclaresCp1)
        {
            payload["xms_cc"] = new JsonArray("CP1");
        }

        return payload;
    }

    private static void AddUser(JsonObject payload, TenantStore tenant, AppIdentity app, UserIdentity user)
    {
        payload["name"] = user.DisplayName;
        payload["oid"] = user.Id;
        payload["preferred_username"] = user.UserName;
        payload["tid"] = tenant.Id;

        // Pairwise, as in Entra: another app sees another subject for the same person.
        payload["sub"] = Base64Url.EncodeToString(
            SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{tenant.Id} {app.ClientId} {user.Id}")));
    }

    private JsonObject Answer(JsonObject payload, TenantStore tenant)
    {
        var seconds = (long)Lifetime(tenant).TotalSeconds;
        return new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = seconds,
            ["ext_expires_in"] = seconds,
            ["access_token"] = Sign(payload),
        };
    }

    private string Sign(JsonObject payload) => _handler.CreateToken(payload.ToJsonString(), _credentials);

    private static JsonArray Array(IEnumerable<string> values) => [.. values.Select(value => (JsonNode)value)];
}

/// <summary>What a user's sign-in brought along.</summary>
internal sealed record UserGrant(
    long SignInSequence, bool WithClaims, bool IsPublic, string? Nonce, ClaimsRequest Claims);
