using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>The sandbox's own keys: the certificate authority, the token signing key, the key that seals refresh tokens.</summary>
internal sealed class KeyRing : IDisposable
{
    private readonly X509Certificate2 _authorityWithKey;

    private KeyRing(X509Certificate2 authorityWithKey, RSA signing, byte[] sealing)
    {
        _authorityWithKey = authorityWithKey;
        Authority = X509CertificateLoader.LoadCertificate(authorityWithKey.RawData);
        Server = CertificateMaker.ServerCertificate(authorityWithKey);
        Signing = signing;
        Sealing = sealing;
    }

    /// <summary>Public part of the authority that clients have to trust.</summary>
    public X509Certificate2 Authority { get; }

    public X509Certificate2 Server { get; }

    public RSA Signing { get; }

    public byte[] Sealing { get; }

    /// <summary>Reads the keys of a folder, making those that are missing; without a folder all are new.</summary>
    public static KeyRing Open(string? folder)
    {
        var authority = X509CertificateLoader.LoadPkcs12(
            Keep(folder, "authority.pfx", () =>
            {
                using var made = CertificateMaker.Authority();
                return made.Export(X509ContentType.Pfx);
            }),
            password: null,
            X509KeyStorageFlags.EphemeralKeySet | X509KeyStorageFlags.Exportable);
        var signing = RSA.Create();
        signing.ImportPkcs8PrivateKey(
            Keep(folder, "signing.key", () =>
            {
                using var made = RSA.Create(2048);
                return made.ExportPkcs8PrivateKey();
            }),
            out _);
        return new KeyRing(authority, signing, Keep(folder, "sealing.key", () => RandomNumberGenerator.GetBytes(32)));
    }

    public void Dispose()
    {
        Signing.Dispose();
        Server.Dispose();
        _authorityWithKey.Dispose();
    }

    private static byte[] Keep(string? folder, string name, Func<byte[]> make)
    {
        if (folder is null)
        {
            return make();
        }

        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            // Written aside and moved: a kill in between leaves no half key.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(path + ".new", options))
            {
                file.Write(make());
            }

            File.Move(path + ".new", path);
        }

        return File.ReadAllBytes(path);
    }
}
