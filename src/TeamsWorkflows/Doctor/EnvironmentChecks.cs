using TeamsWorkflows.Connections;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Doctor;

/// <summary>Whether the parts of an environment belong together (R93). Pure.</summary>
internal static class EnvironmentChecks
{
    private const string Name = "environment";

    // https://learn.microsoft.com/graph/deployments
    private static readonly (string Domain, string Cloud)[] Clouds =
    [
        ("microsoftonline.com", "global"), ("graph.microsoft.com", "global"),
        ("microsoftonline.us", "US government"), ("graph.microsoft.us", "US government"), ("dod-graph.microsoft.us", "US government"),
        ("partner.microsoftonline.cn", "China"), ("microsoftgraph.chinacloudapi.cn", "China"),
    ];

    /// <param name="all">Every connection of the same server, this one included.</param>
    public static IEnumerable<Finding> Check(Connection connection, IReadOnlyList<Connection> all, EntraOptions entra, GraphOptions graph)
    {
        var isProduction = IsProduction(connection);
        var (authority, service) = (CloudOf(entra.AuthorityHost), CloudOf(graph.BaseAddress));
        var isMicrosoft = authority is not null;
        yield return isProduction && !isMicrosoft
            ? new(Name, connection.Id, CheckResult.Warning, $"A connection of production asks the authority {entra.AuthorityHost.Host}, which is not Microsoft's.", "Correct Entra:AuthorityHost, or the connection's Environment.")
            : Finding.Good(Name, connection.Id, $"{connection.Environment} asks {entra.AuthorityHost.Host}.");
        if (authority != service)
        {
            yield return new(
                Name,
                connection.Id,
                CheckResult.Bad,
                $"Tokens come from {entra.AuthorityHost.Host} and are used at {graph.BaseAddress.Host}: "
                + (authority is null || service is null ? "one of the two is a simulator." : "these are two clouds."),
                "Make Entra:AuthorityHost, Graph:BaseAddress and Graph:Resource belong together.");
        }

        if (!isProduction && all.FirstOrDefault(other => IsProduction(other) && other.ClientId.Length > 0
            && (other.TenantId, other.ClientId) == (connection.TenantId, connection.ClientId)) is { } production)
        {
            yield return new(
                Name,
                connection.Id,
                CheckResult.Warning,
                $"A connection of {connection.Environment} uses the application and tenant of production's '{production.Id}'.",
                "Give it a registration of its own: a secret, a consent or a limit of one is the other's, too.");
        }

        foreach (var warning in connection.Warnings)
        {
            yield return new("register", connection.Id, CheckResult.Warning, warning, "See the register of connections.");
        }
    }

    private static bool IsProduction(Connection connection)
        => string.Equals(connection.Environment, ConnectionDefinition.DefaultEnvironment, StringComparison.OrdinalIgnoreCase);

    /// <returns>Null when it is none of Microsoft's.</returns>
    private static string? CloudOf(Uri address) => Clouds.FirstOrDefault(c => IsWithin(address.Host, c.Domain)).Cloud;

    private static bool IsWithin(string host, string domain)
        => host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase);
}
