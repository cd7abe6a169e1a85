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
            Case.ExecutionStarted => FromProto(e.ExecutionStarted, at),
            Case.ExecutionCompleted => FromProto(e.ExecutionCompleted, at),
            Case.ExecutionTerminated => new ExecutionTerminatedEvent(e.ExecutionTerminated.Input) { Timestamp = at },
            Case.TaskScheduled => new TaskScheduledEvent(e.TaskScheduled.Name, e.TaskScheduled.Input) { Timestamp = at },
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
            Case.TimerCreated => new TimerCreatedEvent(FromProto(e.TimerCreated.FireAt)) { Timestamp = at },
            Case.TimerFired => new TimerFiredEvent(e.TimerFired.TimerId, FromProto(e.TimerFired.FireAt)) { Timestamp = at },
            Case.EventSent => new EventSentEvent(e.EventSent.InstanceId, e.EventSent.Name, e.EventSent.Input) { Timestamp = at },
            Case.EventRaised => new EventRaisedEvent(e.EventRaised.Name, e.EventRaised.Input) { Timestamp = at },
            _ => throw new InvalidDataException($"History holds an event of a kind unknown to this release: {e.EventTypeCase}."),
        };
        return e.EventId == -1 ? read : read with { EventId = e.EventId };
    }

    private static ExecutionStartedEvent FromProto(Proto.ExecutionStartedEvent x, DateTimeOffset at) => new(
        x.Name,
        x.Input,
        x.OrchestrationInstance?.ExecutionId ?? "",
        x.ParentInstance is not { } parent ? null : new(
            parent.OrchestrationInstance.InstanceId, parent.OrchestrationInstance.ExecutionId ?? "", parent.TaskScheduledId),
        x.ScheduledStartTimestamp is { } startAt ? FromProto(startAt) : null)
    {
        Timestamp = at,
    };

    private static ExecutionCompletedEvent FromProto(Proto.ExecutionCompletedEvent x, DateTimeOffset at)
        => new(FromProto(x.OrchestrationStatus), x.Result, x.FailureDetails is { } failure ? FromProto(failure) : null)
        {
            Timestamp = at,
        };

    private static SubOrchestrationInstanceCreatedEvent FromProto(Proto.SubOrchestrationInstanceCreatedEvent x, DateTimeOffset at)
        => new(x.InstanceId, x.Name, x.Input) { Timestamp = at };

    private static SubOrchestrationInstanceCompletedEvent FromProto(
        Proto.SubOrchestrationInstanceCompletedEvent x, DateTimeOffset at)
        => new(x.TaskScheduledId, x.Result) { Timestamp = at };

    private static SubOrchestrationInstanceFailedEvent FromProto(Proto.SubOrchestrationInstanceFailedEvent x, DateTimeOffset at)
        => new(x.TaskScheduledId, FromProto(x.FailureDetails)) { Timestamp = at };

    private static TaskFailureDetails FromProto(Proto.TaskFailureDetails x) => new(
        x.ErrorType,
        x.ErrorMessage,
        x.StackTrace,
        x.InnerFailure is { } inner ? FromProto(inner) : null,
        x.IsNonRetriable);

    private static DateTimeOffset FromProto(Timestamp time)
        => DateTimeOffset.UnixEpoch.AddTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanos / TimeSpan.NanosecondsPerTick));

    private static OrchestrationRuntimeStatus FromProto(Proto.OrchestrationStatus status) => status switch
    {
        Proto.OrchestrationStatus.Pending => OrchestrationRuntimeStatus.Pending,
        Proto.OrchestrationStatus.Running => OrchestrationRuntimeStatus.Running,
        Proto.OrchestrationStatus.Completed => OrchestrationRuntimeStatus.Completed,
        Proto.OrchestrationStatus.Failed => OrchestrationRuntimeStatus.Failed,
        Proto.OrchestrationStatus.Terminated => OrchestrationRuntimeStatus.Terminated,
        Proto.OrchestrationStatus.ContinuedAsNew => OrchestrationRuntimeStatus.ContinuedAsNew,
        _ => throw new InvalidDataException($"History holds a status unknown to this release: {status}."),
    };
}
