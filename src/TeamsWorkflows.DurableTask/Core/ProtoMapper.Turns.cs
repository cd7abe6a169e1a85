using System.Diagnostics;
using Case = TeamsWorkflows.DurableTask.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;
using Proto = TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Core;

/// <content>A turn's question and answer on the wire.</content>
internal static partial class ProtoMapper
{
    /// <summary>Writes an event as workers expect it: a start names its instance, too.</summary>
    public static Proto.HistoryEvent ToProto(HistoryEvent e, string instanceId)
    {
        var proto = ToProto(e);
        if (proto.ExecutionStarted?.OrchestrationInstance is { } instance)
        {
            instance.InstanceId = instanceId;
        }

        return proto;
    }

    /// <exception cref="InvalidDataException">An action is of a kind that this engine does not carry out: entities are unimplemented.</exception>
    public static OrchestratorResponse FromProto(Proto.OrchestratorResponse response) => new(
        response.InstanceId, [.. response.Actions.Select(FromProto)], response.CustomStatus)
    {
        EventsProcessed = response.NumEventsProcessed,
        Span = response.OrchestrationTraceContext is { SpanID: { } spanId, SpanStartTime: { } startedAt } ? new(spanId, FromProto(startedAt)) : null,
    };

    public static Proto.OrchestratorResponse ToProto(OrchestratorResponse response, string completionToken)
    {
        var proto = new Proto.OrchestratorResponse
        {
            InstanceId = response.InstanceId,
            CustomStatus = response.CustomStatus,
            CompletionToken = completionToken,
            NumEventsProcessed = response.EventsProcessed,
        };
        proto.Actions.Add(response.Actions.Select(ToProto));
        return proto;
    }

    public static OrchestratorRequest FromProto(Proto.OrchestratorRequest request)
        => new(request.InstanceId, [.. request.PastEvents.Select(FromProto)], [.. request.NewEvents.Select(FromProto)]);

    private static OrchestratorAction FromProto(Proto.OrchestratorAction a) => a.OrchestratorActionTypeCase switch
    {
        Case.ScheduleTask => new ScheduleTaskAction(a.ScheduleTask.Name, a.ScheduleTask.Input)
        {
            Id = a.Id,
            Version = a.ScheduleTask.Version,
            Tags = FromProto(a.ScheduleTask.Tags),
            ParentTraceContext = Optional(a.ScheduleTask.ParentTraceContext),
        },
        Case.CreateSubOrchestration => FromProto(a.CreateSubOrchestration, a.Id),
        Case.CreateTimer => new CreateTimerAction(FromProto(a.CreateTimer.FireAt, "fireAt")) { Id = a.Id },
        Case.SendEvent => new SendEventAction(a.SendEvent.Instance?.InstanceId ?? "", a.SendEvent.Name, a.SendEvent.Data) { Id = a.Id },
        Case.TerminateOrchestration => FromProto(a.TerminateOrchestration, a.Id),
        Case.CompleteOrchestration => FromProto(a.CompleteOrchestration, a.Id),
        Case.SendEntityMessage => throw new InvalidDataException("The orchestrator called an entity: entities are unimplemented."),
        Case.RewindOrchestration => throw new InvalidDataException("The worker rewrote a history: this task hub rewinds by itself."),
        _ => throw new InvalidDataException($"An action of a kind unknown to this release: {a.OrchestratorActionTypeCase}."),
    };

    private static CreateSubOrchestrationAction FromProto(Proto.CreateSubOrchestrationAction a, int id)
        => new(a.InstanceId, a.Name, a.Input)
        {
            Id = id,
            Version = a.Version,
            Tags = FromProto(a.Tags),
            ParentTraceContext = Optional(a.ParentTraceContext),
        };

    private static TerminateOrchestrationAction FromProto(Proto.TerminateOrchestrationAction a, int id)
        => new(a.InstanceId, a.Reason, a.Recurse) { Id = id };

    private static CompleteOrchestrationAction FromProto(Proto.CompleteOrchestrationAction a, int id) => new(
        FromProto(a.OrchestrationStatus),
        a.Result,
        a.FailureDetails is { } failure ? FromProto(failure)
            : a.OrchestrationStatus == Proto.OrchestrationStatus.Failed ? new("Unknown", a.Details ?? a.Result ?? "The worker did not say why.") : null,
        [.. a.CarryoverEvents.Select(FromProto)])
    {
        Id = id,
        NewVersion = a.NewVersion,
    };

    private static Proto.OrchestratorAction ToProto(OrchestratorAction action)
    {
        var proto = new Proto.OrchestratorAction { Id = action.Id };
        switch (action)
        {
            case ScheduleTaskAction a:
                proto.ScheduleTask = new() { Name = a.Name, Version = a.Version, Input = a.Input };
                Copy(a.Tags, proto.ScheduleTask.Tags);
                break;
            case CreateSubOrchestrationAction a:
                proto.CreateSubOrchestration = new() { InstanceId = a.InstanceId, Name = a.Name, Version = a.Version, Input = a.Input };
                Copy(a.Tags, proto.CreateSubOrchestration.Tags);
                break;
            case CreateTimerAction a: proto.CreateTimer = new() { FireAt = ToProto(a.FireAt) }; break;
            case SendEventAction a:
                proto.SendEvent = new() { Instance = new() { InstanceId = a.InstanceId }, Name = a.Name, Data = a.Input };
                break;
            case TerminateOrchestrationAction a:
                proto.TerminateOrchestration = new() { InstanceId = a.InstanceId, Reason = a.Reason, Recurse = a.Recurse };
                break;
            case CompleteOrchestrationAction a:
                proto.CompleteOrchestration = ToProto(a);
                break;
            default: throw new UnreachableException($"Unknown action {action.GetType().Name}.");
        }

        return proto;
    }

    private static Proto.CompleteOrchestrationAction ToProto(CompleteOrchestrationAction a)
    {
        var proto = new Proto.CompleteOrchestrationAction
        {
            OrchestrationStatus = ToProto(a.Status),
            Result = a.Result,
            NewVersion = a.NewVersion,
            FailureDetails = a.Failure is { } failure ? ToProto(failure) : null,
        };
        proto.CarryoverEvents.Add(a.CarryoverEvents.Select(ToProto));
        return proto;
    }
}
