using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Ways;

/// <summary>The destinations' own JSON: strict, and enumerations as words.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChannelDestination))]
[JsonSerializable(typeof(ChatDestination))]
[JsonSerializable(typeof(FileDestination))]
[JsonSerializable(typeof(WorkflowDestination))]
[JsonSerializable(typeof(SlackDestination))]
[JsonSerializable(typeof(PagerDutyDestination))]
[JsonSerializable(typeof(WebhookDestination))]
[JsonSerializable(typeof(EmailDestination))]
internal sealed partial class DestinationJson : JsonSerializerContext;
