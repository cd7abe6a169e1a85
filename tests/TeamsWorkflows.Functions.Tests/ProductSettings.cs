using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Security;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>Which settings the product has, by the options that they set.</summary>
internal static class ProductSettings
{
    private static readonly Dictionary<string, Type> Sections = new(StringComparer.Ordinal)
    {
        ["Access"] = typeof(AccessOptions),
        ["AzureMonitor"] = typeof(AzureMonitorOptions),
        ["Canary"] = typeof(CanaryOptions),
        ["Cases"] = typeof(CaseOptions),
        ["Connections"] = typeof(ConnectionDefinition),
        ["Deliveries"] = typeof(DeliveryOptions),
        ["Entra"] = typeof(EntraOptions),
        ["Fallback"] = typeof(FallbackOptions),
        ["KeyRing"] = typeof(KeyRingOptions),
        ["KeyVault"] = typeof(VaultOptions),
        ["Postgres"] = typeof(PostgresOptions),
    };

    /// <param name="key">Its parts separated by two underscores.</param>
    public static bool IsKnown(string key)
    {
        var path = key.Split("__");
        return key.Replace("__", ":", StringComparison.Ordinal) == HubProviderSetting.Key
            || (Sections.TryGetValue(path[0], out var options)
                && options.GetProperty(path.Skip(1).First(static part => !part.All(char.IsAsciiDigit))) is not null);
    }
}
