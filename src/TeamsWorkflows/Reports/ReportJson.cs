using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Reports;

/// <summary>One text for equal requests, however their JSON was spaced: what the idempotency key is held against.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ReportRequest))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static string Write(ReportRequest request) => JsonSerializer.Serialize(request, Default.ReportRequest);
}
