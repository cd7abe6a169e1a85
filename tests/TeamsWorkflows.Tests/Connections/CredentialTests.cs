using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Http;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>Credentials that are not a secret: a vault's certificate, a managed identity, a webhook's address.</summary>
public sealed class CredentialTests
{
    private const string DaemonId = "daemon";

    [Fact]
    [Trait("Requirement", "R52")]
    [Trait("Requirement", "R55")]
    [Trait("Requirement", "R26")]
    public async Task A_certificate_that_is_rotated_in_its_vault_is_used_without_a_restart()
    {
        await using var product = await ProductHost.StartAsync();
        ReadVaultsAs(product, product.Tenant.Daemon);
        var row = await DaemonAsync(product, d => d.VaultCertificate = Address(product));

        Assert.IsType<TokenResult.Acquired>(await product.Get<TokenSource>().AcquireAsync(row, TokenRequest.Silent, default));
        var first = await product.Get<VaultCertificates>().GetAsync(Address(product), default);
        product.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Same(first, await product.Get<VaultCertificates>().GetAsync(Address(product), default)); // one that is read again is kept once
        using var older = product.Tenant.Daemon.Certificate;
        product.Tenant.RotateCertificate();
        using var newer = product.Tenant.Daemon.Certificate;
        Assert.Equal(older.Thumbprint, (await product.Get<VaultCertificates>().GetAsync(Address(product), default)).Thumbprint);

        product.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.IsType<TokenResult.Acquired>(await product.Get<TokenSource>().AcquireAsync(row, new(BypassCache: true), default));
        Assert.Equal(newer.Thumbprint, (await product.Get<VaultCertificates>().GetAsync(Address(product), default)).Thumbprint);
        var expiry = Assert.Single((await product.Get<ForecastDesk>().ExpiriesAsync(DaemonId, default))!, e => e.Kind == ExpiryKind.Certificate);
        Assert.Equal(newer.NotAfter.ToUniversalTime(), expiry.At.UtcDateTime);
    }

    [Fact]
    [Trait("Requirement", "R55")]
    [Trait("Requirement", "R61")]
    public async Task A_rotated_certificate_is_an_event_of_its_own_once()
    {
        await using var product = await ProductHost.StartAsync();
        ReadVaultsAs(product, product.Tenant.Daemon);
        var stale = await DaemonAsync(product, d => d.VaultCertificate = Address(product));
        await AcquireAsync(product, stale);
        using var older = product.Tenant.Daemon.Certificate;
        product.Tenant.RotateCertificate();
        using var newer = product.Tenant.Daemon.Certificate;
        product.Time.Advance(TimeSpan.FromMinutes(5));
        await AcquireAsync(product, await RowAsync(product, DaemonId));
        await AcquireAsync(product, await RowAsync(product, DaemonId));
        stale.CertificateThumbprint = null;
        await AcquireAsync(product, stale); // a run that has read the connection before

        var change = Assert.Single((await product.Get<HistoryDesk>().ReadAsync(DaemonId, default)).Changes);
        Assert.Equal(
            (OperationalChange.SecretRotated, $"certificate {older.Thumbprint}→{newer.Thumbprint}, until {newer.NotAfter.ToUniversalTime():u}"),
            (change.Change, change.Note));
    }

    [Fact]
    [Trait("Requirement", "R55")]
    [Trait("Requirement", "R26")]
    public async Task A_certificate_that_is_refused_is_read_anew_once_and_a_verified_case_reads_it_at_once()
    {
        await using var product = await ProductHost.StartAsync();
        ReadVaultsAs(product, product.Tenant.Daemon);
        var row = await DaemonAsync(product, d => d.VaultCertificate = Address(product));
        await AcquireAsync(product, row);
        product.Time.Advance(TimeSpan.FromMinutes(1)); // the certificate at hand is used for five minutes
        product.Tenant.Faults.Apply("certificate-unknown", new() { App = "daemon" });

        Assert.IsType<TokenResult.Refused>(await product.Get<TokenSource>().AcquireAsync(row, new(BypassCache: true), default));
        Assert.IsType<TokenResult.Refused>(await product.Get<TokenSource>().AcquireAsync(row, new(BypassCache: true), default));
        Assert.Equal(2, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Token && r.Status == 401)); // the vault has nothing newer: nothing is asked again

        product.Time.Advance(TimeSpan.FromMinutes(1));
        product.Tenant.RotateCertificate();
        await AcquireAsync(product, row);

        product.Tenant.RotateCertificate();
        using var newest = product.Tenant.Daemon.Certificate;
        await product.Get<ProbeConnection>().RunAsync(
            new(nameof(ProbeConnection), "case", 0, CancellationToken.None), new("case", DaemonId, OperatorAction.RotateCredential));
        Assert.Equal(newest.Thumbprint, (await product.Get<VaultCertificates>().GetAsync(Address(product), default)).Thumbprint);
    }

    [Fact]
    [Trait("Requirement", "R26")]
    public async Task A_vault_that_is_away_is_not_waited_for_again_for_half_a_minute()
    {
        await using var product = await ProductHost.StartAsync();
        ReadVaultsAs(product, product.Tenant.Daemon);
        var vaults = product.Get<VaultCertificates>();
        var rule = product.Tenant.Faults.Add(new() { Name = "vault-503", Surface = SandboxSurfaces.KeyVault, Status = 503 });
        await Assert.ThrowsAsync<VaultUnreachableException>(() => vaults.GetAsync(Address(product), default));
        var asked = product.Tenant.Requests.Count;

        await Assert.ThrowsAsync<VaultUnreachableException>(() => vaults.GetAsync(Address(product), default));
        Assert.Equal(asked, product.Tenant.Requests.Count);
        product.Tenant.Faults.Remove(rule.Id);
        product.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.NotNull(await vaults.GetAsync(Address(product), default));
    }

    [Fact]
    [Trait("Requirement", "R26")]
    public async Task A_certificate_at_hand_is_used_while_nobody_vouches_for_us_and_not_once_the_vault_refuses()
    {
        await using var product = await ProductHost.StartAsync();
        ReadVaultsAs(product, product.Tenant.Daemon);
        var vaults = product.Get<VaultCertificates>();
        var held = await vaults.GetAsync(Address(product), default);

        product.Time.Advance(TimeSpan.FromMinutes(5));
        product.Get<IOptions<VaultOptions>>().Value.ClientSecret = "not this";
        Assert.Same(held, await vaults.GetAsync(Address(product), default));
        product.Time.Advance(TimeSpan.FromSeconds(30));
        ReadVaultsAs(product, product.Tenant.Publisher);
        await Assert.ThrowsAsync<MissingCredentialException>(() => vaults.GetAsync(Address(product), default));
    }

    [Fact]
    [Trait("Requirement", "R26")]
    [Trait("Requirement", "R57")]
    public async Task A_vault_that_does_not_let_us_in_is_named_and_asks_for_the_configuration()
    {
        await using var product = await ProductHost.StartAsync();
        ReadVaultsAs(product, product.Tenant.Publisher);
        var row = await DaemonAsync(product, d => d.VaultCertificate = Address(product));

        var refused = Assert.IsType<TokenResult.Refused>(await product.Get<TokenSource>().AcquireAsync(row, TokenRequest.Silent, default));

        Assert.True(refused.Evidence.Exception!.Contains("403", StringComparison.Ordinal), refused.Evidence.Exception);
        Assert.Equal(OperatorAction.FixConfiguration, Diagnostician.Diagnose(refused.Evidence).Action);
    }

    [Fact]
    [Trait("Requirement", "R52")]
    public async Task A_managed_identitys_token_vouches_for_the_application_at_every_question()
    {
        await using var product = await ProductHost.StartAsync();
        var row = await DaemonAsync(product, d => (d.AuthModel, d.ManagedIdentity) = (AuthModel.ApplicationFederated, AzureCredentials.SystemIdentity));
        var identity = new Identity(product);
        using var clients = new MsalClients(
            product.Get<OutboundHttp>(), product.Database, product.Get<ISecretProtector>(), product.Get<VaultCertificates>(), product.Get<CertificateRecord>(), identity, product.Get<IOptions<EntraOptions>>());
        var tokens = new TokenSource(clients, product.Get<ExpectedTokens>(), product.Get<TokenFlights>(), product.Get<VaultCertificates>(), product.Get<AcquisitionLog>(), product.Time);

        Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(row, TokenRequest.Silent, default));
        Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(row, new(BypassCache: true), default));

        Assert.Equal(["system api://AzureADTokenExchange/.default", "system api://AzureADTokenExchange/.default"], identity.Asked);
    }

    [Fact]
    [Trait("Requirement", "R49")]
    public async Task A_webhooks_address_is_kept_encrypted_and_shown_to_nobody()
    {
        await using var product = await ProductHost.StartAsync();
        const string address = "https://prod.example/workflows/1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sig=keep-this-to-yourself";
        await product.Connections.ConfigureAsync(Webhook(address), default);
        var row = await RowAsync(product, "alerts");

        Assert.Equal(address, new WebhookAddresses(product.Get<ISecretProtector>()).Of(row)!.OriginalString);
        Assert.DoesNotContain("keep-this", Encoding.UTF8.GetString(await File.ReadAllBytesAsync(product.DatabaseFile)), StringComparison.Ordinal);
        var shown = (await product.Connections.FindAsync("alerts", default))!;
        Assert.DoesNotContain("keep-this", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("second owner", Assert.Single(shown.Warnings), StringComparison.Ordinal);
        Assert.IsType<TokenResult.Refused>(await product.Get<TokenSource>().AcquireAsync(row, TokenRequest.Silent, default));
    }

    [Theory]
    [Trait("Requirement", "R51")]
    [InlineData(nameof(ConnectionDefinition.WebhookAddress), null)]
    [InlineData(nameof(ConnectionDefinition.WebhookAddress), "http://prod.example/workflows/1?sig=x")]
    [InlineData(nameof(ConnectionDefinition.WebhookAddress), "https://prod.example/workflows/1?api-version=1")]
    [InlineData(nameof(ConnectionDefinition.ClientSecret), "a-secret-value")]
    [InlineData(nameof(ConnectionDefinition.Username), "svc@contoso.example")]
    public void A_webhook_is_never_mixed_with_an_identity(string field, string? value)
    {
        var definition = Webhook("https://prod.example/workflows/1?sig=x");
        typeof(ConnectionDefinition).GetProperty(field)!.SetValue(definition, value);

        Assert.Equal([field], definition.Problems().Keys);
    }

    [Theory]
    [Trait("Requirement", "R51")]
    [InlineData(AuthModel.ApplicationCertificate, nameof(ConnectionDefinition.VaultCertificate), "https://v.vault.azure.net/certificates/app/0123", nameof(ConnectionDefinition.VaultCertificate))]
    [InlineData(AuthModel.ApplicationCertificate, nameof(ConnectionDefinition.VaultCertificate), "app", nameof(ConnectionDefinition.VaultCertificate))]
    [InlineData(AuthModel.ApplicationFederated, nameof(ConnectionDefinition.ManagedIdentity), "reports-identity", nameof(ConnectionDefinition.ManagedIdentity))]
    [InlineData(AuthModel.ApplicationFederated, nameof(ConnectionDefinition.ManagedIdentity), null, nameof(ConnectionDefinition.ManagedIdentity))]
    [InlineData(AuthModel.ApplicationSecret, nameof(ConnectionDefinition.ManagedIdentity), "system", nameof(ConnectionDefinition.AuthModel))]
    [InlineData(AuthModel.ApplicationFederated, nameof(ConnectionDefinition.ManagedIdentity), "system", null)]
    [InlineData(AuthModel.ApplicationCertificate, nameof(ConnectionDefinition.VaultCertificate), "https://v.vault.azure.net/certificates/app", null)]
    public void A_credential_fits_its_model(AuthModel model, string field, string? value, string? problem)
    {
        var definition = new ConnectionDefinition
        {
            Id = DaemonId,
            DisplayName = "Daemon",
            AuthModel = model,
            TenantId = "contoso.example",
            ClientId = "7ea35000-0000-4000-8000-000000000001",
            Owner = "Finance platform team",
        };
        typeof(ConnectionDefinition).GetProperty(field)!.SetValue(definition, value);

        Assert.Equal(problem is null ? [] : [problem], definition.Problems().Keys);
    }

    private static ConnectionDefinition Webhook(string address) => new()
    {
        Id = "alerts",
        DisplayName = "Alerts",
        AuthModel = AuthModel.Webhook,
        Owner = "Finance platform team",
        WebhookAddress = address,
    };

    private static async Task AcquireAsync(ProductHost product, ConnectionRow row)
        => Assert.IsType<TokenResult.Acquired>(await product.Get<TokenSource>().AcquireAsync(row, new(BypassCache: true), CancellationToken.None));

    private static string Address(ProductHost product) => $"{product.Tenant.VaultAddress}/certificates/{product.Tenant.CertificateName}";

    private static void ReadVaultsAs(ProductHost product, SandboxApp app)
    {
        var options = product.Get<IOptions<VaultOptions>>().Value;
        (options.TenantId, options.ClientId, options.ClientSecret) = (product.Tenant.Id, app.ClientId, app.ClientSecret);
    }

    private static async Task<ConnectionRow> DaemonAsync(ProductHost product, Action<ConnectionDefinition> with)
    {
        var definition = new ConnectionDefinition
        {
            Id = DaemonId,
            DisplayName = "Daemon",
            AuthModel = AuthModel.ApplicationCertificate,
            TenantId = product.Tenant.Id,
            ClientId = product.Tenant.Daemon.ClientId,
            Owner = "Finance platform team",
        };
        with(definition);
        Assert.Empty(definition.Problems());
        await product.Connections.ConfigureAsync(definition, default);
        return await RowAsync(product, DaemonId);
    }

    private static Task<ConnectionRow> RowAsync(ProductHost product, string id)
        => product.Database.ReadAsync(db => db.Connections.SingleAsync(c => c.Id == id), default);

    /// <summary>Stands for the machine's identity endpoint, which is nowhere but on Azure: what it signs, the sandbox trusts as the daemon's.</summary>
    private sealed class Identity(ProductHost product)
        : AzureCredentials(product.Get<OutboundHttp>(), product.Get<IOptions<VaultOptions>>(), product.Get<IOptions<EntraOptions>>())
    {
        public List<string> Asked { get; } = [];

        public override TokenCredential ForIdentity(string identity) => DelegatedTokenCredential.Create((request, _) =>
        {
            Asked.Add($"{identity} {string.Join(' ', request.Scopes)}");
            return new AccessToken(Assertion(), DateTimeOffset.MaxValue);
        });

        private string Assertion()
        {
            using var certificate = product.Tenant.Daemon.Certificate;
            using var key = certificate.GetRSAPrivateKey()!;
            var (now, client) = (product.Time.GetUtcNow().ToUnixTimeSeconds(), product.Tenant.Daemon.ClientId);
            var header = new Dictionary<string, object> { ["alg"] = "PS256", ["typ"] = "JWT", ["x5t#S256"] = Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)) };
            var claims = new Dictionary<string, object>
            {
                ["aud"] = $"{product.Tenant.Authority}/oauth2/v2.0/token",
                ["iss"] = client,
                ["sub"] = client,
                ["nbf"] = now,
                ["exp"] = now + 600,
                ["jti"] = Guid.NewGuid().ToString(),
            };
            var signed = $"{Part(header)}.{Part(claims)}";
            return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pss))}";
        }

        private static string Part(Dictionary<string, object> part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
    }
}
