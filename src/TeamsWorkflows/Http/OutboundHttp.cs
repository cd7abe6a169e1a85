using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Http;

/// <summary>Section <c>Outbound</c>: how the product's own HTTPS connections are trusted.</summary>
public sealed class OutboundOptions
{
    /// <summary>Gets or sets a PEM file with certificate authorities to trust in place of the machine's; null: the machine's.</summary>
    /// <remarks>For a simulator, or a proxy that inspects TLS.</remarks>
    public string? TrustedAuthorityFile { get; set; }
}

/// <summary>The one transport to Microsoft: no proxy surprises, no redirects, no retries, its own trust if configured.</summary>
public sealed class OutboundHttp : IDisposable
{
    private readonly SocketsHttpHandler _handler;

    public OutboundHttp(IOptions<OutboundOptions> options)
    {
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a changed address is noticed
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        if (options.Value.TrustedAuthorityFile is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(authorities);
            _handler.SslOptions.CertificateChainPolicy = policy;
            _handler.UseProxy = false;
        }
    }

    /// <summary>Gets the shared handler; whoever builds a client on it must not dispose it.</summary>
    public HttpMessageHandler Handler => _handler;

    /// <summary>Makes a client for one kind of peer.</summary>
    public HttpClient CreateClient(TimeSpan timeout)
#pragma warning disable RS0030 // the one place that makes clients: all of them share one handler
        => new(_handler, disposeHandler: false) { Timeout = timeout };
#pragma warning restore RS0030

    public void Dispose() => _handler.Dispose();
}
