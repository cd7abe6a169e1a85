namespace TeamsWorkflows.Connections.Credentials;

/// <summary>Where a certificate is: <c>https://VAULT/certificates/NAME</c>, without a version, so that the newest is meant.</summary>
public sealed record VaultAddress(Uri Vault, string Name)
{
    private const string Certificates = "certificates";

    /// <summary>Reads an address such as <c>https://NAME.vault.azure.net/certificates/app</c>.</summary>
    /// <returns>Null when the text is no such address.</returns>
    public static VaultAddress? Parse(string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps || address.Query.Length > 0)
        {
            return null;
        }

        var parts = address.AbsolutePath.Trim('/').Split('/');
        return parts is [.., Certificates, { Length: > 0 } name]
            ? new(new Uri(address, string.Concat(parts[..^2].Select(static p => $"/{p}"))), name)
            : null;
    }
}
