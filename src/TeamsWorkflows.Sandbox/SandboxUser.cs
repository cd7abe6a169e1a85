using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox;

/// <summary>A person, or the service account, of a sandbox tenant.</summary>
public sealed class SandboxUser
{
    internal SandboxUser(UserIdentity identity)
    {
        Identity = identity;
    }

    /// <summary>Object id.</summary>
    public string Id => Identity.Id;

    /// <summary>Sign-in name and mail address.</summary>
    public string UserName => Identity.UserName;

    public string DisplayName => Identity.DisplayName;

    /// <summary>Roles on the Api app.</summary>
    public IReadOnlyList<string> Roles => Identity.Roles;

    internal UserIdentity Identity { get; }
}
