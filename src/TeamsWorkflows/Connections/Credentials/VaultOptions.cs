using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Connections.Credentials;

/// <summary>Section <c>KeyVault</c>: as whom the product reads certificates out of key vaults.</summary>
public sealed class VaultOptions
{
    /// <summary>Gets or sets the tenant of the application below.</summary>
    public string? TenantId { get; set; }

    /// <summary>Gets or sets the user-assigned managed identity, or with <see cref="ClientSecret"/> an application.</summary>
    /// <value>The default is null: the identity of the machine, pod or app service itself.</value>
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the application's secret, where there is no managed identity.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Gets or sets how long a certificate is used before the vault is asked for a newer one.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets the longest one exchange with a vault may take.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class ValidateVaultOptions : IValidateOptions<VaultOptions>;
