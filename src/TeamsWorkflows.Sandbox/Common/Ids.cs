using System.Buffers.Text;
using System.Security.Cryptography;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>Unpredictable identifiers and secrets, from the operating system's generator.</summary>
internal static class Ids
{
    /// <summary>A random GUID (version 4).</summary>
    public static string Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <summary>A random text for an address, a form or a header.</summary>
    public static string Token(int byteCount) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(byteCount));
}
