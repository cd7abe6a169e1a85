using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Certificates;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Connections.Credentials;

/// <summary>The applications' certificates out of key vaults, the newest version, so that a rotation needs no restart (R55).</summary>
/// <remarks>A vault that is out of reach does not stop a connection whose last certificate is still at hand.</remarks>
internal sealed class VaultCertificates(AzureCredentials credentials, IOptions<VaultOptions> options, IOptions<EntraOptions> entra, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _alone = new(1, 1);

    /// <exception cref="MissingCredentialException">There is no such certificate, or we may not read it.</exception>
    /// <exception cref="VaultUnreachableException">The vault does not answer, or is throttled, and no certificate is at hand.</exception>
    public async Task<X509Certificate2> GetAsync(string address, CancellationToken cancellationToken)
    {
        if (Fresh(address) is { } known)
        {
            return known;
        }

        await _alone.WaitAsync(cancellationToken);
        try
        {
            if (Fresh(address) is { } meanwhile)
            {
                return meanwhile;
            }

            var certificate = await DownloadAsync(address, cancellationToken);
            _held[address] = new(certificate, time.GetUtcNow());
            return certificate;
        }
        catch (Exception e) when (MayBeOver(e, cancellationToken) && _held.TryGetValue(address, out var last))
        {
            return last.Certificate;
        }
        finally
        {
            _alone.Release();
        }
    }

    /// <summary>When the certificate ends (UTC); null when it cannot be read.</summary>
    public async Task<DateTimeOffset?> EndOfAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            return new DateTimeOffset((await GetAsync(address, cancellationToken)).NotAfter.ToUniversalTime(), TimeSpan.Zero);
        }
        catch (Exception e) when (e is MissingCredentialException or VaultUnreachableException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _alone.Dispose();
        foreach (var held in _held.Values)
        {
            held.Certificate.Dispose();
        }
    }

    // The vault, or whoever vouches for us before it, is away or slow; nothing is said about the certificate.
    private static bool MayBeOver(Exception e, CancellationToken cancellationToken) => e switch
    {
        VaultUnreachableException or MissingCredentialException { InnerException: AuthenticationFailedException } => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    private X509Certificate2? Fresh(string address)
        => _held.TryGetValue(address, out var held) && time.GetUtcNow() - held.ReadAt < options.Value.RefreshInterval ? held.Certificate : null;

    private async Task<X509Certificate2> DownloadAsync(string address, CancellationToken cancellationToken)
    {
        var (vault, name) = VaultAddress.Parse(address) ?? throw MissingCredentialException.Vault(address, inner: null);
        try
        {
            var client = new CertificateClient(vault, credentials.ForVault(), credentials.Configured(new CertificateClientOptions
            {
                // A vault of Azure answers with its own domain; a simulator's or proxy's address cannot.
                DisableChallengeResourceVerification = !entra.Value.InstanceDiscovery,
            }));
            return await client.DownloadCertificateAsync(
                new DownloadCertificateOptions(name) { KeyStorageFlags = X509KeyStorageFlags.EphemeralKeySet }, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403 or 404)
        {
            throw MissingCredentialException.Vault(address, e);
        }
        catch (AuthenticationFailedException e)
        {
            throw MissingCredentialException.Vault(address, e);
        }
        catch (RequestFailedException e)
        {
            throw new VaultUnreachableException(vault.Host, e);
        }
    }

    private sealed record Held(X509Certificate2 Certificate, DateTimeOffset ReadAt);
}

/// <summary>A key vault does not answer, or asks to wait. Nothing is wrong with the certificate.</summary>
internal sealed class VaultUnreachableException(string host, RequestFailedException inner)
    : Exception($"The key vault at '{host}' did not give the certificate ({inner.Status}).", inner);
