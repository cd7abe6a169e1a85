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
    // For so long nobody waits for a vault again that was out of reach, and one that was asked a moment ago has nothing newer.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Away> _away = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<X509Certificate2> _all = new();
    private readonly ConnectionGates _gates = new();

    /// <exception cref="MissingCredentialException">There is no such certificate, or we may not read it.</exception>
    /// <exception cref="VaultUnreachableException">The vault does not answer, or is throttled, and no certificate is at hand.</exception>
    public async Task<X509Certificate2> GetAsync(string address, CancellationToken cancellationToken)
    {
        if (Fresh(address) is { } known)
        {
            return known;
        }

        using var alone = await _gates.EnterAsync(address, cancellationToken); // one vault that is slow does not keep the others waiting
        if (Fresh(address) is { } meanwhile)
        {
            return meanwhile;
        }

        try
        {
            return await ReadAsync(address, cancellationToken);
        }
        catch (Exception e) when (MayBeOver(e, cancellationToken) && _held.TryGetValue(address, out var last))
        {
            return last.Certificate;
        }
    }

    /// <summary>Has the vault asked at the next use: somebody says that there is another certificate.</summary>
    public void Forget(string address)
    {
        _away.TryRemove(address, out _);
        if (_held.TryGetValue(address, out var held))
        {
            _held[address] = held with { ReadAt = DateTimeOffset.MinValue }; // still at hand, in case the vault is away
        }
    }

    /// <summary>Whether the vault has another certificate than the one at hand, which is refused. It is not asked again and again.</summary>
    public async Task<bool> HasNewerAsync(string address, CancellationToken cancellationToken)
    {
        if (!_held.TryGetValue(address, out var held) || time.GetUtcNow() - held.ReadAt < Pause)
        {
            return false;
        }

        Forget(address);
        try
        {
            return (await GetAsync(address, cancellationToken)).Thumbprint != held.Certificate.Thumbprint;
        }
        catch (MissingCredentialException)
        {
            return false; // the vault does not let us in any more: the refusal of the certificate is what was seen
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
        foreach (var certificate in _all)
        {
            certificate.Dispose();
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

    private async Task<X509Certificate2> ReadAsync(string address, CancellationToken cancellationToken)
    {
        if (_away.TryGetValue(address, out var away) && time.GetUtcNow() - away.Since < Pause)
        {
            throw away.Again(address);
        }

        try
        {
            var certificate = Keep(address, await DownloadAsync(address, cancellationToken));
            _held[address] = new(certificate, time.GetUtcNow());
            _away.TryRemove(address, out _);
            return certificate;
        }
        catch (Exception e) when (MayBeOver(e, cancellationToken))
        {
            _away[address] = new(e, time.GetUtcNow());
            throw;
        }
    }

    // Others may use the one before at this moment: each lives as long as this, and is kept once.
    private X509Certificate2 Keep(string address, X509Certificate2 downloaded)
    {
        if (_held.TryGetValue(address, out var held) && held.Certificate.Thumbprint == downloaded.Thumbprint)
        {
            downloaded.Dispose();
            return held.Certificate;
        }

        _all.Enqueue(downloaded);
        return downloaded;
    }

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

    private sealed record Away(Exception Reason, DateTimeOffset Since)
    {
        public Exception Again(string address) => Reason is MissingCredentialException missing
            ? MissingCredentialException.Vault(address, missing.InnerException)
            : new VaultUnreachableException(new Uri(address).Host, Reason);
    }
}

/// <summary>A key vault does not answer, or asks to wait. Nothing is wrong with the certificate.</summary>
internal sealed class VaultUnreachableException(string host, Exception inner)
    : Exception($"The key vault at '{host}' did not give the certificate ({(inner as RequestFailedException)?.Status.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? inner.GetType().Name}).", inner);
