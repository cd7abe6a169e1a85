using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Protocol;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>The Durable Task protocol's service over our hubs; whose hub, the metadata <c>taskhub</c> says.</summary>
/// <remarks>
/// This half is for clients, <c>TaskHubSidecar.Workers.cs</c> for workers. An order for an instance that is not there, or has
/// ended, is no error: in Durable Task it is a message that nobody reads.
/// </remarks>
internal sealed partial class TaskHubSidecar(SidecarHubs hubs, SidecarOptions options, ILogger<TaskHubSidecar> logger)
    : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private const int DefaultPageSize = 100;

    public override async Task<Empty> Hello(Empty request, ServerCallContext context)
    {
        await HubAsync(context);
        return new Empty();
    }

    public override async Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        var instanceId = request.InstanceId.Length > 0 ? request.InstanceId : hub.NewGuid().ToString("N");
        var started = new Core.ExecutionStartedEvent(
            request.Name, request.Input, string.IsNullOrEmpty(request.ExecutionId) ? hub.NewGuid().ToString("N") : request.ExecutionId)
        {
            Timestamp = hub.Time.GetUtcNow(),
            Version = request.Version,
            ScheduledStartAt = request.ScheduledStartTimestamp is { } startAt && ProtoMapper.FromProto(startAt) is var at && at > hub.Time.GetUtcNow()
                ? at : null,
            Tags = ProtoMapper.FromProto(request.Tags),
            ParentTraceContext = request.ParentTraceContext is { TraceParent.Length: > 0 } trace ? ProtoMapper.FromProto(trace) : null,
        };
        Demand(hub.Limits.CheckInstanceId(instanceId) ?? hub.Limits.CheckName(started.Name) ?? hub.Limits.CheckVersion(started.Version)
            ?? hub.Limits.CheckTags(started.Tags) ?? hub.Limits.CheckPayload("The input", started.Input));
        var replaceable = await ReplaceableAsync(hub, instanceId, request.OrchestrationIdReusePolicy, context.CancellationToken);
        var outcome = await AnswerAsync(hub.Worker.DeliverAsync(instanceId, started, replaceable: replaceable), context);
        return outcome == DeliveryOutcome.Accepted ? new CreateInstanceResponse { InstanceId = instanceId } : throw Refused(
            StatusCode.AlreadyExists, $"An orchestration instance with the identifier '{instanceId}' already exists.");
    }

    public override async Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context)
        => await (await HubAsync(context)).Client.GetInstanceAsync(request.InstanceId, context.CancellationToken) is { } found
            ? Wire.Found(found, request.GetInputsAndOutputs)
            : new GetInstanceResponse { Exists = false };

    public override async Task<GetInstanceResponse> WaitForInstanceStart(GetInstanceRequest request, ServerCallContext context)
        => await WaitAsync(request, forStart: true, context);

    public override async Task<GetInstanceResponse> WaitForInstanceCompletion(GetInstanceRequest request, ServerCallContext context)
        => await WaitAsync(request, forStart: false, context);

    public override async Task<RaiseEventResponse> RaiseEvent(RaiseEventRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        Demand(hub.Limits.CheckName(request.Name) ?? hub.Limits.CheckPayload("The event", request.Input));
        await TellAsync(hub, request.InstanceId, new Core.EventRaisedEvent(request.Name, request.Input) { Timestamp = hub.Time.GetUtcNow() }, context);
        return new RaiseEventResponse();
    }

    public override async Task<TerminateResponse> TerminateInstance(TerminateRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        Demand(hub.Limits.CheckPayload("The output", request.Output));
        await TellAsync(hub, request.InstanceId, new Core.ExecutionTerminatedEvent(request.Output, request.Recursive) { Timestamp = hub.Time.GetUtcNow() }, context);
        return new TerminateResponse();
    }

    public override async Task<SuspendResponse> SuspendInstance(SuspendRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        Demand(hub.Limits.CheckPayload("The reason", request.Reason));
        await TellAsync(hub, request.InstanceId, new Core.ExecutionSuspendedEvent(request.Reason) { Timestamp = hub.Time.GetUtcNow() }, context);
        return new SuspendResponse();
    }

    public override async Task<ResumeResponse> ResumeInstance(ResumeRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        Demand(hub.Limits.CheckPayload("The reason", request.Reason));
        await TellAsync(hub, request.InstanceId, new Core.ExecutionResumedEvent(request.Reason) { Timestamp = hub.Time.GetUtcNow() }, context);
        return new ResumeResponse();
    }

    public override async Task<RewindInstanceResponse> RewindInstance(RewindInstanceRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        await hub.Client.RewindInstanceAsync(request.InstanceId, request.Reason, context.CancellationToken);
        return new RewindInstanceResponse();
    }

    public override async Task<RestartInstanceResponse> RestartInstance(RestartInstanceRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        return new RestartInstanceResponse
        {
            InstanceId = await hub.Client.RestartAsync(request.InstanceId, request.RestartWithNewInstanceId, context.CancellationToken),
        };
    }

    public override async Task<QueryInstancesResponse> QueryInstances(QueryInstancesRequest request, ServerCallContext context)
    {
        var (hub, asked) = (await HubAsync(context), request.Query ?? new InstanceQuery());
        OrchestrationQuery query = new(
            [.. asked.RuntimeStatus.Select(ProtoMapper.FromProto)],
            asked.InstanceIdPrefix,
            Time(asked.CreatedTimeFrom),
            Time(asked.CreatedTimeTo),
            PageSize(asked.MaxInstanceCount),
            string.IsNullOrEmpty(asked.ContinuationToken) ? null : asked.ContinuationToken)
        {
            FetchInputsAndOutputs = asked.FetchInputsAndOutputs,
        };
        while (true)
        {
            var page = await hub.Client.GetAllInstancesAsync(query, context.CancellationToken);
            var response = new QueryInstancesResponse { ContinuationToken = page.ContinuationToken };
            response.OrchestrationState.Add(page.Instances.Select(i => Wire.ToState(i, asked.FetchInputsAndOutputs)));
            if (response.OrchestrationState.Count <= 1 || response.CalculateSize() <= UsualMessageBytes)
            {
                return response;
            }

            query = query with { PageSize = response.OrchestrationState.Count / 2 }; // payloads that fill more than one message
        }
    }

    public override async Task<ListInstanceIdsResponse> ListInstanceIds(ListInstanceIdsRequest request, ServerCallContext context)
    {
        var page = await (await HubAsync(context)).Client.GetAllInstancesAsync(
            new OrchestrationQuery(
                [.. request.RuntimeStatus.Select(ProtoMapper.FromProto)],
                PageSize: PageSize(request.PageSize),
                ContinuationToken: string.IsNullOrEmpty(request.LastInstanceKey) ? null : request.LastInstanceKey)
            {
                CompletedFrom = Time(request.CompletedTimeFrom),
                CompletedBefore = Time(request.CompletedTimeTo),
            },
            context.CancellationToken);
        var response = new ListInstanceIdsResponse { LastInstanceKey = page.ContinuationToken };
        response.InstanceIds.Add(page.Instances.Select(static i => i.InstanceId));
        return response;
    }

    public override async Task<PurgeInstancesResponse> PurgeInstances(PurgeInstancesRequest request, ServerCallContext context)
    {
        var (client, cancellation) = ((await HubAsync(context)).Client, context.CancellationToken);
        var result = request.RequestCase switch
        {
            PurgeInstancesRequest.RequestOneofCase.InstanceId => await client.PurgeInstanceAsync(request.InstanceId, request.Recursive, cancellation),
            PurgeInstancesRequest.RequestOneofCase.InstanceBatch
                => await client.PurgeInstancesAsync(request.InstanceBatch.InstanceIds, request.Recursive, cancellation),
            PurgeInstancesRequest.RequestOneofCase.PurgeInstanceFilter
                => await client.PurgeAllInstancesAsync(ToFilter(request.PurgeInstanceFilter), request.Recursive, cancellation),
            _ => throw Refused(StatusCode.InvalidArgument, "The request does not say what to purge."),
        };
        return new PurgeInstancesResponse { DeletedInstanceCount = result.PurgedInstanceCount, IsComplete = result.IsComplete };
    }

    public override async Task<SkipGracefulOrchestrationTerminationsResponse> SkipGracefulOrchestrationTerminations(
        SkipGracefulOrchestrationTerminationsRequest request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        var response = new SkipGracefulOrchestrationTerminationsResponse();
        foreach (var instanceId in request.InstanceBatch?.InstanceIds ?? [])
        {
            if (!await hub.Client.TerminateInstanceAsync(instanceId, request.Reason, cancellation: context.CancellationToken))
            {
                response.UnterminatedInstanceIds.Add(instanceId);
            }
        }

        return response;
    }

    public override async Task<CreateTaskHubResponse> CreateTaskHub(CreateTaskHubRequest request, ServerCallContext context)
    {
        await hubs.CreateAsync(HubName(context), request.RecreateIfExists);
        return new CreateTaskHubResponse();
    }

    public override async Task<DeleteTaskHubResponse> DeleteTaskHub(DeleteTaskHubRequest request, ServerCallContext context)
    {
        await hubs.DeleteAsync(HubName(context));
        return new DeleteTaskHubResponse();
    }

    private static PurgeInstancesFilter ToFilter(PurgeInstanceFilter filter) => new(
        Time(filter.CreatedTimeFrom),
        Time(filter.CreatedTimeTo),
        [.. filter.RuntimeStatus.Select(ProtoMapper.FromProto)],
        filter.Timeout?.ToTimeSpan());

    // An instance that has not ended can only be replaced by way of a termination, so a policy has to allow that, too.
    private static async Task<OrchestrationRuntimeStatus[]> ReplaceableAsync(
        SidecarHub hub, string instanceId, OrchestrationIdReusePolicy? policy, CancellationToken cancellation)
    {
        // No instance is ever "canceled" here, and it must not be read as "terminated".
        OrchestrationRuntimeStatus[] statuses =
        [
            .. policy?.ReplaceableStatus.Where(static s => s != OrchestrationStatus.Canceled).Select(ProtoMapper.FromProto) ?? [],
        ];
        return statuses.Any(IsOpen) && !statuses.Contains(OrchestrationRuntimeStatus.Terminated)
            && await hub.Client.GetInstanceAsync(instanceId, cancellation) is { } taken && IsOpen(taken.Status)
                ? throw Refused(StatusCode.InvalidArgument, "Invalid reusable statuses: cannot exclude 'Terminated' while also allowing reuse of running instances")
                : statuses;
    }

    private static bool IsOpen(OrchestrationRuntimeStatus status) => status
        is OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Suspended;

    private static int PageSize(int asked) => asked <= 0 ? DefaultPageSize : Math.Min(asked, OrchestrationQuery.MaxPageSize);

    private static DateTimeOffset? Time(Timestamp? time) => time is null ? null : ProtoMapper.FromProto(time);

    private static async Task TellAsync(SidecarHub hub, string instanceId, Core.HistoryEvent order, ServerCallContext context)
    {
        Demand(hub.Limits.CheckInstanceId(instanceId));
        await AnswerAsync(hub.Worker.DeliverAsync(instanceId, order), context);
    }

    private static Task<DeliveryOutcome> AnswerAsync(Task<DeliveryOutcome> answer, ServerCallContext context)
        => answer.WaitAsync(context.CancellationToken);

    private static void Demand(string? problem)
    {
        if (problem is not null)
        {
            throw Refused(StatusCode.InvalidArgument, problem);
        }
    }

    private static RpcException Refused(StatusCode code, string message) => new(new Status(code, message));

    private static string? HubName(ServerCallContext context) => context.RequestHeaders.GetValue("taskhub");

    private Task<SidecarHub> HubAsync(ServerCallContext context) => hubs.GetAsync(HubName(context));

    private async Task<GetInstanceResponse> WaitAsync(GetInstanceRequest request, bool forStart, ServerCallContext context)
    {
        var (client, cancellation) = ((await HubAsync(context)).Client, context.CancellationToken);
        return Wire.Found(
            forStart
                ? await client.WaitForInstanceStartAsync(request.InstanceId, cancellation)
                : await client.WaitForInstanceCompletionAsync(request.InstanceId, cancellation),
            request.GetInputsAndOutputs);
    }
}
