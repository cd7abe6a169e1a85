using System.Security.Cryptography;
using System.Text;
using TeamsWorkflows.Connections;

namespace TeamsWorkflows.Tests;

/// <summary>Real encryption with a key of this test's own.</summary>
internal sealed class TestProtector : ISecretProtector
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public byte[] Protect(string purpose, byte[] plain)
    {
        var data = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(data.AsSpan(0, NonceSize));
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(
            data.AsSpan(0, NonceSize), plain, data.AsSpan(NonceSize + TagSize), data.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(purpose));
        return data;
    }

    public byte[]? Unprotect(string purpose, byte[] data)
    {
        var plain = new byte[data.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_key, TagSize);
        try
        {
            aes.Decrypt(
                data.AsSpan(0, NonceSize), data.AsSpan(NonceSize + TagSize), data.AsSpan(NonceSize, TagSize), plain, Encoding.UTF8.GetBytes(purpose));
            return plain;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
