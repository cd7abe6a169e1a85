using Microsoft.Extensions.Options;
using Microsoft.Identity.Client;
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

    /// <exception cref="MissingSecretException">The connection's secret cannot be read.</exception>
    public IConfidentialClientApplication Create(ConnectionRow connection)
    {
        var secret = connection.ProtectedSecret is { } data
            ? _protector.UnprotectText(ConnectionDesk.Purpose(connection.Id), data)
            : null;
        var builder = ConfidentialClientApplicationBuilder.Create(connection.ClientId)
            .WithAuthority(new Uri(_options.AuthorityHost, connection.TenantId), validateAuthority: _options.InstanceDiscovery)
            .WithInstanceDiscovery(_options.InstanceDiscovery)
            .WithHttpClientFactory(this, retryOnceOn5xx: false) // the durable layer retries, nobody else
            .WithLegacyCacheCompatibility(false)
            .WithClientCapabilities(["cp1"]) // we answer claims challenges
            .WithRedirectUri(_options.RedirectUri.AbsoluteUri)
            .WithClientSecret(secret ?? throw new MissingSecretException(connection.Id));
        var app = builder.Build();
        var cache = new TokenCache(_database, _protector, connection.Id);
        cache.Attach(connection.AuthModel == AuthModel.DelegatedUser ? app.UserTokenCache : app.AppTokenCache);
        return app;
    }

    public HttpClient GetHttpClient() => _http;

    public void Dispose() => _http.Dispose();
}

/// <summary>The connection's secret was never given, or was encrypted with keys that are gone.</summary>
internal sealed class MissingSecretException(string connectionId)
    : Exception($"The client secret of connection '{connectionId}' is missing or cannot be decrypted: configure it again.");
