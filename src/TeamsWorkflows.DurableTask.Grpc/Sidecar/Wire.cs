using System.Diagnostics;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Worker;
using Proto = TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>The engine's records as the protocol's messages.</summary>
internal static class Wire
{
    public static Proto.GetInstanceResponse Found(OrchestrationMetadata metadata, bool withPayloads)
        => new() { Exists = true, OrchestrationState = ToState(metadata, withPayloads) };

    public static Proto.OrchestrationState ToState(OrchestrationMetadata x, bool withPayloads)
    {
        var state = new Proto.OrchestrationState
        {
            InstanceId = x.InstanceId,
            Name = x.Name,
            Version = x.Version,
            OrchestrationStatus = ProtoMapper.ToProto(x.Status),
            ScheduledStartTimestamp = x.ScheduledStartAt is { } startAt ? ProtoMapper.ToProto(startAt) : null,
            CreatedTimestamp = ProtoMapper.ToProto(x.CreatedAt),
            LastUpdatedTimestamp = ProtoMapper.ToProto(x.LastUpdatedAt),
            CompletedTimestamp = x.CompletedAt is { } completedAt ? ProtoMapper.ToProto(completedAt) : null,
            Input = withPayloads ? x.Input : null,
            Output = withPayloads ? x.Output : null,
            CustomStatus = withPayloads ? x.CustomStatus : null,
            FailureDetails = withPayloads && x.Failure is { } failure ? ProtoMapper.ToProto(failure) : null,
            ExecutionId = x.ExecutionId,
            ParentInstanceId = x.ParentInstanceId,
        };
        ProtoMapper.Copy(x.Tags, state.Tags);
        return state;
    }

    /// <param name="streamFromBytes">From which size on the history is left out, for the worker to stream; null: it cannot.</param>
    /// <returns>Null: nobody waits for it any more.</returns>
    public static Proto.WorkItem? ToItem(Handout handout, int? streamFromBytes) => handout.Work switch
    {
        { Turn: { } item } => item.Read() is { } turn ? ToTurn(item, turn, handout.Token, streamFromBytes) : null,
        { Activity: { } activity } => ToActivity(activity, handout.Token),
        _ => throw new UnreachableException("Work is a turn or an activity."),
    };

    private static Proto.WorkItem ToTurn(OrchestratorWorkItem item, OrchestratorTurn turn, string token, int? streamFromBytes)
    {
        var request = new Proto.OrchestratorRequest { InstanceId = item.InstanceId, ExecutionId = item.ExecutionId };
        request.PastEvents.Add(turn.Past.Select(e => ProtoMapper.ToProto(e, item.InstanceId)));
        if (request.CalculateSize() >= streamFromBytes)
        {
            request.PastEvents.Clear();
            request.RequiresHistoryStreaming = true;
        }

        if (item.Span is { } span)
        {
            request.OrchestrationTraceContext = new() { SpanID = span.SpanId, SpanStartTime = ProtoMapper.ToProto(span.StartedAt) };
        }

        request.NewEvents.Add(turn.New.Select(e => ProtoMapper.ToProto(e, item.InstanceId)));
        return new Proto.WorkItem { OrchestratorRequest = request, CompletionToken = token };
    }

    private static Proto.WorkItem ToActivity(ActivityWorkItem activity, string token)
    {
        var (instanceId, executionId, scheduled, trace) = activity;
        var request = new Proto.ActivityRequest
        {
            Name = scheduled.Name,
            Version = scheduled.Version,
            Input = scheduled.Input,
            OrchestrationInstance = new() { InstanceId = instanceId, ExecutionId = executionId },
            TaskId = scheduled.EventId,
            ParentTraceContext = trace is null ? null : ProtoMapper.ToProto(trace),
        };
        ProtoMapper.Copy(scheduled.Tags, request.Tags);
        return new Proto.WorkItem { ActivityRequest = request, CompletionToken = token };
    }
}
