using System.ComponentModel.DataAnnotations;
using MailKit.Security;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Fallback;

/// <summary>Section <c>Fallback</c>: the mail server, and who gets what Teams does not take.</summary>
public sealed class FallbackOptions
{
    /// <summary>Gets or sets the mail server's name.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <value>The default is 587 (submission).</value>
    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary>Gets or sets how the connection is secured.</summary>
    /// <value>The default is StartTls: without it, nothing is sent.</value>
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.StartTls;

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>Gets or sets the sender's address.</summary>
    [Required]
    [EmailAddress]
    public string From { get; set; } = "";

    /// <summary>Gets or sets who gets a report that names nobody itself.</summary>
    public IReadOnlyList<string> Recipients { get; set; } = [];

    /// <summary>Gets or sets who is told about cases.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> Operators { get; set; } = [];

    /// <summary>Gets or sets the longest a mail server may take.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class ValidateFallbackOptions : IValidateOptions<FallbackOptions>;
