using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Reads access tokens that come back to a resource: signature and shape only, the resource judges the rest.</summary>
internal sealed class AccessTokens(World world, SecurityKey key)
{
    private readonly JsonWebTokenHandler _handler = new();

    // Times and audience give a message of their own each, so the resource checks them itself.
    private readonly TokenValidationParameters _signatureOnly = new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
        ValidateAudience = false,
        ValidateIssuer = false,
        ValidateLifetime = false,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
    };

    public async Task<AccessTokenReading> ReadAsync(string text)
    {
        if (!_handler.CanReadToken(text))
        {
            return new AccessTokenReading.Garbage();
        }

        var result = await _handler.ValidateTokenAsync(text, _signatureOnly);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt)
        {
            return new AccessTokenReading.Forged();
        }

        if (world.FindTenant(Claim(jwt, "tid") ?? "") is not { } tenant
            || tenant.FindApp(Claim(jwt, "appid")) is not { } app)
        {
            return new AccessTokenReading.Forged();
        }

        var user = Claim(jwt, "idtyp") == "user" ? tenant.FindUser(Claim(jwt, "oid")) : null;
        return new AccessTokenReading.Genuine(new AccessToken(
            tenant,
            app,
            user,
            jwt.Audiences.FirstOrDefault() ?? "",
            jwt.Issuer,
            new DateTimeOffset(jwt.ValidFrom, TimeSpan.Zero),
            new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero),
            (Claim(jwt, "scp") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            jwt.Claims.Where(claim => claim.Type == "roles").Select(claim => claim.Value).ToArray(),
            jwt.Claims.Any(claim => claim.Type == "xms_cc" && string.Equals(claim.Value, "CP1", StringComparison.OrdinalIgnoreCase)),
            jwt.GetPayloadValue<long>(TokenIssuer.SequenceClaim)));
    }

    private static string? Claim(JsonWebToken jwt, string name) =>
        jwt.TryGetPayloadValue<string>(name, out var value) ? value : null;
}

/// <summary>What a bearer token turned out to be.</summary>
internal abstract record AccessTokenReading
{
    private AccessTokenReading()
    {
    }

    /// <summary>No JSON web token at all.</summary>
    internal sealed record Garbage : AccessTokenReading;

    /// <summary>A token that this sandbox did not sign.</summary>
    internal sealed record Forged : AccessTokenReading;

    internal sealed record Genuine(AccessToken Token) : AccessTokenReading;
}

/// <param name="User">Null for an app-only token.</param>
/// <param name="Sequence">When it was issued, in the order of events.</param>
internal sealed record AccessToken(
    TenantStore Tenant,
    AppIdentity App,
    UserIdentity? User,
    string Audience,
    string Issuer,
    DateTimeOffset NotBefore,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Roles,
    bool DeclaresCp1,
    long Sequence);
