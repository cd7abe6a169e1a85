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
}

/// <summary>Finds a missing certificate at the start, and not when the first token is to be read.</summary>
internal sealed class ValidateKeyRingOptions(bool mustEncrypt) : IValidateOptions<KeyRingOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyRingOptions options)
        => options.CertificateFile is { } file && !File.Exists(file)
            ? ValidateOptionsResult.Fail($"{nameof(KeyRingOptions.CertificateFile)}: there is no file '{file}'.")
            : options.CertificateFile is null && mustEncrypt
            ? ValidateOptionsResult.Fail(
                $"{nameof(KeyRingOptions.CertificateFile)} must name a PKCS#12 file, the same on every node: the keys are kept in the database, "
                + "beside the tokens and secrets that they protect.")
            : ValidateOptionsResult.Success;
}
