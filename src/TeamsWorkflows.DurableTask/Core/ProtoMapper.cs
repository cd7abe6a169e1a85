using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Proto = TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>The engine's events to the protocol's; the other direction is in <c>ProtoMapper.Read.cs</c>.</summary>
internal static partial class ProtoMapper
{
    public static Proto.HistoryEvent ToProto(HistoryEvent e)
    {
        var proto = new Proto.HistoryEvent { EventId = e.EventId, Timestamp = ToProto(e.Timestamp) };
        IMessage _ = e switch
        {
            OrchestratorStartedEvent => proto.OrchestratorStarted = new(),
            OrchestratorCompletedEvent => proto.OrchestratorCompleted = new(),
            ExecutionStartedEvent x => proto.ExecutionStarted = ToProto(x),
            ExecutionCompletedEvent x => proto.ExecutionCompleted = ToProto(x),
            ExecutionTerminatedEvent x => proto.ExecutionTerminated = new() { Input = x.Reason, Recurse = x.Recurse },
            ExecutionSuspendedEvent x => proto.ExecutionSuspended = new() { Input = x.Reason },
            ExecutionResumedEvent x => proto.ExecutionResumed = new() { Input = x.Reason },
            ExecutionRewoundEvent x => proto.ExecutionRewound = ToProto(x),
            TaskScheduledEvent x => proto.TaskScheduled = ToProto(x),
            TaskCompletedEvent x => proto.TaskCompleted = new() { TaskScheduledId = x.TaskScheduledId, Result = x.Result },
            TaskFailedEvent x => proto.TaskFailed = ToProto(x),
            SubOrchestrationInstanceCreatedEvent x => proto.SubOrchestrationInstanceCreated = ToProto(x),
            SubOrchestrationInstanceCompletedEvent x => proto.SubOrchestrationInstanceCompleted = ToProto(x),
            SubOrchestrationInstanceFailedEvent x => proto.SubOrchestrationInstanceFailed = ToProto(x),
            TimerCreatedEvent x => proto.TimerCreated = new() { FireAt = ToProto(x.FireAt) },
            TimerFiredEvent x => proto.TimerFired = new() { TimerId = x.TimerId, FireAt = ToProto(x.FireAt) },
            EventSentEvent x => proto.EventSent = new() { InstanceId = x.InstanceId, Name = x.Name, Input = x.Input },
            EventRaisedEvent x => proto.EventRaised = new() { Name = x.Name, Input = x.Input },
            GenericEvent x => proto.GenericEvent = new() { Data = x.Data },
            _ => throw new UnreachableException($"Unknown event {e.GetType().Name}."),
        };
        return proto;
    }

    private static Proto.ExecutionStartedEvent ToProto(ExecutionStartedEvent x)
    {
        var proto = new Proto.ExecutionStartedEvent
        {
            Name = x.Name,
            Version = x.Version,
            Input = x.Input,
            OrchestrationInstance = new() { ExecutionId = x.ExecutionId },
            ParentInstance = x.Parent is { } parent ? ToProto(parent) : null,
            ScheduledStartTimestamp = x.ScheduledStartAt is { } startAt ? ToProto(startAt) : null,
            ParentTraceContext = x.ParentTraceContext is { } trace ? ToProto(trace) : null,
            OrchestrationSpanID = x.SpanId,
        };
        Copy(x.Tags, proto.Tags);
        return proto;
    }

    private static Proto.ExecutionCompletedEvent ToProto(ExecutionCompletedEvent x) => new()
    {
        OrchestrationStatus = ToProto(x.Status),
        Result = x.Result,
        FailureDetails = x.Failure is { } failure ? ToProto(failure) : null,
    };

    private static Proto.ExecutionRewoundEvent ToProto(ExecutionRewoundEvent x)
    {
        var proto = new Proto.ExecutionRewoundEvent { Reason = x.Reason };
        if (x.Revival is { } start)
        {
            proto.ParentExecutionId = start.Parent?.ExecutionId;
            proto.Name = start.Name;
            proto.Version = start.Version;
            proto.Input = start.Input;
            proto.ParentInstance = start.Parent is { } parent ? ToProto(parent) : null;
            proto.ParentTraceContext = start.ParentTraceContext is { } trace ? ToProto(trace) : null;
            Copy(start.Tags, proto.Tags);
        }

        return proto;
    }

    private static Proto.TaskScheduledEvent ToProto(TaskScheduledEvent x)
    {
        var proto = new Proto.TaskScheduledEvent
        {
            Name = x.Name,
            Version = x.Version,
            Input = x.Input,
            ParentTraceContext = x.ParentTraceContext is { } trace ? ToProto(trace) : null,
        };
        Copy(x.Tags, proto.Tags);
        return proto;
    }

    private static Proto.SubOrchestrationInstanceCreatedEvent ToProto(SubOrchestrationInstanceCreatedEvent x)
    {
        var proto = new Proto.SubOrchestrationInstanceCreatedEvent
        {
            InstanceId = x.InstanceId,
            Name = x.Name,
            Version = x.Version,
            Input = x.Input,
            ParentTraceContext = x.ParentTraceContext is { } trace ? ToProto(trace) : null,
        };
        Copy(x.Tags, proto.Tags);
        return proto;
    }

    private static Proto.TaskFailedEvent ToProto(TaskFailedEvent x)
        => new() { TaskScheduledId = x.TaskScheduledId, FailureDetails = ToProto(x.Failure) };

    private static Proto.SubOrchestrationInstanceCompletedEvent ToProto(SubOrchestrationInstanceCompletedEvent x)
        => new() { TaskScheduledId = x.TaskScheduledId, Result = x.Result };

    private static Proto.SubOrchestrationInstanceFailedEvent ToProto(SubOrchestrationInstanceFailedEvent x)
        => new() { TaskScheduledId = x.TaskScheduledId, FailureDetails = ToProto(x.Failure) };

    private static Proto.ParentInstanceInfo ToProto(ParentTask parent) => new()
    {
        TaskScheduledId = parent.TaskScheduledId,
        Name = parent.Name,
        Version = parent.Version,
        OrchestrationInstance = new() { InstanceId = parent.InstanceId, ExecutionId = parent.ExecutionId },
    };

    internal static Proto.TraceContext ToProto(TraceContext trace)
        => new() { TraceParent = trace.TraceParent, TraceState = trace.TraceState };

    internal static Proto.TaskFailureDetails ToProto(TaskFailureDetails failure)
    {
        var proto = new Proto.TaskFailureDetails
        {
            ErrorType = failure.ErrorType,
            ErrorMessage = failure.ErrorMessage,
            StackTrace = failure.StackTrace,
            InnerFailure = failure.InnerFailure is { } inner ? ToProto(inner) : null,
            IsNonRetriable = failure.IsNonRetriable,
        };
        foreach (var (name, value) in failure.Properties)
        {
            proto.Properties.Add(name, ToProto(value));
        }

        return proto;
    }

    private static Value ToProto(object? value) => value switch
    {
        null => Value.ForNull(),
        bool x => Value.ForBool(x),
        string x => Value.ForString(x),
        NestedValue x => Value.Parser.ParseJson(x.Json),
        IConvertible x and not char and not DateTime when x.ToDouble(CultureInfo.InvariantCulture) is var number && double.IsFinite(number)
            => Value.ForNumber(number),
        IConvertible x => Value.ForString(x.ToString(CultureInfo.InvariantCulture)), // JSON has no number for infinity
        _ => Value.ForString(value.ToString()),
    };

    internal static void Copy(ValueMap<string> from, MapField<string, string> to)
    {
        if (from.Count > 0) // the enumerator of an empty map is an allocation all the same
        {
            to.Add(from.ToDictionary(StringComparer.Ordinal));
        }
    }

    internal static Timestamp ToProto(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond); // nanos count forward, before 1970 too
        }

        return new Timestamp { Seconds = seconds, Nanos = (int)(rest * TimeSpan.NanosecondsPerTick) };
    }

    internal static Proto.OrchestrationStatus ToProto(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => Proto.OrchestrationStatus.Pending,
        OrchestrationRuntimeStatus.Running => Proto.OrchestrationStatus.Running,
        OrchestrationRuntimeStatus.Completed => Proto.OrchestrationStatus.Completed,
        OrchestrationRuntimeStatus.Failed => Proto.OrchestrationStatus.Failed,
        OrchestrationRuntimeStatus.Terminated => Proto.OrchestrationStatus.Terminated,
        OrchestrationRuntimeStatus.ContinuedAsNew => Proto.OrchestrationStatus.ContinuedAsNew,
        OrchestrationRuntimeStatus.Suspended => Proto.OrchestrationStatus.Suspended,
        _ => throw new UnreachableException($"Unknown status {status}."),
    };
}
