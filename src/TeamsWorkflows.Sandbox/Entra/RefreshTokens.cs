using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Refresh tokens as sealed envelopes: nothing to store, and they survive a restart with the sealing key.</summary>
internal sealed class RefreshTokens(byte[] key)
{
    private const string Prefix = "1.";

    public string Seal(RefreshToken token)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(token);
        var envelope = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + plain.Length];
        var (nonce, tag, cipher) = Parts(envelope);
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        aes.Encrypt(nonce.Span, plain, cipher.Span, tag.Span);
        return Prefix + Base64Url.EncodeToString(envelope);
    }

    /// <returns>Null for anything that this sandbox did not seal.</returns>
    public RefreshToken? Open(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(text.AsSpan(Prefix.Length)))
        {
            return null;
        }

        var envelope = Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length));
        if (envelope.Length <= AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize)
        {
            return null;
        }

        var (nonce, tag, cipher) = Parts(envelope);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        try
        {
            aes.Decrypt(nonce.Span, cipher.Span, tag.Span, plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return JsonSerializer.Deserialize<RefreshToken>(plain);
    }

    private static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Parts(byte[] envelope)
    {
        var nonceSize = AesGcm.NonceByteSizes.MaxSize;
        var tagSize = AesGcm.TagByteSizes.MaxSize;
        return (
            envelope.AsMemory(0, nonceSize),
            envelope.AsMemory(nonceSize, tagSize),
            envelope.AsMemory(nonceSize + tagSize));
    }
}

/// <summary>What a refresh token stands for.</summary>
/// <param name="SignInSequence">When the user signed in, in the order of events; passed on by each renewal.</param>
/// <param name="WithClaims">Whether that sign-in brought a claims request along.</param>
/// <param name="IsPublic">Whether the app got it without a credential, and may use it so.</param>
internal sealed record RefreshToken(
    string TenantId,
    string ClientId,
    string UserId,
    DateTimeOffset IssuedAt,
    long SignInSequence,
    bool WithClaims,
    bool IsPublic);
