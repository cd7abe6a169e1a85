using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Connections;

/// <summary>Section <c>Entra</c>: the identity provider.</summary>
public sealed class EntraOptions
{
    /// <summary>Gets or sets the authority host, HTTPS.</summary>
    /// <value>The default is <c>https://login.microsoftonline.com/</c>.</value>
    [Required]
    public Uri AuthorityHost { get; set; } = new("https://login.microsoftonline.com/");

    /// <summary>Gets or sets where people's browsers reach the authority, when that differs from <see cref="AuthorityHost"/>.</summary>
    /// <value>The default is null: the same.</value>
    public Uri? BrowserAuthorityHost { get; set; }

    /// <summary>Gets or sets a value indicating whether MSAL asks Microsoft which authority hosts are genuine.</summary>
    /// <value>The default is true; a private or simulated authority needs false.</value>
    public bool InstanceDiscovery { get; set; } = true;

    /// <summary>Gets or sets the longest one exchange with the authority may take.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long a token out of the cache must be good for; one that is not is renewed once, and then used as it is.</summary>
    /// <value>The default is 5 minutes. A token lasts an hour or more, unless a policy shortens it.</value>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan MinimumTokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets where people reach this product: for links in mails, and for the way back from a sign-in.</summary>
    /// <value>The default is <c>http://127.0.0.1:5080/</c>.</value>
    [Required]
    public Uri PublicAddress { get; set; } = new("http://127.0.0.1:5080/");

    /// <summary>Gets the address that the authority sends people back to; registered with the application.</summary>
    public Uri RedirectUri => new(PublicAddress, "signin/callback");

    /// <summary>Gets or sets how long a begun sign-in may take.</summary>
    /// <value>The default is 15 minutes.</value>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan SignInLifetime { get; set; } = TimeSpan.FromMinutes(15);
}

[OptionsValidator]
internal sealed partial class ValidateEntraOptions : IValidateOptions<EntraOptions>;
