using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Connections;

/// <summary>One entry of section <c>Connections</c>: who the product acts as, and by which application.</summary>
public sealed partial class ConnectionDefinition : IValidatableObject
{
    /// <summary>Gets or sets the name that reports use: lower-case letters, digits and dashes, at most 64.</summary>
    [Required]
    public string Id { get; set; } = "";

    [Required]
    [MaxLength(200)]
    public string DisplayName { get; set; } = "";

    public AuthModel AuthModel { get; set; }

    [Required]
    public string TenantId { get; set; } = "";

    [Required]
    public string ClientId { get; set; } = "";

    /// <summary>Gets or sets the secret's value (not its identifier). Kept encrypted.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Gets or sets the account that signs in, for delegated connections: a service account rather than a person's.</summary>
    public string? Username { get; set; }

    /// <summary>Gets or sets who answers for the connection.</summary>
    [Required]
    public string Owner { get; set; } = "";

    /// <summary>Gets or sets the delegated scopes to ask for.</summary>
    /// <value>The default is what posting, reading back and the probe need.</value>
    public IReadOnlyList<string> Scopes { get; set; } = ["User.Read", "ChannelMessage.Send", "ChannelMessage.Read.All"];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IdPattern().IsMatch(Id))
        {
            yield return new("Use 1 to 64 lower-case letters, digits and dashes.", [nameof(Id)]);
        }

        if (AuthModel == AuthModel.DelegatedUser && string.IsNullOrWhiteSpace(Username))
        {
            yield return new("Name the account that signs in: the model is DelegatedUser.", [nameof(Username)]);
        }

        if (AuthModel == AuthModel.ApplicationSecret && !string.IsNullOrWhiteSpace(Username))
        {
            yield return new("An application has no user: delegated and application identities are never mixed.", [nameof(Username)]);
        }

        if (string.IsNullOrWhiteSpace(ClientSecret))
        {
            yield return new("Give the application's client secret.", [nameof(ClientSecret)]);
        }
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();
}

/// <summary>Encrypts what must not be readable at rest. The host says with which keys.</summary>
public interface ISecretProtector
{
    /// <param name="purpose">What the text is for; another purpose cannot read it.</param>
    byte[] Protect(string purpose, byte[] plain);

    /// <returns>Null when the keys are gone, or the data is not ours.</returns>
    byte[]? Unprotect(string purpose, byte[] data);
}

internal static class SecretProtectorExtensions
{
    public static byte[] Protect(this ISecretProtector protector, string purpose, string plain)
        => protector.Protect(purpose, System.Text.Encoding.UTF8.GetBytes(plain));

    public static string? UnprotectText(this ISecretProtector protector, string purpose, byte[] data)
        => protector.Unprotect(purpose, data) is { } plain ? System.Text.Encoding.UTF8.GetString(plain) : null;
}
