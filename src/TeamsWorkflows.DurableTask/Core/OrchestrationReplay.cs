using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>One orchestrator's coroutine and what it waits for. Feed it events; it answers with decisions.</summary>
/// <remarks>
/// May live for one call (<see cref="OrchestrationExecutor"/>) or for the whole instance: a turn then costs its own
/// events and not its history. Losing it loses nothing: <see cref="Rebuild"/> makes it again.
/// This half plays events; the other half (<c>OrchestrationReplay.Context.cs</c>) is what the orchestrator's code calls.
/// </remarks>
/// <param name="customStatus">What clients see until the code sets something else.</param>
/// <param name="strayed">Called, on any thread, when the code goes on outside its turns: the next turn says why it failed.</param>
internal sealed partial class OrchestrationReplay(
    OrchestratorCode code, string instanceId, string? customStatus = null, Action? strayed = null)
    : TaskOrchestrationContext
{
    private readonly OrchestratorLoop _loop = new(strayed);
    private readonly Dictionary<int, OrchestratorAction> _undecided = []; // decided by the code, not yet in history
    private readonly Dictionary<int, OpenTask> _open = [];
    private readonly ExternalEvents _externalEvents = new();
    private List<int>? _cancelledTimers;
    private Queue<HistoryEvent>? _suspended; // what arrived since the suspension; null: not suspended
    private Task<string?>? _run;
    private ExecutionTerminatedEvent? _terminated;
    private TaskFailureDetails? _refusal; // why the code was not even started
    private NonDeterministicOrchestrationException? _mismatch;
    private int _nextId;

    public ExecutionStartedEvent? Started { get; private set; }

    /// <summary>Gets a value indicating whether history and code have been found to disagree.</summary>
    public bool HasMismatch => _mismatch is not null;

    /// <summary>Gets a value indicating whether the code went on outside its turns: the next turn fails it.</summary>
    public bool HasStrayed => _loop.HasStrayed;

    private bool IsWaitingForSomethingDurable => _run is null || _open.Count > 0 || _externalEvents.HasWaiters;

    /// <summary>Plays history, whose decisions are made already.</summary>
    /// <param name="isRewinding">Whether the code may have decided more than history says: its turns come again.</param>
    public void Rebuild(IEnumerable<HistoryEvent> past, bool isRewinding = false)
    {
        _isReplaying = true;
        using var scope = _loop.Enter();
        foreach (var historyEvent in past)
        {
            Play(historyEvent);
        }

        if (!isRewinding && _mismatch is null && _undecided.Count > 0)
        {
            _mismatch = new(Disagreement.Between(null, _undecided.Values.MinBy(static a => a.Id)));
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

    /// <returns>The timers that the code has cancelled since the last call: nobody waits for them.</returns>
    public IReadOnlyList<int> TakeCancelledTimers()
    {
        if (_cancelledTimers is not { } cancelled)
        {
            return [];
        }

        _cancelledTimers = null;
        return cancelled;
    }

    private void Play(HistoryEvent historyEvent)
    {
        if (_mismatch is null && _terminated is null && _refusal is null)
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
            case TaskScheduledEvent e: Confirm<ScheduleTaskAction>(e, a => IsSame(a.Name, e.Name)); break;
            case TimerCreatedEvent e: Confirm<CreateTimerAction>(e, static _ => true); break;
            case SubOrchestrationInstanceCreatedEvent e: Confirm<CreateSubOrchestrationAction>(e, a => IsSame(a.Name, e.Name)); break;
            case EventSentEvent e: Confirm<SendEventAction>(e, a => IsSame(a.Name, e.Name)); break;
            case ExecutionTerminatedEvent e: _terminated = e; break;
            case ExecutionSuspendedEvent: _suspended ??= new(); break;
            case ExecutionResumedEvent: Resume(); break;
            case ExecutionCompletedEvent or ExecutionRewoundEvent or OrchestratorCompletedEvent or GenericEvent: break;
            default: Receive(historyEvent); break;
        }
    }

    // What comes from outside. A suspended orchestrator's code does not see it before it is resumed.
    private void Receive(HistoryEvent historyEvent)
    {
        if (_suspended is not null)
        {
            _suspended.Enqueue(historyEvent);
            return;
        }

        switch (historyEvent)
        {
            case TaskCompletedEvent e: Close(e.TaskScheduledId)?.TrySetResult(e.Result); break;
            case SubOrchestrationInstanceCompletedEvent e: Close(e.TaskScheduledId)?.TrySetResult(e.Result); break;
            case TimerFiredEvent e: Close(e.TimerId)?.TrySetResult(null); break;
            case TaskFailedEvent e: Fail(e.TaskScheduledId, e.Failure); break;
            case SubOrchestrationInstanceFailedEvent e: Fail(e.TaskScheduledId, e.Failure); break;
            case EventRaisedEvent e: _externalEvents.Raise(e); break;
            default: throw new UnreachableException($"Unknown event {historyEvent.GetType().Name}.");
        }
    }

    private void Resume()
    {
        var kept = _suspended;
        _suspended = null;
        while (kept is not null && kept.TryDequeue(out var next))
        {
            Receive(next);
            _loop.RunToIdle();
        }
    }

    private void Start(ExecutionStartedEvent e)
    {
        Started = e;
        var orchestrator = code.Registry.FindOrchestrator(e.Name, e.Version);
        _refusal = code.Versioning.Check(e.Version) ?? (orchestrator is not null ? null : new TaskFailureDetails(
            EngineErrors.OrchestratorNotRegistered, $"No orchestrator named '{e.Name}' is registered.", IsNonRetriable: true));
        _run = _refusal is null ? orchestrator!(this, e.Input) : null;
        if (_run is { IsCompleted: false })
        {
            _ = _run.ContinueWith(EndedOutsideATurn, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void EndedOutsideATurn(Task ended)
    {
        if (!_loop.IsOwnerThread)
        {
            _loop.Stray();
        }
    }

    // History says what was decided; the code must have just decided the same.
    private void Confirm<TAction>(HistoryEvent e, Func<TAction, bool> matches)
        where TAction : OrchestratorAction
    {
        if (_undecided.Remove(e.EventId, out var action) && action is TAction typed && matches(typed))
        {
            return;
        }

        _mismatch = new NonDeterministicOrchestrationException(Disagreement.Between(e, action));
    }

    // Plain completion sources on purpose: with RunContinuationsAsynchronously, Task.WhenAny and friends would continue
    // on the thread pool. Completing one here continues the orchestrator inline, on the loop's thread.
    private Task<string?> Open(TaskName name, OrchestratorAction action)
    {
        Decide(action);
        var open = new OpenTask(name, new TaskCompletionSource<string?>());
        _open.Add(action.Id, open);
        return open.Completion.Task;
    }

    private void Decide(OrchestratorAction action)
    {
        _nextId++;
        _undecided.Add(action.Id, action);
    }

    // The identifier of the decision that is about to be made.
    private int NextId()
    {
        AssertOnLoop();
        return _nextId;
    }

    // Null for a duplicate delivery: at-least-once messaging makes those ordinary.
    private TaskCompletionSource<string?>? Close(int id) => _open.Remove(id, out var open) ? open.Completion : null;

    private void Fail(int id, TaskFailureDetails failure)
    {
        if (_open.Remove(id, out var open))
        {
            open.Completion.TrySetException(new TaskFailedException(open.Name, id, failure));
        }
    }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "Read only after IsCompleted.")]
    private CompleteOrchestrationAction? Completion()
    {
        if (_mismatch is null && _terminated is null && _loop.HasStrayed)
        {
            _mismatch = new("The orchestrator went on outside its turn: it awaited a task that is not durable "
                + "(Task.Delay, Task.Run, HttpClient, …), or used ConfigureAwait(false). Await tasks of its context alone.");
        }

        if (_mismatch is not null)
        {
            _undecided.Clear();
            return Complete(OrchestrationRuntimeStatus.Failed, failure: TaskFailureDetails.FromException(_mismatch));
        }

        if (_refusal is not null)
        {
            return Complete(OrchestrationRuntimeStatus.Failed, failure: _refusal);
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
                    "The orchestrator awaits a task that is not durable: nothing that its context made could complete it.")));
        }

        if (!_run.IsCompletedSuccessfully)
        {
            var error = _run.Exception?.InnerException ?? new TaskCanceledException(_run);
            return Complete(OrchestrationRuntimeStatus.Failed, failure: TaskFailureDetails.FromException(error));
        }

        return _continueAsNew is { } next
            ? Complete(OrchestrationRuntimeStatus.ContinuedAsNew, ToJson(next.Input), carryover: Carryover(next.PreserveEvents)) with
            {
                NewVersion = next.Version,
            }
            : Complete(OrchestrationRuntimeStatus.Completed, _run.Result);
    }

    // A suspension outlives its generation, and so do the events that it keeps.
    private IReadOnlyList<HistoryEvent> Carryover(bool preserveEvents)
    {
        if (_suspended is null)
        {
            return preserveEvents ? _externalEvents.Unprocessed : [];
        }

        var kept = preserveEvents ? _externalEvents.Unprocessed.Concat(_suspended.OfType<EventRaisedEvent>()) : [];
        return [new ExecutionSuspendedEvent("Suspended before it continued as new.") { Timestamp = _now }, .. kept];
    }

    private CompleteOrchestrationAction Complete(
        OrchestrationRuntimeStatus status,
        string? result = null,
        TaskFailureDetails? failure = null,
        IReadOnlyList<HistoryEvent>? carryover = null)
        => new(status, result, failure, carryover ?? []) { Id = _nextId };

    private static bool IsSame(string a, string b) => StringComparer.OrdinalIgnoreCase.Equals(a, b);

    private sealed record OpenTask(TaskName Name, TaskCompletionSource<string?> Completion);
}
