using System.Security.Cryptography.X509Certificates;
using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Certificates;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Http;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Security;

/// <summary>The certificate that encrypts the key ring, out of a key vault.</summary>
/// <remarks>Read before the services are put together, for Data Protection takes certificates and no way to get one.</remarks>
internal static class VaultKeyCertificate
{
    /// <exception cref="StartRefusedException">It cannot be read.</exception>
    public static X509Certificate2 Read(string address, IConfiguration configuration)
    {
        if (VaultAddress.Parse(address) is not var (vault, name))
        {
            throw Refusal(address, "it must be like https://NAME.vault.azure.net/certificates/key-ring, without a version.", inner: null);
        }

        var entra = configuration.GetSection("Entra").Get<EntraOptions>() ?? new EntraOptions();
        using OutboundHttp outbound = new(Options.Create(configuration.GetSection("Outbound").Get<OutboundOptions>() ?? new OutboundOptions()));
        AzureCredentials credentials = new(
            outbound, Options.Create(configuration.GetSection("KeyVault").Get<VaultOptions>() ?? new VaultOptions()), Options.Create(entra));
        try
        {
            CertificateClient client = new(vault, credentials.ForVault(), credentials.Configured(new CertificateClientOptions
            {
                DisableChallengeResourceVerification = !entra.InstanceDiscovery,
            }));
            return client.DownloadCertificate(new DownloadCertificateOptions(name) { KeyStorageFlags = X509KeyStorageFlags.EphemeralKeySet });
        }
        catch (Exception e) when (e is RequestFailedException or AuthenticationFailedException)
        {
            throw Refusal(address, $"it cannot be read as section KeyVault says: {e.Message}", e);
        }
    }

    private static StartRefusedException Refusal(string address, string why, Exception? inner) => new(
        ExitCodes.InvalidConfiguration, $"{KeyRingOptions.Section}:{nameof(KeyRingOptions.VaultCertificate)}: '{address}': {why}", inner);
}
