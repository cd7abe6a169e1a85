using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Connections.Credentials;

/// <summary>The identities that Azure gives to what runs there, through Azure.Identity.</summary>
public class AzureCredentials
{
    /// <summary>The value that stands for the identity of the machine, pod or app service itself.</summary>
    public const string SystemIdentity = "system";

    private readonly VaultOptions _vault;
    private readonly EntraOptions _entra;
    private readonly HttpClient _http;

    /// <summary>Reads its settings once; the transport is the product's own.</summary>
    public AzureCredentials(OutboundHttp outbound, IOptions<VaultOptions> vault, IOptions<EntraOptions> entra)
    {
        (_vault, _entra) = (vault.Value, entra.Value);
        _http = outbound.CreateClient(_vault.Timeout);
    }

    /// <summary>As whom vaults are read: the configured application, else a managed identity.</summary>
    public virtual TokenCredential ForVault()
        => _vault is { TenantId: { } tenant, ClientId: { } client, ClientSecret: { } secret }
            ? new ClientSecretCredential(tenant, client, secret, Configured(new ClientSecretCredentialOptions { DisableInstanceDiscovery = !_entra.InstanceDiscovery }))
            : ForIdentity(_vault.ClientId ?? SystemIdentity);

    /// <summary>A managed identity, or in a cluster the pod's workload identity.</summary>
    public virtual TokenCredential ForIdentity(string identity)
    {
        var isSystem = string.Equals(identity, SystemIdentity, StringComparison.OrdinalIgnoreCase);
        var workload = new WorkloadIdentityCredentialOptions { DisableInstanceDiscovery = !_entra.InstanceDiscovery };
        workload.ClientId = isSystem ? workload.ClientId : identity;
        return new ChainedTokenCredential(
            new WorkloadIdentityCredential(Configured(workload)),
            new ManagedIdentityCredential(isSystem ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(identity)));
    }

    /// <summary>One exchange a call: the durable layer repeats, nobody else.</summary>
    public T Configured<T>(T options)
        where T : ClientOptions
    {
        options.Transport = new HttpClientTransport(_http);
        options.Retry.MaxRetries = 0;
        if (options is TokenCredentialOptions credential)
        {
            credential.AuthorityHost = _entra.AuthorityHost;
        }

        return options;
    }
}
