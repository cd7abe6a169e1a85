using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using Proto = TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>What another engine says of its instances, as the engine's own records; and its refusals, as exceptions of the client's contract.</summary>
internal static class RemoteWire
{
    public static Timestamp? Time(DateTimeOffset? time) => time is { } given ? ProtoMapper.ToProto(given) : null;

    public static OrchestrationMetadata? Read(Proto.GetInstanceResponse answer) => answer.Exists ? Read(answer.OrchestrationState) : null;

    public static OrchestrationMetadata Read(Proto.OrchestrationState x)
    {
        var status = ProtoMapper.FromProto(x.OrchestrationStatus);
        var isOver = status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
        var updatedAt = ProtoMapper.FromProto(x.LastUpdatedTimestamp, "lastUpdatedTimestamp");
        return new(
            x.InstanceId,
            x.Name,
            status,
            ProtoMapper.FromProto(x.CreatedTimestamp, "createdTimestamp"),
            updatedAt,
            x.Input,
            x.Output,
            x.CustomStatus,
            x.FailureDetails is { } failure ? ProtoMapper.FromProto(failure) : null)
        {
            Version = x.Version,
            ParentInstanceId = x.ParentInstanceId,
            ExecutionId = x.ExecutionId,
            ScheduledStartAt = x.ScheduledStartTimestamp is { } startAt ? ProtoMapper.FromProto(startAt) : null,
            CompletedAt = x.CompletedTimestamp is { } completedAt ? ProtoMapper.FromProto(completedAt) : isOver ? updatedAt : null,
            Tags = ProtoMapper.FromProto(x.Tags),
        };
    }

    public static Proto.InstanceQuery ToProto(OrchestrationQuery query) => new()
    {
        RuntimeStatus = { query.Statuses.Select(ProtoMapper.ToProto) },
        InstanceIdPrefix = query.InstanceIdPrefix,
        CreatedTimeFrom = Time(query.CreatedFrom),
        CreatedTimeTo = Time(query.CreatedBefore),
        MaxInstanceCount = query.PageSize,
        ContinuationToken = query.ContinuationToken,
        FetchInputsAndOutputs = query.FetchInputsAndOutputs,
    };

    public static bool Fits(OrchestrationQuery query, OrchestrationMetadata found)
        => (query.Name is null || query.Name.Equals(found.Name, StringComparison.OrdinalIgnoreCase))
            && !query.NotNames.Contains(found.Name, StringComparer.OrdinalIgnoreCase)
            && query.Tags.All(tag => found.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value)
            && (query.CompletedFrom is null || found.CompletedAt >= query.CompletedFrom)
            && (query.CompletedBefore is null || found.CompletedAt < query.CompletedBefore);

    /// <returns>False where it is a fault of the connection or the engine.</returns>
    public static bool IsRefusal(RpcException e) => e.StatusCode is StatusCode.NotFound or StatusCode.AlreadyExists
        or StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted or StatusCode.Cancelled;

    /// <returns>What the client's contract throws in its place.</returns>
    public static Exception Refusal(RpcException e, string instanceId, CancellationToken cancellation) => e.StatusCode switch
    {
        StatusCode.NotFound => new OrchestrationNotFoundException(instanceId),
        StatusCode.AlreadyExists => new OrchestrationAlreadyExistsException(instanceId),
        StatusCode.InvalidArgument => new ArgumentException(e.Status.Detail, nameof(instanceId), e),
        StatusCode.FailedPrecondition => new InvalidOperationException(e.Status.Detail, e),
        StatusCode.ResourceExhausted => new TaskHubBusyException(TimeSpan.Zero, e),
        StatusCode.Cancelled => new OperationCanceledException(e.Status.Detail, e, cancellation),
        _ => throw new UnreachableException($"{e.StatusCode} is no refusal."),
    };
}
