using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Case = TeamsWorkflows.DurableTask.Protocol.HistoryEvent.EventTypeOneofCase;
using Proto = TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Core;

/// <content>The protocol's events to the engine's.</content>
internal static partial class ProtoMapper
{
    /// <exception cref="InvalidDataException">The event is of a kind that this release does not know.</exception>
    public static HistoryEvent FromProto(Proto.HistoryEvent e)
    {
        var at = FromProto(e.Timestamp);
        HistoryEvent read = e.EventTypeCase switch
        {
            Case.OrchestratorStarted => new OrchestratorStartedEvent { Timestamp = at },
            Case.OrchestratorCompleted => new OrchestratorCompletedEvent { Timestamp = at },
            Case.ExecutionStarted => FromProto(e.ExecutionStarted, at),
            Case.ExecutionCompleted => FromProto(e.ExecutionCompleted, at),
            Case.ExecutionTerminated => new ExecutionTerminatedEvent(e.ExecutionTerminated.Input, e.ExecutionTerminated.Recurse)
            {
                Timestamp = at,
            },
            Case.ExecutionSuspended => new ExecutionSuspendedEvent(e.ExecutionSuspended.Input) { Timestamp = at },
            Case.ExecutionResumed => new ExecutionResumedEvent(e.ExecutionResumed.Input) { Timestamp = at },
            Case.ExecutionRewound => FromProto(e.ExecutionRewound, at),
            Case.TaskScheduled => FromProto(e.TaskScheduled, at),
            Case.TaskCompleted => new TaskCompletedEvent(e.TaskCompleted.TaskScheduledId, e.TaskCompleted.Result)
            {
                Timestamp = at,
            },
            Case.TaskFailed => new TaskFailedEvent(e.TaskFailed.TaskScheduledId, FromProto(e.TaskFailed.FailureDetails))
            {
                Timestamp = at,
            },
            Case.SubOrchestrationInstanceCreated => FromProto(e.SubOrchestrationInstanceCreated, at),
            Case.SubOrchestrationInstanceCompleted => FromProto(e.SubOrchestrationInstanceCompleted, at),
            Case.SubOrchestrationInstanceFailed => FromProto(e.SubOrchestrationInstanceFailed, at),
            Case.TimerCreated => new TimerCreatedEvent(FromProto(e.TimerCreated.FireAt, "fireAt")) { Timestamp = at },
            Case.TimerFired => new TimerFiredEvent(e.TimerFired.TimerId, FromProto(e.TimerFired.FireAt, "fireAt")) { Timestamp = at },
            Case.EventSent => new EventSentEvent(e.EventSent.InstanceId, e.EventSent.Name, e.EventSent.Input) { Timestamp = at },
            Case.EventRaised => new EventRaisedEvent(e.EventRaised.Name, e.EventRaised.Input) { Timestamp = at },
            Case.GenericEvent => new GenericEvent(e.GenericEvent.Data) { Timestamp = at },
            _ => throw new InvalidDataException(IsOfEntity(e.EventTypeCase)
                ? $"History holds {e.EventTypeCase}: entities are unimplemented."
                : $"History holds an event of a kind unknown to this release: {e.EventTypeCase}."),
        };
        return e.EventId == -1 ? read : read with { EventId = e.EventId };
    }

    private static bool IsOfEntity(Case kind) => kind is Case.EntityOperationSignaled or Case.EntityOperationCalled
        or Case.EntityOperationCompleted or Case.EntityOperationFailed or Case.EntityLockRequested
        or Case.EntityLockGranted or Case.EntityUnlockSent;

    private static ExecutionStartedEvent FromProto(Proto.ExecutionStartedEvent x, DateTimeOffset at)
        => new(x.Name, x.Input, x.OrchestrationInstance?.ExecutionId ?? "")
        {
            Timestamp = at,
            Version = x.Version,
            Parent = x.ParentInstance is { } parent ? FromProto(parent) : null,
            ScheduledStartAt = x.ScheduledStartTimestamp is { } startAt ? FromProto(startAt) : null,
            Tags = FromProto(x.Tags),
            ParentTraceContext = x.ParentTraceContext is { } trace ? FromProto(trace) : null,
            SpanId = x.OrchestrationSpanID,
        };

    private static ExecutionCompletedEvent FromProto(Proto.ExecutionCompletedEvent x, DateTimeOffset at)
        => new(FromProto(x.OrchestrationStatus), x.Result, x.FailureDetails is { } failure ? FromProto(failure) : null)
        {
            Timestamp = at,
        };

    private static ExecutionRewoundEvent FromProto(Proto.ExecutionRewoundEvent x, DateTimeOffset at)
        => new(x.Reason, x.ParentInstance is not { } parent ? null : new ExecutionStartedEvent(x.Name ?? "", x.Input, ExecutionId: "")
        {
            Timestamp = at,
            Version = x.Version,
            Parent = FromProto(parent),
            Tags = FromProto(x.Tags),
            ParentTraceContext = x.ParentTraceContext is { } trace ? FromProto(trace) : null,
        })
        {
            Timestamp = at,
        };

    private static TaskScheduledEvent FromProto(Proto.TaskScheduledEvent x, DateTimeOffset at)
        => new(x.Name, x.Input)
        {
            Timestamp = at,
            Version = x.Version,
            Tags = FromProto(x.Tags),
            ParentTraceContext = Optional(x.ParentTraceContext),
        };

    private static SubOrchestrationInstanceCreatedEvent FromProto(Proto.SubOrchestrationInstanceCreatedEvent x, DateTimeOffset at)
        => new(x.InstanceId, x.Name, x.Input)
        {
            Timestamp = at,
            Version = x.Version,
            Tags = FromProto(x.Tags),
            ParentTraceContext = Optional(x.ParentTraceContext),
        };

    private static SubOrchestrationInstanceCompletedEvent FromProto(
        Proto.SubOrchestrationInstanceCompletedEvent x, DateTimeOffset at)
        => new(x.TaskScheduledId, x.Result) { Timestamp = at };

    private static SubOrchestrationInstanceFailedEvent FromProto(Proto.SubOrchestrationInstanceFailedEvent x, DateTimeOffset at)
        => new(x.TaskScheduledId, FromProto(x.FailureDetails)) { Timestamp = at };

    private static ParentTask FromProto(Proto.ParentInstanceInfo parent) => new(
        (parent.OrchestrationInstance ?? throw Missing("orchestrationInstance of its parent")).InstanceId,
        parent.OrchestrationInstance.ExecutionId ?? "",
        parent.TaskScheduledId,
        parent.Name,
        parent.Version);

    private static TraceContext? Optional(Proto.TraceContext? trace)
        => trace is { TraceParent.Length: > 0 } ? FromProto(trace) : null;

    internal static TraceContext FromProto(Proto.TraceContext trace) => new(trace.TraceParent, trace.TraceState);

    internal static TaskFailureDetails FromProto(Proto.TaskFailureDetails? x) => x is null ? throw Missing("failureDetails") : new(
        x.ErrorType,
        x.ErrorMessage,
        x.StackTrace,
        x.InnerFailure is { } inner ? FromProto(inner) : null,
        x.IsNonRetriable)
    {
        Properties = x.Properties.Count == 0
            ? ValueMap<object?>.Empty
            : new(x.Properties.Select(static p => KeyValuePair.Create(p.Key, FromProto(p.Value)))),
    };

    private static object? FromProto(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.BoolValue => value.BoolValue,
        Value.KindOneofCase.NumberValue => value.NumberValue,
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.StructValue => new NestedValue(value.StructValue.ToString()),
        Value.KindOneofCase.ListValue => new NestedValue(value.ListValue.ToString()),
        _ => null,
    };

    internal static ValueMap<string> FromProto(MapField<string, string> map)
        => map.Count == 0 ? ValueMap<string>.Empty : new(map);

    internal static DateTimeOffset FromProto(Timestamp? time, string field = "timestamp")
        => time is null ? throw Missing(field) : DateTimeOffset.UnixEpoch.AddTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanos / TimeSpan.NanosecondsPerTick));

    private static InvalidDataException Missing(string field) => new($"The event has no {field}.");

    internal static OrchestrationRuntimeStatus FromProto(Proto.OrchestrationStatus status) => status switch
    {
        Proto.OrchestrationStatus.Pending => OrchestrationRuntimeStatus.Pending,
        Proto.OrchestrationStatus.Running => OrchestrationRuntimeStatus.Running,
        Proto.OrchestrationStatus.Completed => OrchestrationRuntimeStatus.Completed,
        Proto.OrchestrationStatus.Failed => OrchestrationRuntimeStatus.Failed,
        Proto.OrchestrationStatus.Terminated or Proto.OrchestrationStatus.Canceled => OrchestrationRuntimeStatus.Terminated,
        Proto.OrchestrationStatus.ContinuedAsNew => OrchestrationRuntimeStatus.ContinuedAsNew,
        Proto.OrchestrationStatus.Suspended => OrchestrationRuntimeStatus.Suspended,
        _ => throw new InvalidDataException($"History holds a status unknown to this release: {status}."),
    };
}
