using System.Security.Cryptography;
using System.Text;

namespace TeamsWorkflows.Deliveries;

/// <summary>Identifiers that follow from a report's: the same ones every time, so that doing it twice is doing it once.</summary>
internal static class DeliveryNames
{
    public static string Delivery(string reportId, int ordinal) => $"{reportId}.{ordinal}";

    public static string InstanceOf(string deliveryId) => $"delivery-{deliveryId}";

    public static string InstanceOfReport(string reportId) => $"report-{reportId}";

    public static string InstanceOfReceipt(string reportInstanceId) => $"receipt-{reportInstanceId}";

    public static string InstanceOfCase(string caseId) => $"reconnect-{caseId}";

    /// <summary>The marker that a message carries: 128 bits of the key's SHA-256, a GUID of version 8 (RFC 9562).</summary>
    public static Guid Card(string deliveryId)
    {
        Span<byte> bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"teamsworkflows/delivery/{deliveryId}")).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A short reference that people can read out, shown in the message and in the fallback's subject.</summary>
    public static string Reference(Guid cardId) => $"TW-{cardId.ToString("N")[..8].ToUpperInvariant()}";
}
