using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests.Simulation.Model;

/// <summary>How tasks end, and who is told.</summary>
internal static class Outcomes
{
    /// <returns>The task whose outcome an event is; null: it is none.</returns>
    public static int? TaskOf(HistoryEvent e) => e switch
    {
        TaskCompletedEvent x => x.TaskScheduledId,
        TaskFailedEvent x => x.TaskScheduledId,
        SubOrchestrationInstanceCompletedEvent x => x.TaskScheduledId,
        SubOrchestrationInstanceFailedEvent x => x.TaskScheduledId,
        TimerFiredEvent x => x.TimerId,
        _ => null,
    };

    public static bool IsFailure(HistoryEvent e) => e is TaskFailedEvent or SubOrchestrationInstanceFailedEvent;

    /// <returns>What of a history still waits for its outcome.</returns>
    public static IEnumerable<HistoryEvent> Open(IReadOnlyList<HistoryEvent> history)
    {
        var ended = history.Select(TaskOf).ToHashSet();
        return history.Where(e => !ended.Contains(e.EventId) && (e is TaskScheduledEvent or TimerCreatedEvent
            || (e is SubOrchestrationInstanceCreatedEvent sub && !sub.Tags.ContainsKey("FireAndForget"))));
    }

    /// <summary>A task has one outcome, the first: another one can come of an activity, or a child, that was asked again after a rewind.</summary>
    public static IReadOnlyList<HistoryEvent> WithoutRepetitions(IReadOnlyList<HistoryEvent> events, IReadOnlyList<HistoryEvent> past)
    {
        var open = Open(past).Select(static e => e.EventId).ToHashSet();
        return [.. events.Where(e => TaskOf(e) is not { } task || open.Remove(task))];
    }

    public static OutboundMessage ToParent(ParentTask parent, ExecutionCompletedEvent end, DateTimeOffset now)
    {
        HistoryEvent told = end.Status switch
        {
            OrchestrationRuntimeStatus.Completed => new SubOrchestrationInstanceCompletedEvent(parent.TaskScheduledId, end.Result) { Timestamp = now },
            OrchestrationRuntimeStatus.Failed => new SubOrchestrationInstanceFailedEvent(parent.TaskScheduledId, end.Failure!) { Timestamp = now },
            _ => new SubOrchestrationInstanceFailedEvent(parent.TaskScheduledId, new("OrchestrationTerminated", "")) { Timestamp = now },
        };
        return new(parent.InstanceId, told, parent.ExecutionId);
    }

    /// <summary>Takes away what two right answers may differ in: texts for people, and identifiers made up in an output.</summary>
    public static HistoryEvent Normal(HistoryEvent e) => e switch
    {
        ExecutionCompletedEvent x => x with { Result = Normal(x.Result), Failure = Normal(x.Failure) },
        SubOrchestrationInstanceCompletedEvent x => x with { Result = Normal(x.Result) },
        SubOrchestrationInstanceFailedEvent x => x with { Failure = Normal(x.Failure)! },
        TaskFailedEvent x => x with { Failure = Normal(x.Failure)! },
        _ => e,
    };

    private static string? Normal(string? output)
        => output is ['"', _, _, _, _, ',', ..] ? output[(ProgramOrchestrator.IdentifierLength + 1)..] : output;

    private static TaskFailureDetails? Normal(TaskFailureDetails? failure)
        => failure is null ? null : new(failure.ErrorType, "", IsNonRetriable: failure.IsNonRetriable);
}
