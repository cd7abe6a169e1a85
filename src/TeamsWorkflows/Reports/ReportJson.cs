using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Reports;

/// <summary>One text for equal requests, however their JSON was spaced: what the idempotency key is held against.</summary>
/// <remarks>What is not given is not in it, so that a member that a later release adds changes no request of today.</remarks>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReportRequest))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static string Write(ReportRequest request) => JsonSerializer.Serialize(request, Default.ReportRequest);

    /// <exception cref="JsonException">It is none.</exception>
    public static ReportRequest Read(string json)
        => JsonSerializer.Deserialize(json, Default.ReportRequest) ?? throw new JsonException("A stored request is empty.");
}
