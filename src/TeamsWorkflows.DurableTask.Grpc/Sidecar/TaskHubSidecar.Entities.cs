using Grpc.Core;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <content>Entities, which this engine does not have.</content>
internal sealed partial class TaskHubSidecar
{
    public override Task<SignalEntityResponse> SignalEntity(SignalEntityRequest request, ServerCallContext context)
        => throw Unimplemented();

    public override Task<GetEntityResponse> GetEntity(GetEntityRequest request, ServerCallContext context) => throw Unimplemented();

    public override Task<QueryEntitiesResponse> QueryEntities(QueryEntitiesRequest request, ServerCallContext context)
        => throw Unimplemented();

    public override Task<CleanEntityStorageResponse> CleanEntityStorage(CleanEntityStorageRequest request, ServerCallContext context)
        => throw Unimplemented();

    public override Task<CompleteTaskResponse> CompleteEntityTask(EntityBatchResult request, ServerCallContext context)
        => throw Unimplemented();

    public override Task<AbandonEntityTaskResponse> AbandonTaskEntityWorkItem(AbandonEntityTaskRequest request, ServerCallContext context)
        => throw Unimplemented();

    private static RpcException Unimplemented() => Refused(StatusCode.Unimplemented, "Entities are not implemented in this task hub.");
}
