using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>What a connection's tokens must be made for, to compare those with that were used (R13, R14, R50).</summary>
internal static class ExpectedTokens
{
    /// <summary>Graph, by its address and by its identifier.</summary>
    public static readonly IReadOnlyList<string> GraphAudiences = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];

    /// <param name="operation">What the token was used for; null: it is not known, so no permission is expected.</param>
    public static ExpectedToken Of(ConnectionRow connection, Operation? operation) => new(
        GraphAudiences,
        Guid.TryParse(connection.TenantId, out _) ? connection.TenantId : null, // tokens name the identifier, and a domain cannot be compared
        connection.AuthModel == AuthModel.DelegatedUser && operation is { } used ? Capabilities.AnyScopeOf(used) : []);
}
