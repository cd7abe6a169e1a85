using System.Text.Json;
using TeamsWorkflows.DurableTask.Core;
using OfficialClient = Microsoft.DurableTask.Client;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>What the official client asks and answers about instances, in our words.</summary>
internal static class SdkMetadata
{
    public static OrchestrationMetadata From(OfficialClient.OrchestrationMetadata official)
    {
        var status = FromOfficial(official.RuntimeStatus);
        return new(
            official.InstanceId,
            official.Name,
            status,
            official.CreatedAt,
            official.LastUpdatedAt,
            official.SerializedInput,
            status == OrchestrationRuntimeStatus.Terminated ? Reason(official.SerializedOutput) : official.SerializedOutput,
            official.SerializedCustomStatus,
            official.FailureDetails is { } failure ? SdkFailures.From(failure) : null)
        {
            CompletedAt = official.IsCompleted ? official.LastUpdatedAt : null,
            Tags = new ValueMap<string>(official.Tags),
        };
    }

    public static OfficialClient.OrchestrationQuery ToOfficial(OrchestrationQuery query) => new(
        query.CreatedFrom,
        query.CreatedBefore,
        query.Statuses.Count > 0 ? query.Statuses.Select(ToOfficial).ToArray() : null,
        TaskHubNames: null,
        query.InstanceIdPrefix,
        query.PageSize,
        query.FetchInputsAndOutputs,
        query.ContinuationToken);

    public static bool Fits(OrchestrationQuery query, OrchestrationMetadata found)
        => (query.Name is null || string.Equals(query.Name, found.Name, StringComparison.OrdinalIgnoreCase))
            && (query.CompletedFrom is not { } from || found.CompletedAt >= from)
            && (query.CompletedBefore is not { } before || found.CompletedAt < before)
            && query.Tags.All(tag => found.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value);

    public static OfficialClient.OrchestrationRuntimeStatus ToOfficial(OrchestrationRuntimeStatus status)
        => Enum.Parse<OfficialClient.OrchestrationRuntimeStatus>(status.ToString());

    // Why an instance was terminated: the official client writes it as JSON, others as they got it.
    private static string? Reason(string? output)
        => output is ['"', .., '"'] ? JsonSerializer.Deserialize<string>(output) : output;

    private static OrchestrationRuntimeStatus FromOfficial(OfficialClient.OrchestrationRuntimeStatus status)
        => Enum.Parse<OrchestrationRuntimeStatus>(status.ToString());
}
