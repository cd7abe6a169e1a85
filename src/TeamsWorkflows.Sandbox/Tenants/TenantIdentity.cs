namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>What a tenant is born with and never changes.</summary>
internal sealed record TenantIdentity
{
    public required string Id { get; init; }

    /// <summary>Mail and sign-in domain.</summary>
    public required string Domain { get; init; }

    public required string DisplayName { get; init; }

    public required IReadOnlyList<AppIdentity> Apps { get; init; }

    public required IReadOnlyList<UserIdentity> Users { get; init; }

    public required IReadOnlyList<TeamIdentity> Teams { get; init; }

    public required WorkflowIdentity Workflow { get; init; }

    /// <summary>Name of the Daemon's certificate in the tenant's vault.</summary>
    public required string CertificateName { get; init; }
}

/// <summary>An app registration.</summary>
/// <param name="Kind">The role it plays in the standard content: connector, daemon, api or publisher.</param>
/// <param name="Scopes">Delegated Graph scopes that the administrator consented to.</param>
/// <param name="GraphRoles">Application permissions granted on Graph.</param>
/// <param name="ApiRoles">Roles that the app itself holds on the Api app.</param>
internal sealed record AppIdentity(
    string Kind,
    string DisplayName,
    string ClientId,
    string ObjectId,
    string Secret,
    string SecretId,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> GraphRoles,
    IReadOnlyList<string> ApiRoles);

/// <param name="Roles">Roles on the Api app.</param>
internal sealed record UserIdentity(string Id, string UserName, string DisplayName, IReadOnlyList<string> Roles);

internal sealed record TeamIdentity(
    string Id,
    string DisplayName,
    IReadOnlyList<ChannelIdentity> Channels,
    IReadOnlyList<string> MemberIds);

internal sealed record ChannelIdentity(string Id, string DisplayName, string? Description);

/// <param name="Signature">The secret part of the webhook's address.</param>
internal sealed record WorkflowIdentity(string Id, string Signature, string TeamId, string ChannelId);
