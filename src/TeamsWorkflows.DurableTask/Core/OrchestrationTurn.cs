using System.Diagnostics;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>An event on its way to another instance.</summary>
/// <param name="ExecutionId">The generation that may take it; null: any.</param>
/// <param name="ParentExecutionId">Whose child the instance must be to take it; null: anybody's.</param>
internal sealed record OutboundMessage(
    string InstanceId, HistoryEvent Event, string? ExecutionId = null, string? ParentExecutionId = null)
{
    /// <summary>Tells the parent how its sub-orchestration ended.</summary>
    public static OutboundMessage ToParent(ParentTask parent, ExecutionCompletedEvent end, DateTimeOffset now)
        => new(
            parent.InstanceId,
            end.Status == OrchestrationRuntimeStatus.Completed
                ? new SubOrchestrationInstanceCompletedEvent(parent.TaskScheduledId, end.Result) { Timestamp = now }
                : new SubOrchestrationInstanceFailedEvent(
                    parent.TaskScheduledId,
                    end.Failure ?? new(EngineErrors.OrchestrationTerminated, end.Result ?? "The sub-orchestration was terminated."))
                {
                    Timestamp = now,
                },
            parent.ExecutionId);

    /// <summary>Asks a failed sub-orchestration to go on from where it failed, or to begin should it be gone.</summary>
    public static OutboundMessage ToRewind(
        SubOrchestrationInstanceCreatedEvent child, ExecutionStartedEvent parent, string parentId, string? reason, DateTimeOffset now)
        => new(child.InstanceId, new ExecutionRewoundEvent(reason, new ExecutionStartedEvent(child.Name, child.Input, ExecutionId: "")
        {
            Timestamp = now,
            Version = child.Version,
            Tags = child.Tags,
            Parent = new ParentTask(parentId, parent.ExecutionId, child.EventId, parent.Name, parent.Version),
            ParentTraceContext = Tracing.ContextOf(parent),
        })
        {
            Timestamp = now,
        });
}

/// <summary>What one turn changes, before it is bytes.</summary>
/// <param name="Decided">What the turn adds to the history after the events it read.</param>
/// <param name="End">How the instance ended, if it did.</param>
/// <param name="Restart">Set by continue-as-new: the next generation's first events.</param>
internal sealed record TurnDecision(
    IReadOnlyList<HistoryEvent> Decided,
    IReadOnlyList<TaskScheduledEvent> Activities,
    IReadOnlyList<OutboundMessage> Messages,
    string? CustomStatus,
    ExecutionCompletedEvent? End,
    IReadOnlyList<HistoryEvent>? Restart = null);

/// <summary>Turns an orchestrator's decisions into history and work to do. Pure: clock and identifiers are arguments.</summary>
internal sealed class OrchestrationTurn(ExecutionState state, Func<string> newExecutionId, DateTimeOffset now)
{
    private readonly List<HistoryEvent> _decided = [];
    private List<OutboundMessage>? _messages;
    private List<TaskScheduledEvent>? _activities;
    private ExecutionCompletedEvent? _end;
    private IReadOnlyList<HistoryEvent>? _restart;

    private ExecutionStartedEvent Started => state.Started ?? throw new UnreachableException("Only what has started decides.");

    /// <param name="state">The execution with everything that the turn read.</param>
    /// <param name="terminated">The termination that the turn read, if it did.</param>
    /// <param name="newExecutionId">Names the executions that the turn begins: sub-orchestrations, the next generation.</param>
    public static TurnDecision Apply(
        ExecutionState state,
        ExecutionTerminatedEvent? terminated,
        OrchestratorResponse response,
        Func<string> newExecutionId,
        DateTimeOffset now)
    {
        var turn = new OrchestrationTurn(state, newExecutionId, now);
        foreach (var action in response.Actions)
        {
            turn.Apply(action, response.InstanceId, terminated);
        }

        return new(turn._decided, turn._activities ?? [], turn._messages ?? [], response.CustomStatus, turn._end, turn._restart);
    }

    private void Apply(OrchestratorAction action, string instanceId, ExecutionTerminatedEvent? terminated)
    {
        switch (action)
        {
            case ScheduleTaskAction a: Schedule(a); break;
            case CreateTimerAction a: _decided.Add(new TimerCreatedEvent(a.FireAt) { EventId = a.Id, Timestamp = now }); break;
            case CreateSubOrchestrationAction a: Start(a, instanceId); break;
            case SendEventAction a:
                _decided.Add(new EventSentEvent(a.InstanceId, a.Name, a.Input) { EventId = a.Id, Timestamp = now });
                Send(new(a.InstanceId, new EventRaisedEvent(a.Name, a.Input) { Timestamp = now }));
                break;
            case TerminateOrchestrationAction a:
                Send(new(a.InstanceId, new ExecutionTerminatedEvent(a.Reason, a.Recurse) { Timestamp = now }));
                break;
            case CompleteOrchestrationAction { Status: OrchestrationRuntimeStatus.ContinuedAsNew } a: ContinueAsNew(a); break;
            case CompleteOrchestrationAction a: Complete(a, terminated); break;
            default: throw new UnreachableException($"Unknown action {action.GetType().Name}.");
        }
    }

    private void Schedule(ScheduleTaskAction a)
    {
        var scheduled = new TaskScheduledEvent(a.Name, a.Input)
        {
            EventId = a.Id,
            Timestamp = now,
            Version = a.Version,
            Tags = a.Tags,
            ParentTraceContext = a.ParentTraceContext,
        };
        _decided.Add(scheduled);
        (_activities ??= []).Add(scheduled);
    }

    private void Start(CreateSubOrchestrationAction a, string instanceId)
    {
        _decided.Add(new SubOrchestrationInstanceCreatedEvent(a.InstanceId, a.Name, a.Input)
        {
            EventId = a.Id,
            Timestamp = now,
            Version = a.Version,
            Tags = a.Tags,
            ParentTraceContext = a.ParentTraceContext,
        });
        Send(new(a.InstanceId, new ExecutionStartedEvent(a.Name, a.Input, newExecutionId())
        {
            Timestamp = now,
            Version = a.Version,
            Tags = a.IsFireAndForget ? new(a.Tags.Where(static t => t.Key != CreateSubOrchestrationAction.FireAndForgetTag)) : a.Tags,
            Parent = a.IsFireAndForget ? null : ParentOf(a.Id, instanceId),
            ParentTraceContext = a.ParentTraceContext ?? Tracing.ContextOf(Started),
        }));
    }

    private void ContinueAsNew(CompleteOrchestrationAction a) => _restart =
    [
        new OrchestratorStartedEvent { Timestamp = now },
        new ExecutionStartedEvent(Started.Name, a.Result, newExecutionId())
        {
            Timestamp = now,
            Version = a.NewVersion ?? Started.Version,
            Tags = Started.Tags,
            Parent = Started.Parent,
            ParentTraceContext = Started.ParentTraceContext,
        },
        .. a.CarryoverEvents,
    ];

    private void Complete(CompleteOrchestrationAction a, ExecutionTerminatedEvent? terminated)
    {
        _end = new ExecutionCompletedEvent(a.Status, a.Result, a.Failure) { EventId = a.Id, Timestamp = now };
        _decided.Add(_end);
        if (Started.Parent is { } parent)
        {
            Send(OutboundMessage.ToParent(parent, _end, now));
        }

        if (terminated is { Recurse: true })
        {
            foreach (var child in state.OpenSubOrchestrations)
            {
                Send(new(
                    child.InstanceId,
                    new ExecutionTerminatedEvent(terminated.Reason, Recurse: true) { Timestamp = now },
                    ParentExecutionId: Started.ExecutionId));
            }
        }
    }

    private ParentTask ParentOf(int taskId, string instanceId)
        => new(instanceId, Started.ExecutionId, taskId, Started.Name, Started.Version);

    private void Send(OutboundMessage message) => (_messages ??= []).Add(message);
}
