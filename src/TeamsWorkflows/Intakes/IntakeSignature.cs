using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TeamsWorkflows.Intakes;

/// <summary>Whether a caller knows an intake's secret. Pure, and in constant time wherever the secret plays a part.</summary>
internal static class IntakeSignature
{
    public const string TimestampHeader = "X-TeamsWorkflows-Timestamp";
    public const string SignatureHeader = "X-TeamsWorkflows-Signature";
    public const string Version = "v1=";

    /// <summary>The signature that belongs to a body at a time.</summary>
    public static string Of(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(timestamp));
        hmac.AppendData("."u8);
        hmac.AppendData(body);
        return Version + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    /// <param name="window">How far the caller's clock may be from ours, either way.</param>
    public static bool IsSigned(IntakeCall call, IEnumerable<string> secrets, TimeSpan window, DateTimeOffset now)
    {
        if (call.Header(TimestampHeader) is not { } timestamp || call.Header(SignatureHeader) is not { } signature
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((double)now.ToUnixTimeSeconds() - seconds) > window.TotalSeconds)
        {
            return false;
        }

        return secrets.Aggregate(false, (known, secret) => known | AreEqual(Of(secret, timestamp, call.Body.Span), signature));
    }

    public static bool IsKnown(string? presented, IEnumerable<string> secrets)
        => presented is not null && secrets.Aggregate(false, (known, secret) => known | AreEqual(secret, presented));

    // Hashed first, so that not even the length can be measured.
    private static bool AreEqual(string expected, string presented) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(presented)));
}
