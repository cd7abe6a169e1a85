using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>One orchestrator's coroutine and what it waits for. Feed it events; it answers with decisions.</summary>
/// <remarks>
/// May live for one call (<see cref="OrchestrationExecutor"/>) or for the whole instance: a turn then costs its own
/// events and not its history. Losing it loses nothing: <see cref="Rebuild"/> makes it again.
/// This half plays events; the other half (<c>OrchestrationReplay.Context.cs</c>) is what the orchestrator's code calls.
/// </remarks>
internal sealed partial class OrchestrationReplay(DurableTaskRegistry registry, ILoggerFactory loggers, string instanceId)
    : TaskOrchestrationContext
{
    private readonly OrchestratorLoop _loop = new();
    private readonly Dictionary<int, OrchestratorAction> _undecided = []; // decided by the code, not yet in history
    private readonly Dictionary<int, OpenTask> _open = [];
    private readonly ExternalEvents _externalEvents = new();
    private Task<string?>? _run;
    private ExecutionTerminatedEvent? _terminated;
    private NonDeterministicOrchestrationException? _mismatch;
    private int _nextId;

    public ExecutionStartedEvent? Started { get; private set; }

    /// <summary>Gets the number of activities whose result is still to come.</summary>
    public int OpenActivityCount { get; private set; }

    /// <summary>Gets the activities whose result is still to come, in the order they were scheduled.</summary>
    public IEnumerable<ScheduleTaskAction> OpenActivities
        => _open.Values.Select(o => o.Action).OfType<ScheduleTaskAction>().OrderBy(a => a.Id);

    /// <summary>Gets the time at which the earliest open timer is due.</summary>
    public DateTimeOffset? NextTimer
        => _open.Count == OpenActivityCount ? null : OpenTimers.Select(t => (DateTimeOffset?)t.FireAt).Min();

    public IEnumerable<CreateTimerAction> OpenTimers => _open.Values.Select(o => o.Action).OfType<CreateTimerAction>();

    private bool IsWaitingForSomethingDurable => _run is null || _open.Count > 0 || _externalEvents.HasWaiters;

    public bool IsOpen(int id) => _open.ContainsKey(id);

    /// <summary>Plays history, whose decisions are made already.</summary>
    public void Rebuild(IEnumerable<HistoryEvent> past)
    {
        _isReplaying = true;
        using var scope = _loop.Enter();
        foreach (var historyEvent in past)
        {
            Play(historyEvent);
        }
    }

    /// <summary>Plays one turn.</summary>
    /// <returns>What the code decided, each decision once.</returns>
    public OrchestratorResponse Run(IReadOnlyList<HistoryEvent> fresh)
    {
        _isReplaying = false;
        using var scope = _loop.Enter();
        for (var i = 0; i < fresh.Count; i++)
        {
            Play(fresh[i]);
        }

        if (Completion() is { } completion)
        {
            _undecided[completion.Id] = completion;
        }

        var decisions = _undecided.Values.ToArray();
        Array.Sort(decisions, static (a, b) => a.Id.CompareTo(b.Id));
        _undecided.Clear();
        return new OrchestratorResponse(instanceId, decisions, _customStatus);
    }

    private void Play(HistoryEvent historyEvent)
    {
        if (_mismatch is null && _terminated is null)
        {
            Apply(historyEvent);
            _loop.RunToIdle();
        }
    }

    private void Apply(HistoryEvent historyEvent)
    {
        switch (historyEvent)
        {
            case OrchestratorStartedEvent e: _now = e.Timestamp; break;
            case ExecutionStartedEvent e: Start(e); break;
            case TaskScheduledEvent e: Confirm<ScheduleTaskAction>(e, a => a.Name == e.Name, e.Name); break;
            case TimerCreatedEvent e: Confirm<CreateTimerAction>(e, static _ => true, "timer"); break;
            case SubOrchestrationInstanceCreatedEvent e:
                Confirm<CreateSubOrchestrationAction>(e, a => a.Name == e.Name, e.Name);
                break;
            case EventSentEvent e: Confirm<SendEventAction>(e, a => a.Name == e.Name, e.Name); break;
            case TaskCompletedEvent e: Close(e.TaskScheduledId)?.TrySetResult(e.Result); break;
            case SubOrchestrationInstanceCompletedEvent e: Close(e.TaskScheduledId)?.TrySetResult(e.Result); break;
            case TimerFiredEvent e: Close(e.TimerId)?.TrySetResult(null); break;
            case TaskFailedEvent e: Fail(e.TaskScheduledId, e.Failure); break;
            case SubOrchestrationInstanceFailedEvent e: Fail(e.TaskScheduledId, e.Failure); break;
            case EventRaisedEvent e: _externalEvents.Raise(e); break;
            case ExecutionTerminatedEvent e: _terminated = e; break;
            case ExecutionCompletedEvent: break;
            default: throw new UnreachableException($"Unknown event {historyEvent.GetType().Name}.");
        }
    }

    private void Start(ExecutionStartedEvent e)
    {
        Started = e;
        _run = registry.FindOrchestrator(e.Name) is { } orchestrator
            ? orchestrator(this, e.Input)
            : Task.FromException<string?>(new ActivityFailureException(
                EngineErrors.OrchestratorNotRegistered, $"No orchestrator named '{e.Name}' is registered.", isNonRetriable: true));
    }

    // History says what was decided; the code must have just decided the same.
    private void Confirm<TAction>(HistoryEvent e, Func<TAction, bool> matches, string what)
        where TAction : OrchestratorAction
    {
        if (_undecided.Remove(e.EventId, out var action) && action is TAction typed && matches(typed))
        {
            return;
        }

        var found = action is null ? "nothing" : action.ToString();
        _mismatch = new NonDeterministicOrchestrationException(
            $"History has {e.GetType().Name} '{what}' at #{e.EventId}, but the code decided {found} there.");
    }

    // Plain completion sources on purpose: with RunContinuationsAsynchronously, Task.WhenAny and friends would continue
    // on the thread pool. Completing one here continues the orchestrator inline, on the loop's thread.
    private Task<string?> Open(TaskName name, Func<int, OrchestratorAction> decide)
    {
        var action = Decide(decide);
        var open = new OpenTask(name, action, new TaskCompletionSource<string?>());
        _open.Add(action.Id, open);
        OpenActivityCount += action is ScheduleTaskAction ? 1 : 0;
        return open.Completion.Task;
    }

    private OrchestratorAction Decide(Func<int, OrchestratorAction> decide)
    {
        AssertOnLoop();
        var action = decide(_nextId);
        _nextId++;
        _undecided.Add(action.Id, action);
        return action;
    }

    // Null for a duplicate delivery: at-least-once messaging makes those ordinary.
    private TaskCompletionSource<string?>? Close(int id) => Remove(id)?.Completion;

    private void Fail(int id, TaskFailureDetails failure)
    {
        if (Remove(id) is { } open)
        {
            open.Completion.TrySetException(new TaskFailedException(open.Name, id, failure));
        }
    }

    private OpenTask? Remove(int id)
    {
        if (!_open.Remove(id, out var open))
        {
            return null;
        }

        OpenActivityCount -= open.Action is ScheduleTaskAction ? 1 : 0;
        return open;
    }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "Read only after IsCompleted.")]
    private CompleteOrchestrationAction? Completion()
    {
        if (_mismatch is not null)
        {
            _undecided.Clear();
            return Complete(OrchestrationRuntimeStatus.Failed, failure: TaskFailureDetails.FromException(_mismatch));
        }

        if (_terminated is not null)
        {
            _undecided.Clear();
            return Complete(OrchestrationRuntimeStatus.Terminated, result: _terminated.Reason);
        }

        if (_run is not { IsCompleted: true })
        {
            return IsWaitingForSomethingDurable ? null : Complete(
                OrchestrationRuntimeStatus.Failed,
                failure: TaskFailureDetails.FromException(new NonDeterministicOrchestrationException(
                    "The orchestrator awaits a task that is not durable.")));
        }

        if (!_run.IsCompletedSuccessfully)
        {
            var error = _run.Exception?.InnerException ?? new TaskCanceledException(_run);
            return Complete(OrchestrationRuntimeStatus.Failed, failure: TaskFailureDetails.FromException(error));
        }

        return _continueAsNew is { } next
            ? Complete(OrchestrationRuntimeStatus.ContinuedAsNew, ToJson(next.Input), carryover: next.PreserveEvents
                ? _externalEvents.Unprocessed : [])
            : Complete(OrchestrationRuntimeStatus.Completed, _run.Result);
    }

    private CompleteOrchestrationAction Complete(
        OrchestrationRuntimeStatus status,
        string? result = null,
        TaskFailureDetails? failure = null,
        IReadOnlyList<HistoryEvent>? carryover = null)
        => new(status, result, failure, carryover ?? []) { Id = _nextId };

    private sealed record OpenTask(TaskName Name, OrchestratorAction Action, TaskCompletionSource<string?> Completion);
}
