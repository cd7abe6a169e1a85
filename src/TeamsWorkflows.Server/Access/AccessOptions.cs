using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Server.Access;

/// <summary>Section <c>Access</c>: who may use the API and the console, by which Entra application.</summary>
public sealed class AccessOptions
{
    public const string Section = "Access";

    /// <summary>Gets or sets the OpenID Connect authority, such as <c>https://login.microsoftonline.com/TENANT/v2.0</c>.</summary>
    [Required]
    public Uri? Authority { get; set; }

    /// <summary>Gets or sets what access tokens for the API must be made for: the application's identifier.</summary>
    [Required]
    public string Audience { get; set; } = "";

    /// <summary>Gets or sets the application by which people sign in to the console.</summary>
    [Required]
    public string ClientId { get; set; } = "";

    [Required]
    public string ClientSecret { get; set; } = "";

    /// <summary>Gets or sets the application by which people sign in on the command line; its registration allows public client flows.</summary>
    /// <value>The default is null: the console's, <see cref="ClientId"/>.</value>
    public string? CommandLineClientId { get; set; }

    /// <summary>Gets or sets the scope that a person's token for the API is asked with.</summary>
    /// <value>The default is null: <c>access_as_user</c> of <see cref="Audience"/>.</value>
    public string? Scope { get; set; }

    /// <summary>Gets or sets where people's browsers reach the authority, when that differs from <see cref="Authority"/>.</summary>
    /// <value>The default is null: the same. Only scheme, host and port count.</value>
    public Uri? BrowserAuthority { get; set; }

    /// <summary>Gets or sets how long a sign-in to the console lasts without use.</summary>
    /// <value>The default is 8 hours.</value>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Gets or sets the longest one exchange with the authority may take.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class ValidateAccessOptions : IValidateOptions<AccessOptions>;
