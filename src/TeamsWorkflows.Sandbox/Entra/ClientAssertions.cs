using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Verifies client assertions: the app's certificate in place of a secret.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/certificate-credentials"/>
internal sealed class ClientAssertions(World world)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    private readonly JsonWebTokenHandler _handler = new();

    public async Task<EntraError?> CheckAsync(Exchange exchange, TenantStore tenant, AppIdentity app, string assertion)
    {
        if (!_handler.CanReadToken(assertion) || Part(assertion, 0) is not { } header || Part(assertion, 1) is not { } payload)
        {
            return EntraErrors.AssertionMalformed;
        }

        if (Same(payload.Text("iss"), app) && Same(payload.Text("sub"), app))
        {
            return CheckAudience(payload, tenant)
                ?? await CheckSignatureAsync(exchange, tenant, app, header, assertion)
                ?? CheckTime(exchange.Now, payload);
        }

        return EntraErrors.AssertionSubject;
    }

    private EntraError? CheckAudience(JsonObject payload, TenantStore tenant)
    {
        var audience = payload.Text("aud") ?? "";
        string[] accepted =
        [
            .. Bases().Select(address => $"{address}/{tenant.Id}/oauth2/v2.0/token"),
            .. Bases().Select(address => $"{address}/{tenant.Id}/v2.0"),
        ];
        return accepted.Contains(audience, StringComparer.OrdinalIgnoreCase) ? null : EntraErrors.AssertionAudience;

        // The certificate also names 127.0.0.1, so a client may address the token endpoint by it.
        string[] Bases() => [world.Https, world.Http, world.Https.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)];
    }

    private async Task<EntraError?> CheckSignatureAsync(
        Exchange exchange, TenantStore tenant, AppIdentity app, JsonObject header, string assertion)
    {
        var sha256 = header.Text("x5t#S256");
        var sha1 = header.Text("x5t") ?? header.Text("kid");
        var removed = tenant.Mark(MarkKinds.CertificateUnknown, app.ClientId)?.Sequence ?? 0;
        var stored = tenant.Read(state =>
            state.Certificates[app.ClientId].Where(certificate => certificate.Sequence > removed).ToArray());
        foreach (var candidate in stored)
        {
            using var certificate = AppCertificates.Load(candidate, withKey: false);
            if (!IsMeant(certificate, sha256, sha1))
            {
                continue;
            }

            if (certificate.NotAfter.ToUniversalTime() <= exchange.Now.UtcDateTime)
            {
                return EntraErrors.CertificateRefused("The key used is expired.", certificate.Thumbprint, app);
            }

            using var key = certificate.GetRSAPublicKey();
            var result = await _handler.ValidateTokenAsync(assertion, SignatureOnly(new RsaSecurityKey(key)));
            return result.IsValid
                ? null
                : EntraErrors.CertificateRefused(
                    "The provided signature value did not match the expected signature value.", certificate.Thumbprint, app);
        }

        return EntraErrors.CertificateRefused("The key was not found.", Thumbprint(sha256 ?? sha1), app);
    }

    private static EntraError? CheckTime(DateTimeOffset now, JsonObject payload)
    {
        if (Time(payload, "nbf") is not { } from || Time(payload, "exp") is not { } to)
        {
            return EntraErrors.AssertionMalformed;
        }

        return now + Tolerance < from || now - Tolerance > to ? EntraErrors.AssertionTime(now, from, to) : null;
    }

    private static bool IsMeant(X509Certificate2 certificate, string? sha256, string? sha1) => sha256 is not null
        ? sha256 == Base64Url.EncodeToString(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256))
        : sha1 == Base64Url.EncodeToString(certificate.GetCertHash());

    // Cached providers would outlive the certificate's key, which is disposed after each check.
    private static TokenValidationParameters SignatureOnly(SecurityKey key) => new()
    {
        IssuerSigningKey = key,
        CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        TryAllIssuerSigningKeys = true,
        ValidAlgorithms = [SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSha256],
        ValidateAudience = false,
        ValidateIssuer = false,
        ValidateLifetime = false,
        RequireExpirationTime = false,
    };

    private static JsonObject? Part(string jwt, int index)
    {
        try
        {
            return JsonNode.Parse(Base64Url.DecodeFromChars(jwt.Split('.')[index])) as JsonObject;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>MSAL writes the times as text, other clients as numbers.</summary>
    private static DateTimeOffset? Time(JsonObject payload, string name)
    {
        if (payload[name] is not JsonValue value)
        {
            return null;
        }

        if (value.TryGetValue<string>(out var text))
        {
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? At(parsed) : null;
        }

        return value.TryGetValue<double>(out var number) ? At((long)number) : null;

        static DateTimeOffset? At(long seconds) =>
            seconds is >= 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    private static bool Same(string? clientId, AppIdentity app) =>
        string.Equals(clientId, app.ClientId, StringComparison.OrdinalIgnoreCase);

    private static string Thumbprint(string? encoded) => encoded is not null && Base64Url.IsValid(encoded)
        ? Convert.ToHexString(Base64Url.DecodeFromChars(encoded))
        : "";
}
