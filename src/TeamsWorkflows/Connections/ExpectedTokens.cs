using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Connections;

/// <summary>What a connection's tokens must be made for, to compare those with that were used (R13, R14, R50).</summary>
internal sealed class ExpectedTokens(IOptions<GraphOptions> options)
{
    private const string GraphAppId = "00000003-0000-0000-c000-000000000000"; // the same in every cloud

    /// <summary>Gets what an application asks for: all that it was granted for Graph.</summary>
    public string DefaultScope { get; } = $"{options.Value.Resource.OriginalString.TrimEnd('/')}/.default";

    /// <summary>Gets Graph, by its address and by its identifier.</summary>
    public IReadOnlyList<string> GraphAudiences { get; } = [options.Value.Resource.OriginalString.TrimEnd('/'), GraphAppId];

    /// <param name="operation">What the token was used for; null: it is not known, so no permission is expected.</param>
    public ExpectedToken Of(ConnectionRow connection, Operation? operation) => new(
        GraphAudiences,
        Guid.TryParse(connection.TenantId, out _) ? connection.TenantId : null, // tokens name the identifier, and a domain cannot be compared
        operation is { } used ? Capabilities.AnyPermissionOf(connection.AuthModel, used) : []);
}
