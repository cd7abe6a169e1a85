using System.Security.Cryptography.X509Certificates;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>The file that a vault's agent keeps up to date: the daemon's newest certificate with its key.</summary>
internal sealed class CertificateFixture(SandboxTenant tenant) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("certificate").FullName;

    public string File => Path.Combine(_folder, "daemon.pfx");

    public async Task WriteAsync()
    {
        using var newest = tenant.Daemon.Certificate;
        await System.IO.File.WriteAllBytesAsync(File, newest.Export(X509ContentType.Pfx));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
