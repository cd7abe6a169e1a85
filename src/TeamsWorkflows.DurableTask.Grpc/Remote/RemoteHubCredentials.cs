using System.Data.Common;
using Azure.Core;
using Azure.Identity;

namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>Who vouches for this process at Durable Task Scheduler, by the names that its connection strings use.</summary>
internal static class RemoteHubCredentials
{
    public const string None = "None";

    private static readonly string[] Keys =
        ["Endpoint", "Authentication", "TaskHub", "ClientID", "TenantId", "TokenFilePath", "AdditionallyAllowedTenants"];

    public static IReadOnlyList<string> Kinds { get; } =
        [None, "DefaultAzure", "ManagedIdentity", "WorkloadIdentity", "Environment", "AzureCLI", "AzurePowerShell"];

    /// <returns>Null where no token is sent.</returns>
    public static TokenCredential? Of(RemoteHubOptions options)
        => options.Authentication.ToUpperInvariant() switch
        {
            "NONE" => null,
            "DEFAULTAZURE" => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ClientId }),
            "MANAGEDIDENTITY" => new ManagedIdentityCredential(
                options.ClientId is { Length: > 0 } client ? ManagedIdentityId.FromUserAssignedClientId(client) : ManagedIdentityId.SystemAssigned),
            "WORKLOADIDENTITY" => Workload(options),
            "ENVIRONMENT" => new EnvironmentCredential(),
            "AZURECLI" => new AzureCliCredential(),
            "AZUREPOWERSHELL" => new AzurePowerShellCredential(),
            _ => throw new ArgumentException($"Authentication '{options.Authentication}' is not known: {string.Join(", ", Kinds)}.", nameof(options)),
        };

    /// <returns>A value or null for each key that a connection string may have.</returns>
    public static IReadOnlyDictionary<string, string?> Parse(string connectionString)
    {
        DbConnectionStringBuilder read = new() { ConnectionString = connectionString };
        if (read.Keys.Cast<string>().FirstOrDefault(static key => !Keys.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new ArgumentException($"The connection string has a key '{unknown}'; known are {string.Join(", ", Keys)}.", nameof(connectionString));
        }

        var given = Keys.ToDictionary(static key => key, key => read.TryGetValue(key, out var value) ? value as string : null, StringComparer.Ordinal);
        return given.Take(3).FirstOrDefault(static pair => string.IsNullOrEmpty(pair.Value)).Key is { } missing
            ? throw new ArgumentException($"The connection string has no '{missing}'.", nameof(connectionString))
            : given;
    }

    private static WorkloadIdentityCredential Workload(RemoteHubOptions options)
    {
        WorkloadIdentityCredentialOptions workload = new();
        (workload.ClientId, workload.TenantId, workload.TokenFilePath) = (
            options.ClientId ?? workload.ClientId, options.TenantId ?? workload.TenantId, options.TokenFilePath ?? workload.TokenFilePath);
        return new WorkloadIdentityCredential(workload);
    }
}
