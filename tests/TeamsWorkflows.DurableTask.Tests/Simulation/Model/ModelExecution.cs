using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests.Simulation.Model;

/// <summary>One execution, played from its first event on: what the code has decided, and how it ends.</summary>
internal sealed class ModelExecution(string instanceId, VersioningOptions versioning)
{
    private readonly HashSet<int> _recorded = [];
    private readonly Queue<HistoryEvent> _kept = new();
    private ModelContext? _context;
    private Task<string>? _code;
    private bool _isSuspended;
    private bool _isOver;
    private TaskFailureDetails? _refusal;
    private ExecutionTerminatedEvent? _terminated;

    /// <summary>Gets a value indicating whether history has what the code decides, so far.</summary>
    public bool Fits { get; private set; } = true;

    public string? Status => _context?.Status;

    /// <summary>Gets a value indicating whether nothing but the end is decided: nothing else that the turn decided counts.</summary>
    public bool IsCutShort => _terminated is not null || _refusal is not null;

    /// <summary>Gets what the code has decided and history does not have yet.</summary>
    public IEnumerable<HistoryEvent> Undecided => _context?.Decisions.Where(d => !_recorded.Contains(d.EventId)) ?? [];

    public bool IsCancelled(int timer) => _context!.Cancelled.Contains(timer);

    public void Play(IEnumerable<HistoryEvent> events)
    {
        foreach (var e in events)
        {
            if (!_isOver)
            {
                Play(e);
            }
        }
    }

    /// <returns>The end of the execution; null: it goes on.</returns>
    public ExecutionCompletedEvent? End(DateTimeOffset now)
    {
        var id = _context?.Decisions.Count ?? 0;
        if (_refusal is not null)
        {
            return Ended(OrchestrationRuntimeStatus.Failed, null, _refusal);
        }

        if (_terminated is not null)
        {
            return Ended(OrchestrationRuntimeStatus.Terminated, _terminated.Reason);
        }

        if (_code is not { IsCompleted: true })
        {
            return null;
        }

        return _code.Exception?.InnerException is { } error
            ? Ended(OrchestrationRuntimeStatus.Failed, null, TaskFailureDetails.FromException(error))
            : _context!.Next is { } next
                ? Ended(OrchestrationRuntimeStatus.ContinuedAsNew, next.Input)
#pragma warning disable VSTHRD002 // completed
                : Ended(OrchestrationRuntimeStatus.Completed, ModelContext.ToJson(_code.Result));
#pragma warning restore VSTHRD002

        ExecutionCompletedEvent Ended(OrchestrationRuntimeStatus status, string? result, TaskFailureDetails? failure = null)
            => new(status, result, failure) { EventId = id, Timestamp = now };
    }

    /// <summary>Says what the next generation begins with. A suspension goes along, and so does what it keeps.</summary>
    public (string? Version, IReadOnlyList<HistoryEvent> Events) Next()
    {
        var next = _context!.Next!.Value;
        IEnumerable<HistoryEvent> unread = next.KeepsEvents ? _context.Unread.Concat(_kept.OfType<EventRaisedEvent>()) : [];
        return (next.Version, _isSuspended
            ? [new ExecutionSuspendedEvent("Suspended before it continued as new.") { Timestamp = _context.Now }, .. unread]
            : [.. unread]);
    }

    private void Play(HistoryEvent e)
    {
        switch (e)
        {
            case OrchestratorStartedEvent when _context is null: _now = e.Timestamp; break;
            case OrchestratorStartedEvent: _context.Now = e.Timestamp; break;
            case ExecutionStartedEvent x: Start(x); break;
            case ExecutionTerminatedEvent x: (_terminated, _isOver) = (x, true); break;
            case ExecutionSuspendedEvent: _isSuspended = true; break;
            case ExecutionResumedEvent: Resume(); break;
            case ExecutionRewoundEvent: break;
            case { EventId: >= 0 } decided: Confirm(decided); break;
            default: Receive(e); break;
        }
    }

    private DateTimeOffset _now;

    private void Start(ExecutionStartedEvent started)
    {
        // Which versions run: that of the worker and older ones; none is older than any.
        if (started.Version is { } version && VersioningOptions.Compare(version, versioning.Version) > 0)
        {
            (_refusal, _isOver) = (new(EngineErrors.VersionMismatch, "", IsNonRetriable: true), true);
            return;
        }

        _context = new ModelContext(instanceId, started, versioning.DefaultVersion) { Now = _now };
        _code = new ProgramOrchestrator().RunAsync(_context, ModelContext.FromJson<Program>(started.Input));
    }

    private void Confirm(HistoryEvent recorded)
    {
        var decided = _context!.Decisions.ElementAtOrDefault(recorded.EventId);
        Fits &= decided?.GetType() == recorded.GetType() && _recorded.Add(recorded.EventId);
        _isOver |= !Fits;
    }

    private void Resume()
    {
        _isSuspended = false;
        while (_kept.TryDequeue(out var e))
        {
            Receive(e);
        }
    }

    private void Receive(HistoryEvent e)
    {
        if (_isSuspended)
        {
            _kept.Enqueue(e);
            return;
        }

        switch (e)
        {
            case TaskCompletedEvent x: _context!.Complete(x.TaskScheduledId, x.Result); break;
            case TaskFailedEvent x: _context!.Fail(x.TaskScheduledId, x.Failure); break;
            case SubOrchestrationInstanceCompletedEvent x: _context!.Complete(x.TaskScheduledId, x.Result); break;
            case SubOrchestrationInstanceFailedEvent x: _context!.Fail(x.TaskScheduledId, x.Failure); break;
            case TimerFiredEvent x: _context!.Complete(x.TimerId, null); break;
            case EventRaisedEvent x: _context!.Raise(x); break;
            default: throw new InvalidOperationException($"Nobody expects {e}.");
        }
    }
}
