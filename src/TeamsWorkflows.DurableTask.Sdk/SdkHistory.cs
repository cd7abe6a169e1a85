using TeamsWorkflows.DurableTask.Core;
using Framework = DurableTask.Core.History;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>The history that the official client reads, in our words, so that the same tools show it.</summary>
internal static class SdkHistory
{
    public static HistoryEvent From(Framework.HistoryEvent e) => Read(e) with { EventId = e.EventId };

    private static HistoryEvent Read(Framework.HistoryEvent e)
    {
        var at = Utc(e.Timestamp);
        return e switch
        {
            Framework.OrchestratorStartedEvent => new OrchestratorStartedEvent { Timestamp = at },
            Framework.OrchestratorCompletedEvent => new OrchestratorCompletedEvent { Timestamp = at },
            Framework.ExecutionStartedEvent x => Started(x, at),
            Framework.ExecutionCompletedEvent x => new ExecutionCompletedEvent(
                Enum.Parse<OrchestrationRuntimeStatus>(x.OrchestrationStatus.ToString()), x.Result, Failure(x.FailureDetails))
            {
                Timestamp = at,
            },
            Framework.ExecutionTerminatedEvent x => new ExecutionTerminatedEvent(x.Input) { Timestamp = at },
            Framework.ExecutionSuspendedEvent x => new ExecutionSuspendedEvent(x.Reason) { Timestamp = at },
            Framework.ExecutionResumedEvent x => new ExecutionResumedEvent(x.Reason) { Timestamp = at },
            Framework.ExecutionRewoundEvent x => new ExecutionRewoundEvent(x.Reason) { Timestamp = at },
            Framework.TaskScheduledEvent x => new TaskScheduledEvent(x.Name ?? "", x.Input) { Timestamp = at, Version = x.Version, Tags = Tags(x.Tags) },
            Framework.TaskCompletedEvent x => new TaskCompletedEvent(x.TaskScheduledId, x.Result) { Timestamp = at },
            Framework.TaskFailedEvent x => new TaskFailedEvent(
                x.TaskScheduledId, Failure(x.FailureDetails) ?? new(nameof(TaskFailedEvent), x.Reason ?? ""))
            {
                Timestamp = at,
            },
            Framework.SubOrchestrationInstanceCreatedEvent x => new SubOrchestrationInstanceCreatedEvent(x.InstanceId, x.Name ?? "", x.Input)
            {
                Timestamp = at,
                Version = x.Version,
            },
            Framework.SubOrchestrationInstanceCompletedEvent x => new SubOrchestrationInstanceCompletedEvent(x.TaskScheduledId, x.Result) { Timestamp = at },
            Framework.SubOrchestrationInstanceFailedEvent x => new SubOrchestrationInstanceFailedEvent(
                x.TaskScheduledId, Failure(x.FailureDetails) ?? new(nameof(SubOrchestrationInstanceFailedEvent), x.Reason ?? ""))
            {
                Timestamp = at,
            },
            Framework.TimerCreatedEvent x => new TimerCreatedEvent(Utc(x.FireAt)) { Timestamp = at },
            Framework.TimerFiredEvent x => new TimerFiredEvent(x.TimerId, Utc(x.FireAt)) { Timestamp = at },
            Framework.EventSentEvent x => new EventSentEvent(x.InstanceId ?? "", x.Name ?? "", x.Input) { Timestamp = at },
            Framework.EventRaisedEvent x => new EventRaisedEvent(x.Name ?? "", x.Input) { Timestamp = at },
            Framework.GenericEvent x => new GenericEvent(x.Data) { Timestamp = at },
            _ => new GenericEvent(e.EventType.ToString()) { Timestamp = at }, // of entities, which our workflows do not use
        };
    }

    private static ExecutionStartedEvent Started(Framework.ExecutionStartedEvent x, DateTimeOffset at)
        => new(x.Name ?? "", x.Input, x.OrchestrationInstance?.ExecutionId ?? "")
        {
            Timestamp = at,
            Version = x.Version,
            Parent = x.ParentInstance is { } parent
                ? new(parent.OrchestrationInstance.InstanceId, parent.OrchestrationInstance.ExecutionId ?? "", parent.TaskScheduleId, parent.Name, parent.Version)
                : null,
            ScheduledStartAt = x.ScheduledStartTime is { } start ? Utc(start) : null,
            Tags = Tags(x.Tags),
            ParentTraceContext = x.ParentTraceContext?.TraceParent is { } trace ? new(trace, x.ParentTraceContext.TraceState) : null,
        };

    private static TaskFailureDetails? Failure(global::DurableTask.Core.FailureDetails? details)
        => details is null ? null : SdkFailures.From(Details(details));

    private static Microsoft.DurableTask.TaskFailureDetails Details(global::DurableTask.Core.FailureDetails details) => new(
        details.ErrorType,
        details.ErrorMessage,
        details.StackTrace,
        details.InnerFailure is { } inner ? Details(inner) : null,
        details.Properties);

    private static ValueMap<string> Tags(IDictionary<string, string>? tags) => tags is null ? ValueMap<string>.Empty : new(tags);

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
