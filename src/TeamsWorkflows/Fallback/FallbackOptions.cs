using System.ComponentModel.DataAnnotations;
using MailKit.Security;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Fallback;

/// <summary>Section <c>Fallback</c>: the mail server, and who gets what Teams does not take.</summary>
public sealed class FallbackOptions : IValidatableObject
{
    /// <summary>Gets or sets the mail server's name; empty when mails go by <see cref="Connection"/>.</summary>
    public string Host { get; set; } = "";

    /// <summary>Gets or sets the connection by which Graph sends the mails out of the mailbox <see cref="From"/>, in place of a mail server.</summary>
    /// <remarks>Better an application's: a fallback that needs the sign-in that it stands in for fails with it.</remarks>
    /// <value>Null: by <see cref="Host"/>.</value>
    public string? Connection { get; set => field = string.IsNullOrWhiteSpace(value) ? null : value; }

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

    /// <summary>Gets or sets out of which mailboxes besides <see cref="From"/> reports may be sent by an application's connection.</summary>
    /// <remarks>An application may often send as anybody: without this list, so could whoever hands a report over.</remarks>
    public IReadOnlyList<string> Senders { get; set; } = [];

    /// <summary>Gets or sets who gets a report that names nobody itself.</summary>
    public IReadOnlyList<string> Recipients { get; set; } = [];

    /// <summary>Gets or sets who is told about cases.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> Operators { get; set; } = [];

    /// <summary>Gets or sets the longest a mail server may take.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal bool MaySend(string mailbox) => Senders.Append(From).Contains(mailbox, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host.Length == 0 == Connection is null)
        {
            yield return new("Give the mail server's Host, or the Connection to send mails by, and not both.", [nameof(Host)]);
        }
    }
}

[OptionsValidator]
internal sealed partial class ValidateFallbackOptions : IValidateOptions<FallbackOptions>;
