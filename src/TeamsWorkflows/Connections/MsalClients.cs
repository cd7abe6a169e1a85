using Microsoft.Extensions.Options;
using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;
using Microsoft.Identity.Client.Extensibility;
using TeamsWorkflows.Data;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Connections;

/// <summary>Makes MSAL's client objects: one per use, cheap, without state of its own but the cache row.</summary>
internal sealed class MsalClients : IMsalHttpClientFactory, IDisposable
{
    private readonly HttpClient _http;
    private readonly Database _database;
    private readonly ISecretProtector _protector;
    private readonly EntraOptions _options;

    public MsalClients(OutboundHttp outbound, Database database, ISecretProtector protector, IOptions<EntraOptions> options)
    {
        (_database, _protector, _options) = (database, protector, options.Value);
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

    // The file is read whenever the authority is asked: a rotated certificate needs no restart (R55).
    private ConfidentialClientApplicationBuilder WithCredential(ConfidentialClientApplicationBuilder builder, ConnectionRow connection)
    {
        if (connection.CertificateFile is { } file)
        {
            return builder.WithCertificate(_ => Task.FromResult(CertificateFiles.Load(file)), new CertificateOptions());
        }

        var secret = connection.ProtectedSecret is { } data ? _protector.UnprotectText(ConnectionDesk.Purpose(connection.Id), data) : null;
        return builder.WithClientSecret(secret ?? throw MissingCredentialException.Secret(connection.Id));
    }

    public HttpClient GetHttpClient() => _http;

    public void Dispose() => _http.Dispose();
}
