using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Server.Api;

namespace TeamsWorkflows.Server.Management;

/// <summary>The status of an instance, as Durable Functions says it: every field is there, if with null; the history only when it is asked for.</summary>
/// <param name="CreatedTime">In UTC, to the second.</param>
/// <param name="LastUpdatedTime">In UTC, to the second.</param>
internal sealed record InstanceStatus(
    string Name,
    string InstanceId,
    string RuntimeStatus,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Input,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? CustomStatus,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Output,
    string CreatedTime,
    string LastUpdatedTime)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonArray? HistoryEvents { get; init; }

    public static InstanceStatus From(OrchestrationMetadata instance, bool showInput) => new(
        instance.Name,
        instance.InstanceId,
        instance.Status.ToString(),
        showInput ? JsonText.Parse(instance.Input) : null,
        JsonText.Parse(instance.CustomStatus),
        JsonText.Parse(instance.Output ?? instance.Failure?.ErrorMessage),
        Second(instance.CreatedAt),
        Second(instance.LastUpdatedAt));

    private static string Second(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
