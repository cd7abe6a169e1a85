using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Microsoft.Extensions.Options;
using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;
using Microsoft.Identity.Client.Extensibility;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Data;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Connections;

/// <summary>Makes MSAL's client objects: one per use, cheap, without state of its own but the cache row.</summary>
internal sealed class MsalClients : IMsalHttpClientFactory, IDisposable
{
    private readonly HttpClient _http;
    private readonly OutboundHttp _outbound;
    private readonly Database _database;
    private readonly ISecretProtector _protector;
    private readonly VaultCertificates _vaults;
    private readonly CertificateRecord _certificates;
    private readonly AzureCredentials _identities;
    private readonly EntraOptions _options;

    public MsalClients(
        OutboundHttp outbound,
        Database database,
        ISecretProtector protector,
        VaultCertificates vaults,
        CertificateRecord certificates,
        AzureCredentials identities,
        IOptions<EntraOptions> options)
    {
        (_outbound, _database, _protector, _vaults, _certificates, _identities, _options)
            = (outbound, database, protector, vaults, certificates, identities, options.Value);
        _http = outbound.CreateClient(_options.Timeout);
    }

    /// <exception cref="MissingCredentialException">The connection's secret or certificate cannot be read.</exception>
    public IConfidentialClientApplication Create(ConnectionRow connection)
    {
        var builder = ConfidentialClientApplicationBuilder.Create(connection.ClientId)
            .WithAuthority(new Uri(_options.AuthorityHost, connection.TenantId), validateAuthority: _options.InstanceDiscovery)
            .WithInstanceDiscovery(_options.InstanceDiscovery)
            .WithHttpClientFactory(this, retryOnceOn5xx: false) // the durable layer retries, nobody else
            .WithLegacyCacheCompatibility(false)
            .WithClientCapabilities(["cp1"]) // we answer claims challenges
            .WithRedirectUri(_options.RedirectUri.AbsoluteUri);
        var app = WithCredential(builder, connection).Build();
        var cache = new TokenCache(_database, _protector, connection.Id);
        cache.Attach(connection.AuthModel == AuthModel.DelegatedUser ? app.UserTokenCache : app.AppTokenCache);
        return app;
    }

    /// <summary>Makes the client of a connection whose account signs in by device code: the application has no credential.</summary>
    /// <param name="exchange">What the calls go through; null: they go straight to the authority.</param>
    public IPublicClientApplication CreatePublic(ConnectionRow connection, DeviceCodeExchange? exchange = null)
    {
        var app = PublicClientApplicationBuilder.Create(connection.ClientId)
            .WithAuthority(new Uri(_options.AuthorityHost, connection.TenantId), validateAuthority: _options.InstanceDiscovery)
            .WithInstanceDiscovery(_options.InstanceDiscovery)
            .WithHttpClientFactory(exchange is null ? this : exchange.Over(_outbound, _options.Timeout), retryOnceOn5xx: false)
            .WithLegacyCacheCompatibility(false)
            .WithClientCapabilities(["cp1"])
            .Build();
        new TokenCache(_database, _protector, connection.Id).Attach(app.UserTokenCache);
        return app;
    }

    // The file or vault is read whenever the authority is asked: a rotated certificate needs no restart (R55).
    private ConfidentialClientApplicationBuilder WithCredential(ConfidentialClientApplicationBuilder builder, ConnectionRow connection)
    {
        if (connection.CertificateFile is { } file)
        {
            return builder.WithCertificate(o => NotedAsync(connection, CertificateFiles.Load(file), o.CancellationToken), new CertificateOptions());
        }

        if (connection.VaultCertificate is { } address)
        {
            return builder.WithCertificate(
                async o => await NotedAsync(connection, await _vaults.GetAsync(address, o.CancellationToken), o.CancellationToken), new CertificateOptions());
        }

        if (connection.ManagedIdentity is { } identity)
        {
            return builder.WithClientAssertion(o => VouchAsync(identity, o.CancellationToken));
        }

        var secret = connection.ProtectedSecret is { } data ? _protector.UnprotectText(ConnectionDesk.Purpose(connection.Id), data) : null;
        return builder.WithClientSecret(secret ?? throw MissingCredentialException.Secret(connection.Id));
    }

    private async Task<X509Certificate2> NotedAsync(ConnectionRow connection, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        await _certificates.NoteAsync(connection, certificate, cancellationToken);
        return certificate;
    }

    // The identity's token is the application's assertion: Entra trusts it by the registration's federated credential.
    private async Task<string> VouchAsync(string identity, CancellationToken cancellationToken)
        => (await _identities.ForIdentity(identity).GetTokenAsync(new TokenRequestContext(["api://AzureADTokenExchange/.default"]), cancellationToken)).Token;

    public HttpClient GetHttpClient() => _http;

    public void Dispose() => _http.Dispose();
}
