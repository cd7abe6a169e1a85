using System.Security.Cryptography.X509Certificates;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox;

/// <summary>An app registration of a sandbox tenant.</summary>
public sealed class SandboxApp
{
    private readonly World _world;
    private readonly TenantStore _tenant;

    internal SandboxApp(World world, TenantStore tenant, AppIdentity identity)
    {
        _world = world;
        _tenant = tenant;
        Identity = identity;
    }

    public string ClientId => Identity.ClientId;

    /// <summary>Object id of the app in its tenant, "oid" of its app-only tokens.</summary>
    public string ObjectId => Identity.ObjectId;

    public string DisplayName => Identity.DisplayName;

    /// <summary>The newest secret that Entra knows. Never a real one: sandboxes talk to nobody else.</summary>
    public string ClientSecret => _tenant.Read(state => state.Secrets[ClientId][^1].Value);

    /// <summary>The newest certificate of the app with its private key; made on first use, for the Daemon only.</summary>
    /// <exception cref="InvalidOperationException">The app has no certificate.</exception>
    public X509Certificate2 Certificate => Identity.Kind == "daemon"
        ? AppCertificates.Load(AppCertificates.Own(_world, _tenant, Identity), withKey: true)
        : throw new InvalidOperationException($"{DisplayName} signs in with a secret; only the Daemon has a certificate.");

    /// <summary>Delegated scopes of Graph that are consented to now.</summary>
    public IReadOnlyList<string> DelegatedScopes => _tenant.ConsentedScopes(Identity);

    internal AppIdentity Identity { get; }
}
