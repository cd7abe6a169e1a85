using System.ComponentModel.DataAnnotations;

namespace TeamsWorkflows.Connections;

/// <summary>Who the product acts as, and by which application: an entry of section <c>Connections</c>, or of the API.</summary>
public sealed class ConnectionDefinition
{
    public const string DefaultEnvironment = "production";

    /// <summary>Gets or sets the name that reports use: lower-case letters, digits and dashes, at most 64.</summary>
    [Required]
    public string Id { get; set; } = "";

    [Required]
    [MaxLength(200)]
    public string DisplayName { get; set; } = "";

    public AuthModel AuthModel { get; set; }

    /// <summary>Gets or sets the directory: its identifier, or one of its domains; never <c>common</c>.</summary>
    [MaxLength(64)]
    public string TenantId { get; set; } = "";

    [MaxLength(64)]
    public string ClientId { get; set; } = "";

    /// <summary>Gets or sets the secret's value (not its identifier). Kept encrypted.</summary>
    public string? ClientSecret { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets when the secret ends, as the registration shows it; null: nobody entered it, so nobody is reminded.</summary>
    public DateTimeOffset? SecretExpiresAt { get; set; }

    /// <summary>Gets or sets a PEM file with certificate and key, or a PFX file without password, in place of a secret.</summary>
    /// <remarks>It is read at every question to the authority, so that a rotated certificate is used without a restart.</remarks>
    [MaxLength(1000)]
    public string? CertificateFile { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets a certificate in a key vault, in place of a secret: <c>https://VAULT/certificates/NAME</c>.</summary>
    /// <remarks>Its newest version is used, within minutes of a rotation and without a restart. The product needs <c>get</c> for certificates and secrets.</remarks>
    [MaxLength(1000)]
    public string? VaultCertificate { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets the managed identity that vouches for the application: its client identifier, or <c>system</c>.</summary>
    [MaxLength(64)]
    public string? ManagedIdentity { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets the address of the workflow's webhook, with its signature. Kept encrypted: whoever has it may post.</summary>
    [MaxLength(4000)]
    public string? WebhookAddress { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets the account that signs in, for delegated connections: a service account rather than a person's.</summary>
    [MaxLength(320)]
    public string? Username { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets how that account signs in.</summary>
    /// <value>The default is <see cref="SignInWay.AuthorizationCode"/>; <see cref="SignInWay.DeviceCode"/> needs a registration that allows public client flows.</value>
    public SignInWay SignIn { get; set; }

    /// <value>The default is <see cref="AccountKind.ServiceAccount"/>; a person's own account is warned about.</value>
    public AccountKind AccountKind { get; set; }

    /// <summary>Gets or sets who answers for the connection.</summary>
    [Required]
    [MaxLength(320)]
    public string Owner { get; set; } = "";

    /// <summary>Gets or sets who can change the application's registration; null: the owner.</summary>
    [MaxLength(320)]
    public string? RegistrationOwner { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets which environment it belongs to, such as <c>test</c>.</summary>
    /// <value>The default is <c>production</c>.</value>
    [Required]
    [MaxLength(64)]
    public string Environment { get; set; } = DefaultEnvironment;

    /// <summary>Gets or sets the delegated scopes to ask for.</summary>
    /// <value>The default is what posting, reading back and the probe need.</value>
    public IReadOnlyList<string> Scopes { get; set; } = ["User.Read", "ChannelMessage.Send", "ChannelMessage.Read.All"];

    /// <summary>Everything that is wrong, by the field's name; empty when nothing is.</summary>
    public IReadOnlyDictionary<string, string[]> Problems()
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(this, new ValidationContext(this), results, validateAllProperties: true);
        var malformed = results.SelectMany(static r => r.MemberNames).ToHashSet(StringComparer.Ordinal);
        return results
            .Concat(DefinitionRules.Check(this).Where(r => !r.MemberNames.Any(malformed.Contains)))
            .GroupBy(static r => string.Join(',', r.MemberNames), StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, static g => g.Select(static r => r.ErrorMessage!).ToArray(), StringComparer.Ordinal);
    }

    // A setting that is there and empty, as in a compose file, is not given.
    private static string? NullIfBlank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
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
