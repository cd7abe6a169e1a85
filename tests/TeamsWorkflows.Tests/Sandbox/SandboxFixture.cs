using System.Security.Cryptography.X509Certificates;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

/// <summary>One sandbox for all test classes of the collection; each test takes a tenant of its own.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    public SandboxServer Server { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await SandboxServer.StartAsync(AnyPorts(), TimeProvider.System, CancellationToken.None);
        Http = Client(Server);
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }

    public static SandboxOptions AnyPorts() => new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 };

    /// <summary>A client that trusts the sandbox's authority and nothing else, and follows no redirect.</summary>
    public static HttpClient Client(SandboxServer server) => new(Handler(server));

    public static SocketsHttpHandler Handler(SandboxServer server) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = new()
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { server.CertificateAuthority },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };
}

[CollectionDefinition(Name)]
public sealed class SandboxGroup : ICollectionFixture<SandboxFixture>
{
    public const string Name = "sandbox";
}
