using System.Diagnostics;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>An event on its way to another instance.</summary>
/// <param name="ExecutionId">The generation that may take it; null: any.</param>
public sealed record OutboundMessage(string InstanceId, HistoryEvent Event, string? ExecutionId = null)
{
    /// <summary>Tells the parent how its sub-orchestration ended.</summary>
    internal static OutboundMessage ToParent(
        ParentTask parent, OrchestrationRuntimeStatus status, string? result, TaskFailureDetails? failure, DateTimeOffset now)
        => new(
            parent.InstanceId,
            status == OrchestrationRuntimeStatus.Completed
                ? new SubOrchestrationInstanceCompletedEvent(parent.TaskScheduledId, result) { Timestamp = now }
                : new SubOrchestrationInstanceFailedEvent(
                    parent.TaskScheduledId,
                    failure ?? new(EngineErrors.OrchestrationTerminated, result ?? "The sub-orchestration was terminated."))
                {
                    Timestamp = now,
                },
            parent.ExecutionId);
}

/// <summary>What one turn changes, before it is bytes.</summary>
/// <param name="History">What the turn read and decided; one row of history.</param>
/// <param name="End">How the instance ended, if it did.</param>
/// <param name="Restart">Set by continue-as-new: the next generation's first events.</param>
public sealed record TurnDecision(
    IReadOnlyList<HistoryEvent> History,
    IReadOnlyList<TaskScheduledEvent> Activities,
    IReadOnlyList<OutboundMessage> Messages,
    string? CustomStatus,
    ExecutionCompletedEvent? End,
    IReadOnlyList<HistoryEvent>? Restart = null);

/// <summary>Turns an orchestrator's decisions into history and work to do. Pure: clock and identifiers are arguments.</summary>
public static class OrchestrationTurn
{
    /// <param name="started">How the execution began.</param>
    /// <param name="newExecutionId">Names the executions that the turn begins: sub-orchestrations, the next generation.</param>
    public static TurnDecision Apply(
        ExecutionStartedEvent? started,
        IReadOnlyList<HistoryEvent> newEvents,
        OrchestratorResponse response,
        Func<string> newExecutionId,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(newExecutionId);

        List<HistoryEvent> history = [.. newEvents];
        List<OutboundMessage>? messages = null;
        List<TaskScheduledEvent>? activities = null;
        ExecutionCompletedEvent? end = null;
        IReadOnlyList<HistoryEvent>? restart = null;

        foreach (var action in response.Actions)
        {
            switch (action)
            {
                case ScheduleTaskAction a:
                    var scheduled = new TaskScheduledEvent(a.Name, a.Input) { EventId = a.Id, Timestamp = now };
                    history.Add(scheduled);
                    (activities ??= []).Add(scheduled);
                    break;

                case CreateTimerAction a:
                    history.Add(new TimerCreatedEvent(a.FireAt) { EventId = a.Id, Timestamp = now });
                    break;

                case SendEventAction a:
                    history.Add(new EventSentEvent(a.InstanceId, a.Name, a.Input) { EventId = a.Id, Timestamp = now });
                    (messages ??= []).Add(new(a.InstanceId, new EventRaisedEvent(a.Name, a.Input) { Timestamp = now }));
                    break;

                case CreateSubOrchestrationAction a:
                    history.Add(new SubOrchestrationInstanceCreatedEvent(a.InstanceId, a.Name, a.Input)
                    {
                        EventId = a.Id,
                        Timestamp = now,
                    });
                    var parent = new ParentTask(response.InstanceId, started!.ExecutionId, a.Id);
                    var child = new ExecutionStartedEvent(a.Name, a.Input, newExecutionId(), parent) { Timestamp = now };
                    (messages ??= []).Add(new(a.InstanceId, child));
                    break;

                case CompleteOrchestrationAction { Status: OrchestrationRuntimeStatus.ContinuedAsNew } a:
                    restart = NextGeneration(started!, a, newExecutionId(), now);
                    break;

                case CompleteOrchestrationAction a:
                    end = new ExecutionCompletedEvent(a.Status, a.Result, a.Failure) { EventId = a.Id, Timestamp = now };
                    history.Add(end);
                    if (started?.Parent is { } waiting)
                    {
                        (messages ??= []).Add(OutboundMessage.ToParent(waiting, a.Status, a.Result, a.Failure, now));
                    }

                    break;

                default:
                    throw new UnreachableException($"Unknown action {action.GetType().Name}.");
            }
        }

        return new(history, activities ?? [], messages ?? [], response.CustomStatus, end, restart);
    }

    private static IReadOnlyList<HistoryEvent> NextGeneration(
        ExecutionStartedEvent started, CompleteOrchestrationAction action, string executionId, DateTimeOffset now) =>
    [
        new OrchestratorStartedEvent { Timestamp = now },
        new ExecutionStartedEvent(started.Name, action.Result, executionId, started.Parent) { Timestamp = now },
        .. action.CarryoverEvents,
    ];
}
