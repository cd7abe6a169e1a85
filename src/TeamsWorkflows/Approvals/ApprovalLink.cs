using System.Buffers.Text;
using System.Security.Cryptography;

namespace TeamsWorkflows.Approvals;

/// <summary>A link by which one approver decides: a name, and a secret that only the mail holds.</summary>
/// <remarks>The name finds the row; the secret is compared in constant time, by its hash. Neither says whom it is for.</remarks>
/// <param name="Id">The link's name, which is no secret: 128 random bits.</param>
/// <param name="SecretHash">The SHA-256 of the secret: 256 random bits.</param>
internal sealed record ApprovalLink(string Id, byte[] SecretHash)
{
    private const int IdBytes = 16;
    private const int SecretBytes = 32;

    // What a link that does not exist is compared with, so that it takes as long as one that does.
    private static readonly byte[] Nothing = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    /// <returns>The link, and the key that goes into the mail and nowhere else.</returns>
    public static (ApprovalLink Link, string Key) Create()
    {
        var bytes = RandomNumberGenerator.GetBytes(IdBytes + SecretBytes);
        return (Of(bytes), Base64Url.EncodeToString(bytes));
    }

    /// <returns>Null: it is no key at all.</returns>
    public static ApprovalLink? Parse(string? key)
    {
        var bytes = new byte[IdBytes + SecretBytes];
        return key is { Length: (IdBytes + SecretBytes) * 4 / 3 } && Base64Url.IsValid(key)
            && Base64Url.TryDecodeFromChars(key, bytes, out var length) && length == bytes.Length ? Of(bytes) : null;
    }

    /// <summary>Whether the secret is that of a stored link; of none, when there is none of that name.</summary>
    public bool Opens(byte[]? storedHash) => CryptographicOperations.FixedTimeEquals(SecretHash, storedHash ?? Nothing) && storedHash is not null;

    private static ApprovalLink Of(byte[] bytes) => new(Base64Url.EncodeToString(bytes.AsSpan(0, IdBytes)), SHA256.HashData(bytes.AsSpan(IdBytes)));
}
