using System.Security.Cryptography.X509Certificates;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>The certificates of apps. The Daemon's is made when somebody first asks: an RSA key costs a while.</summary>
internal static class AppCertificates
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>The newest certificate that the sandbox made for an app, with its key.</summary>
    public static AppCertificate Own(World world, TenantStore tenant, AppIdentity app)
    {
        if (Find(tenant, app) is { } existing)
        {
            return existing;
        }

        var made = Make(world, app);
        return tenant.Commit<AppCertificate>(state =>
        {
            var other = state.Certificates[app.ClientId].FindLast(certificate => certificate.HasPrivateKey);
            return other is not null ? ([], other) : ([new CertificateAdded(app.ClientId, made)], made);
        });
    }

    public static AppCertificate Make(World world, AppIdentity app)
    {
        // The client's certificate store judges the dates by the machine's clock.
        var now = TimeProvider.System.GetUtcNow();
        var pfx = CertificateMaker.AppCertificate(app.DisplayName, now.AddHours(-1), now + Lifetime);
        return new AppCertificate(Ids.Guid(), "sandbox certificate", pfx, HasPrivateKey: true, world.Sequence.Next());
    }

    public static X509Certificate2 Load(AppCertificate certificate, bool withKey) =>
        certificate.HasPrivateKey
            ? X509CertificateLoader.LoadPkcs12(
                certificate.Pfx,
                password: null,
                withKey ? X509KeyStorageFlags.Exportable : X509KeyStorageFlags.EphemeralKeySet)
            : X509CertificateLoader.LoadCertificate(certificate.Pfx);

    private static AppCertificate? Find(TenantStore tenant, AppIdentity app) =>
        tenant.Read(state => state.Certificates[app.ClientId].FindLast(certificate => certificate.HasPrivateKey));
}
