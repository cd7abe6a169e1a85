using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Http;

/// <summary>Section <c>Outbound</c>: how the product's own HTTPS connections are trusted.</summary>
public sealed class OutboundOptions
{
    /// <summary>Gets or sets a PEM file with certificate authorities to trust in place of the machine's; null: the machine's.</summary>
    /// <remarks>For a simulator, or a proxy that inspects TLS.</remarks>
    public string? TrustedAuthorityFile { get; set; }

    /// <summary>Gets or sets the hosts that destinations may name although they lead to a private network; others never do.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> TrustedHosts { get; set; } = [];

    /// <summary>Gets or sets the longest that an address of a destination may take; after that its outcome is unknown.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets where PagerDuty takes events.</summary>
    /// <value>The default is <c>https://events.pagerduty.com/v2/enqueue</c>.</value>
    public Uri PagerDutyAddress { get; set; } = new("https://events.pagerduty.com/v2/enqueue");
}

/// <summary>The one transport to Microsoft: no proxy surprises, no redirects, no retries, its own trust if configured.</summary>
public sealed class OutboundHttp : IDisposable
{
    private readonly SocketsHttpHandler _handler;

    public OutboundHttp(IOptions<OutboundOptions> options) => _handler = CreateHandler(options.Value);

    /// <summary>Makes a transport with the trust that is configured; the caller owns it.</summary>
    internal static SocketsHttpHandler CreateHandler(OutboundOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a changed address is noticed
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        if (options.TrustedAuthorityFile is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(authorities);
            handler.SslOptions.CertificateChainPolicy = policy;
            handler.UseProxy = false;
        }

        return handler;
    }

    /// <summary>Gets the shared handler; whoever builds a client on it must not dispose it.</summary>
    public HttpMessageHandler Handler => _handler;

    /// <summary>Makes a client for one kind of peer.</summary>
    public HttpClient CreateClient(TimeSpan timeout)
#pragma warning disable RS0030 // the one place that makes clients: all of them share one handler
        => new(_handler, disposeHandler: false) { Timeout = timeout };
#pragma warning restore RS0030

    /// <summary>Makes a client whose calls go through a handler of the caller's, who passes them on to <see cref="Handler"/>.</summary>
    internal static HttpClient CreateClient(TimeSpan timeout, HttpMessageHandler through)
#pragma warning disable RS0030 // one that ends at the shared handler, too
        => new(through, disposeHandler: false) { Timeout = timeout };
#pragma warning restore RS0030

    public void Dispose() => _handler.Dispose();
}
