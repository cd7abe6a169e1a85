using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Reports.Receipts;

/// <summary>A receipt as its webhook gets it.</summary>
/// <param name="Id">The same one whenever it is sent again.</param>
internal sealed record ReceiptCall(string Id, string Event, ReportReceipt Receipt)
{
    public const string Ended = "report.ended";
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReceiptCall))]
internal sealed partial class ReceiptJson : JsonSerializerContext
{
    public static byte[] Write(ReceiptCall call) => JsonSerializer.SerializeToUtf8Bytes(call, Default.ReceiptCall);
}
