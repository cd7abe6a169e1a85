using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Proto = TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>The engine's events to the protocol's; the other direction is in <c>ProtoMapper.Read.cs</c>.</summary>
internal static partial class ProtoMapper
{
    public static Proto.HistoryEvent ToProto(HistoryEvent e)
    {
        var proto = new Proto.HistoryEvent { EventId = e.EventId, Timestamp = ToProto(e.Timestamp) };
        switch (e)
        {
            case OrchestratorStartedEvent: proto.OrchestratorStarted = new(); break;
            case ExecutionStartedEvent x: proto.ExecutionStarted = ToProto(x); break;
            case ExecutionCompletedEvent x: proto.ExecutionCompleted = ToProto(x); break;
            case ExecutionTerminatedEvent x: proto.ExecutionTerminated = new() { Input = x.Reason }; break;
            case TaskScheduledEvent x: proto.TaskScheduled = new() { Name = x.Name, Input = x.Input }; break;
            case TaskCompletedEvent x:
                proto.TaskCompleted = new() { TaskScheduledId = x.TaskScheduledId, Result = x.Result };
                break;
            case TaskFailedEvent x:
                proto.TaskFailed = new() { TaskScheduledId = x.TaskScheduledId, FailureDetails = ToProto(x.Failure) };
                break;
            case SubOrchestrationInstanceCreatedEvent x:
                proto.SubOrchestrationInstanceCreated = new() { InstanceId = x.InstanceId, Name = x.Name, Input = x.Input };
                break;
            case SubOrchestrationInstanceCompletedEvent x:
                proto.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = x.TaskScheduledId, Result = x.Result };
                break;
            case SubOrchestrationInstanceFailedEvent x:
                proto.SubOrchestrationInstanceFailed = new()
                {
                    TaskScheduledId = x.TaskScheduledId,
                    FailureDetails = ToProto(x.Failure),
                };
                break;
            case TimerCreatedEvent x: proto.TimerCreated = new() { FireAt = ToProto(x.FireAt) }; break;
            case TimerFiredEvent x: proto.TimerFired = new() { TimerId = x.TimerId, FireAt = ToProto(x.FireAt) }; break;
            case EventSentEvent x:
                proto.EventSent = new() { InstanceId = x.InstanceId, Name = x.Name, Input = x.Input };
                break;
            case EventRaisedEvent x: proto.EventRaised = new() { Name = x.Name, Input = x.Input }; break;
            default: throw new UnreachableException($"Unknown event {e.GetType().Name}.");
        }

        return proto;
    }

    private static Proto.ExecutionStartedEvent ToProto(ExecutionStartedEvent x) => new()
    {
        Name = x.Name,
        Input = x.Input,
        OrchestrationInstance = new() { ExecutionId = x.ExecutionId },
        ParentInstance = x.Parent is not { } parent ? null : new()
        {
            TaskScheduledId = parent.TaskScheduledId,
            OrchestrationInstance = new() { InstanceId = parent.InstanceId, ExecutionId = parent.ExecutionId },
        },
        ScheduledStartTimestamp = x.ScheduledStartAt is { } startAt ? ToProto(startAt) : null,
    };

    private static Proto.ExecutionCompletedEvent ToProto(ExecutionCompletedEvent x) => new()
    {
        OrchestrationStatus = ToProto(x.Status),
        Result = x.Result,
        FailureDetails = x.Failure is { } failure ? ToProto(failure) : null,
    };

    private static Proto.TaskFailureDetails ToProto(TaskFailureDetails failure) => new()
    {
        ErrorType = failure.ErrorType,
        ErrorMessage = failure.ErrorMessage,
        StackTrace = failure.StackTrace,
        InnerFailure = failure.InnerFailure is { } inner ? ToProto(inner) : null,
        IsNonRetriable = failure.IsNonRetriable,
    };

    private static Timestamp ToProto(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond); // nanos count forward, before 1970 too
        }

        return new Timestamp { Seconds = seconds, Nanos = (int)(rest * TimeSpan.NanosecondsPerTick) };
    }

    private static Proto.OrchestrationStatus ToProto(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => Proto.OrchestrationStatus.Pending,
        OrchestrationRuntimeStatus.Running => Proto.OrchestrationStatus.Running,
        OrchestrationRuntimeStatus.Completed => Proto.OrchestrationStatus.Completed,
        OrchestrationRuntimeStatus.Failed => Proto.OrchestrationStatus.Failed,
        OrchestrationRuntimeStatus.Terminated => Proto.OrchestrationStatus.Terminated,
        OrchestrationRuntimeStatus.ContinuedAsNew => Proto.OrchestrationStatus.ContinuedAsNew,
        _ => throw new UnreachableException($"Unknown status {status}."),
    };
}
