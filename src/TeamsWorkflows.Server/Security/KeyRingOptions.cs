using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Server.Security;

/// <summary>Section <c>KeyRing</c>: how the keys that protect tokens and secrets are themselves kept.</summary>
public sealed class KeyRingOptions
{
    public const string Section = "KeyRing";

    /// <summary>Gets or sets a PKCS#12 file with the certificate that encrypts the keys at rest.</summary>
    /// <value>
    /// The default is null: the data folder's permissions are the only protection. Keys in a database need one, the same on
    /// every node, except in Development: they lie beside what they protect.
    /// </value>
    public string? CertificateFile { get; set; }

    public string? CertificatePassword { get; set; }

    /// <summary>Gets or sets the address of a certificate in a key vault that encrypts the keys, in the place of a file.</summary>
    /// <value>The default is null. Such as <c>https://NAME.vault.azure.net/certificates/key-ring</c>; read at the start, as section <c>KeyVault</c> says.</value>
    public string? VaultCertificate { get; set; }

    /// <summary>Gets or sets the addresses of certificates that did so before: keys that they encrypted are still read.</summary>
    public IReadOnlyList<string> FormerVaultCertificates { get; set; } = [];
}

/// <summary>Finds a missing certificate at the start, and not when the first token is to be read.</summary>
internal sealed class ValidateKeyRingOptions(bool mustEncrypt) : IValidateOptions<KeyRingOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyRingOptions options)
        => options.CertificateFile is { } file && !File.Exists(file)
            ? ValidateOptionsResult.Fail($"{nameof(KeyRingOptions.CertificateFile)}: there is no file '{file}'.")
            : options.CertificateFile is null && options.VaultCertificate is null && mustEncrypt
            ? ValidateOptionsResult.Fail(
                $"{nameof(KeyRingOptions.CertificateFile)} must name a PKCS#12 file, or {nameof(KeyRingOptions.VaultCertificate)} a certificate in a key vault, the same on every node: the keys are kept in the database, "
                + "beside the tokens and secrets that they protect.")
            : ValidateOptionsResult.Success;
}
