using System.Text.Json.Serialization;

namespace TeamsWorkflows.Server.Management;

/// <summary>The addresses by which an instance is managed, as Durable Functions hands them out.</summary>
/// <remarks>What stands in braces, the caller fills in.</remarks>
internal sealed record ManagementPayload(
    string Id,
    string StatusQueryGetUri,
    string SendEventPostUri,
    string TerminatePostUri,
    string RewindPostUri,
    string PurgeHistoryDeleteUri,
    string RestartPostUri,
    string SuspendPostUri,
    string ResumePostUri);

/// <summary>Where the API is, and that there is one task hub.</summary>
internal static class ManagementLinks
{
    /// <summary>The addresses' beginning, as Durable Functions has it.</summary>
    public const string Root = "/runtime/webhooks/durabletask";

    /// <summary>The name of the one task hub, which addresses may hold.</summary>
    public const string TaskHub = "TeamsWorkflows";

    private const string Suffix = $"taskHub={TaskHub}&connection=Storage";

    /// <param name="publicAddress">Where people and programs reach the product; no header says so.</param>
    public static ManagementPayload For(Uri publicAddress, string instanceId, bool returnInternalServerErrorOnFailure)
    {
        var instance = new Uri(publicAddress, $"{Root[1..]}/instances/{Uri.EscapeDataString(instanceId)}").AbsoluteUri;
        return new(
            instanceId,
            $"{instance}?{Suffix}{(returnInternalServerErrorOnFailure ? "&returnInternalServerErrorOnFailure=true" : "")}",
            $"{instance}/raiseEvent/{{eventName}}?{Suffix}",
            $"{instance}/terminate?reason={{text}}&{Suffix}",
            $"{instance}/rewind?reason={{text}}&{Suffix}",
            $"{instance}?{Suffix}",
            $"{instance}/restart?{Suffix}",
            $"{instance}/suspend?reason={{text}}&{Suffix}",
            $"{instance}/resume?reason={{text}}&{Suffix}");
    }
}

/// <param name="InstancesDeleted">How many instances went, with their histories.</param>
internal sealed record PurgeHistoryResult(int InstancesDeleted);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ManagementPayload))]
[JsonSerializable(typeof(InstanceStatus))]
[JsonSerializable(typeof(InstanceStatus[]))]
[JsonSerializable(typeof(PurgeHistoryResult))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
internal sealed partial class ManagementJson : JsonSerializerContext;
