using Azure;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Certificates;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

/// <summary>
/// Each test has a server of its own: the client remembers for the whole process which tenant a host and port belong to.
/// </summary>
public sealed class KeyVaultTests : IAsyncLifetime
{
    private SandboxServer _server = null!;
    private SandboxTenant _tenant = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(SandboxFixture.AnyPorts(), TimeProvider.System, CancellationToken.None);
        _tenant = _server.CreateTenant();
        _http = SandboxFixture.Client(_server);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_daemon_downloads_its_certificate_and_signs_in_with_it()
    {
        using var certificate = (await Client(_tenant.Daemon).DownloadCertificateAsync(_tenant.CertificateName)).Value;

        var app = new SignInDriver(_http, _tenant).Builder(_tenant.Daemon).WithCertificate(certificate).Build();
        var result = await app.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync();

        Assert.True(certificate.HasPrivateKey);
        Assert.NotNull(result.AccessToken);
    }

    [Fact]
    public async Task A_rotated_certificate_is_the_vaults_newest_and_the_older_still_works()
    {
        using var older = _tenant.Daemon.Certificate;
        _tenant.RotateCertificate();

        using var newer = (await Client(_tenant.Daemon).DownloadCertificateAsync(_tenant.CertificateName)).Value;

        Assert.NotEqual(older.Thumbprint, newer.Thumbprint);
        foreach (var certificate in new[] { older, newer })
        {
            var app = new SignInDriver(_http, _tenant).Builder(_tenant.Daemon).WithCertificate(certificate).Build();
            Assert.NotNull((await app.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync()).AccessToken);
        }
    }

    [Fact]
    public async Task Another_app_is_not_let_in()
    {
        var error = await Assert.ThrowsAsync<RequestFailedException>(
            () => Client(_tenant.Publisher).GetCertificateAsync(_tenant.CertificateName));

        Assert.Equal(403, error.Status);
    }

    private CertificateClient Client(SandboxApp app)
    {
        var transport = new HttpClientTransport(_http);
        var credential = new ClientSecretCredential(_tenant.Id, app.ClientId, app.ClientSecret, new ClientSecretCredentialOptions
        {
            AuthorityHost = _server.HttpsAddress,
            DisableInstanceDiscovery = true,
            Transport = transport,
        });
        return new CertificateClient(_tenant.VaultAddress, credential, new CertificateClientOptions
        {
            Transport = transport,
            DisableChallengeResourceVerification = true,
            Retry = { MaxRetries = 0 },
        });
    }
}
