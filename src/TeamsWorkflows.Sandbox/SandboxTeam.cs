using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox;

/// <summary>A team as it is at the moment of asking.</summary>
public sealed record SandboxTeam
{
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required IReadOnlyList<SandboxChannel> Channels { get; init; }

    /// <summary>Object ids of the members.</summary>
    public required IReadOnlyList<string> MemberIds { get; init; }

    /// <exception cref="InvalidOperationException">The team has no channel of that name.</exception>
    public SandboxChannel Channel(string displayName) => Channels.Single(channel => channel.DisplayName == displayName);

    internal static SandboxTeam Of(TenantState state, TeamIdentity team) => new()
    {
        Id = team.Id,
        DisplayName = team.DisplayName,
        Channels = state.Channels[team.Id]
            .Select(channel => new SandboxChannel(channel.Id, channel.DisplayName, channel.Description)).ToArray(),
        MemberIds = state.Members[team.Id].ToArray(),
    };
}

/// <summary>A channel of a team.</summary>
public sealed record SandboxChannel(string Id, string DisplayName, string? Description);
