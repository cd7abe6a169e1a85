using TeamsWorkflows.Connections;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Doctor;

/// <summary>Whether the parts of an environment belong together (R93). Pure.</summary>
internal static class EnvironmentChecks
{
    private const string Name = "environment";

    public static IEnumerable<Finding> Check(Connection connection, EntraOptions entra, GraphOptions graph)
    {
        var isProduction = string.Equals(connection.Environment, ConnectionDefinition.DefaultEnvironment, StringComparison.OrdinalIgnoreCase);
        var isMicrosoft = IsMicrosoft(entra.AuthorityHost);
        yield return isProduction && !isMicrosoft
            ? new(Name, connection.Id, CheckResult.Warning, $"A connection of production asks the authority {entra.AuthorityHost.Host}, which is not Microsoft's.", "Correct Entra:AuthorityHost, or the connection's Environment.")
            : Finding.Good(Name, connection.Id, $"{connection.Environment} asks {entra.AuthorityHost.Host}.");
        if (isMicrosoft != IsMicrosoft(graph.BaseAddress))
        {
            yield return new(Name, connection.Id, CheckResult.Bad, $"Tokens come from {entra.AuthorityHost.Host} and are used at {graph.BaseAddress.Host}: one of the two is a simulator.", "Make Entra:AuthorityHost and Graph:BaseAddress belong together.");
        }

        foreach (var warning in connection.Warnings)
        {
            yield return new("register", connection.Id, CheckResult.Warning, warning, "See the register of connections.");
        }
    }

    private static bool IsMicrosoft(Uri address)
        => address.Host.EndsWith(".microsoftonline.com", StringComparison.OrdinalIgnoreCase)
            || address.Host.EndsWith(".microsoftonline.us", StringComparison.OrdinalIgnoreCase)
            || address.Host.EndsWith(".partner.microsoftonline.cn", StringComparison.OrdinalIgnoreCase)
            || address.Host.EndsWith("graph.microsoft.com", StringComparison.OrdinalIgnoreCase)
            || address.Host.EndsWith("graph.microsoft.us", StringComparison.OrdinalIgnoreCase)
            || address.Host.EndsWith("microsoftgraph.chinacloudapi.cn", StringComparison.OrdinalIgnoreCase);
}
