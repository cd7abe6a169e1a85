using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Entra;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.KeyVault;

/// <summary>A tenant's key vault: one certificate, the Daemon's, and the secret behind it that holds its key.</summary>
/// <remarks>
/// A vault is /vaults/{tenant}/. At the root of the sandbox the same answers are given for the token's tenant, and for the
/// default tenant as long as there is no token.
/// </remarks>
internal sealed class VaultEndpoint(World world, AccessTokens tokens)
{
    private const string Pkcs12 = "application/x-pkcs12";

    public Task<Reply> CertificateAsync(Exchange exchange) => RunAsync(exchange, (vault, version) =>
        Find(vault, version) is { } found ? Bundle(vault, found) : NotFound(exchange, "Certificate"));

    public Task<Reply> SecretAsync(Exchange exchange) => RunAsync(exchange, (vault, version) =>
        Find(vault, version) is { } found ? Secret(vault, found) : NotFound(exchange, "Secret"));

    private async Task<Reply> RunAsync(Exchange exchange, Func<TenantStore, string, Reply> operation)
    {
        var named = exchange.Route("tenant");
        var addressed = named.Length > 0 ? world.FindTenant(named) : null;
        if (named.Length > 0 && addressed is null)
        {
            return NotFound(exchange, "Vault");
        }

        var header = exchange.Http.Request.Headers.Authorization.ToString();
        var reading = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? await tokens.ReadAsync(header["Bearer ".Length..].Trim())
            : null;
        exchange.Concerns(addressed ?? (reading as AccessTokenReading.Genuine)?.Token.Tenant ?? world.DefaultTenant);
        if (reading is not AccessTokenReading.Genuine { Token: var token }
            || token.Audience != ScopeRequest.Vault
            || token.Tenant != exchange.Tenant
            || token.ExpiresAt <= exchange.Now)
        {
            return Challenge(exchange);
        }

        exchange.App = token.App;
        exchange.User = token.User;
        exchange.TokenSequence = token.Sequence;
        return await FaultGate.RunAsync(exchange, () => Task.FromResult(
            token.App.Kind == "daemon" && exchange.Route("name") == token.Tenant.Identity.CertificateName
                ? operation(token.Tenant, exchange.Route("version"))
                : token.App.Kind == "daemon"
                    ? NotFound(exchange, "Certificate")
                    : Error(403, "Forbidden", $"The user, group or application 'appid={token.App.ClientId}' does not have certificates get permission on the key vault.")));
    }

    private Reply Challenge(Exchange exchange) => Error(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        .With(
            "WWW-Authenticate",
            $"Bearer authorization=\"{world.Https}/{exchange.Tenant!.Id}\", resource=\"{ScopeRequest.Vault}\"");

    private AppCertificate? Find(TenantStore tenant, string version)
    {
        var newest = AppCertificates.Own(world, tenant, tenant.App("daemon"));
        return version.Length == 0
            ? newest
            : tenant.Read(state => state.Certificates[tenant.App("daemon").ClientId]
                .Find(certificate => certificate.HasPrivateKey && Version(certificate) == version));
    }

    private Reply Bundle(TenantStore tenant, AppCertificate stored)
    {
        using var certificate = AppCertificates.Load(stored, withKey: false);
        var name = tenant.Identity.CertificateName;
        return Reply.OfJson(200, new JsonObject
        {
            ["id"] = $"{world.Https}/certificates/{name}/{Version(stored)}",
            ["kid"] = $"{world.Https}/keys/{name}/{Version(stored)}",
            ["sid"] = $"{world.Https}/secrets/{name}/{Version(stored)}",
            ["x5t"] = Base64Url.EncodeToString(certificate.GetCertHash()),
            ["cer"] = Convert.ToBase64String(certificate.RawData),
            ["contentType"] = Pkcs12,
            ["attributes"] = Attributes(certificate),
            ["policy"] = new JsonObject
            {
                ["id"] = $"{world.Https}/certificates/{name}/policy",
                ["key_props"] = new JsonObject { ["exportable"] = true, ["kty"] = "RSA", ["key_size"] = 2048, ["reuse_key"] = false },
                ["secret_props"] = new JsonObject { ["contentType"] = Pkcs12 },
                ["x509_props"] = new JsonObject { ["subject"] = certificate.Subject, ["validity_months"] = 12 },
                ["issuer"] = new JsonObject { ["name"] = "Self" },
            },
        });
    }

    private Reply Secret(TenantStore tenant, AppCertificate stored)
    {
        using var certificate = AppCertificates.Load(stored, withKey: false);
        var name = tenant.Identity.CertificateName;
        return Reply.OfJson(200, new JsonObject
        {
            ["value"] = Convert.ToBase64String(stored.Pfx),
            ["contentType"] = Pkcs12,
            ["id"] = $"{world.Https}/secrets/{name}/{Version(stored)}",
            ["managed"] = true,
            ["kid"] = $"{world.Https}/keys/{name}/{Version(stored)}",
            ["attributes"] = Attributes(certificate),
        });
    }

    private static JsonObject Attributes(X509Certificate2 certificate) => new()
    {
        ["enabled"] = true,
        ["nbf"] = Seconds(certificate.NotBefore),
        ["exp"] = Seconds(certificate.NotAfter),
        ["created"] = Seconds(certificate.NotBefore),
        ["updated"] = Seconds(certificate.NotBefore),
        ["recoveryLevel"] = "Recoverable+Purgeable",
        ["recoverableDays"] = 90,
    };

    private static long Seconds(DateTime local) => new DateTimeOffset(local).ToUnixTimeSeconds();

    private static string Version(AppCertificate certificate) => certificate.KeyId.Replace("-", "", StringComparison.Ordinal);

    private static Reply NotFound(Exchange exchange, string what) => Error(
        404, $"{what}NotFound", $"A {what.ToLowerInvariant()} with (name/id) {exchange.Route("name")} was not found in this key vault.");

    private static Reply Error(int status, string code, string message) => Reply.OfJson(status, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    });
}
