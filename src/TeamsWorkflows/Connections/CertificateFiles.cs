using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TeamsWorkflows.Connections;

/// <summary>Reads the certificates by which applications prove themselves.</summary>
internal static class CertificateFiles
{
    /// <summary>Reads a certificate with its key: PEM, or PFX without password.</summary>
    /// <exception cref="MissingCredentialException">The file is not there, or holds something else.</exception>
    public static X509Certificate2 Load(string file)
    {
        try
        {
            return IsPem(file)
                ? X509Certificate2.CreateFromPemFile(file)
                : X509CertificateLoader.LoadPkcs12FromFile(file, password: null, X509KeyStorageFlags.EphemeralKeySet);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw MissingCredentialException.Certificate(file, e);
        }
    }

    /// <summary>When the certificate ends (UTC); null when it cannot be read.</summary>
    public static DateTimeOffset? EndOf(string file)
    {
        try
        {
            using var certificate = Load(file);
            return new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        }
        catch (MissingCredentialException)
        {
            return null;
        }
    }

    private static bool IsPem(string file) => Path.GetExtension(file).ToUpperInvariant() is ".PEM" or ".CRT" or ".CER";
}

/// <summary>A connection's secret or certificate was never given, is gone, or was encrypted with keys that are gone.</summary>
internal sealed class MissingCredentialException : Exception
{
    private MissingCredentialException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    public static MissingCredentialException Secret(string connectionId)
        => new($"The client secret of connection '{connectionId}' is missing or cannot be decrypted: configure it again.", inner: null);

    public static MissingCredentialException Vault(string address, Exception? inner)
        => new($"The certificate '{address}' cannot be read out of its vault ({(inner as Azure.RequestFailedException)?.Status.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? inner?.GetType().Name ?? "no such address"}): check its name, and that the product's identity may get certificates and secrets there.", inner);

    public static MissingCredentialException Certificate(string file, Exception inner)
        => new($"The certificate file '{Path.GetFileName(file)}' cannot be read ({inner.GetType().Name}): put certificate and key there.", inner);
}
