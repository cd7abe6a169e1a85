namespace TeamsWorkflows.DurableTask.Core;

/// <summary>What a history says is still going on. Bookkeeping alone: no code of the user runs here.</summary>
/// <remarks>A fold over events: adding one costs the same however many came before.</remarks>
internal sealed class ExecutionState
{
    private static readonly Comparer<(DateTimeOffset FireAt, int Id)> ByTime = Comparer<(DateTimeOffset FireAt, int Id)>.Create(
        static (a, b) => a.FireAt != b.FireAt ? a.FireAt.CompareTo(b.FireAt) : a.Id.CompareTo(b.Id));

    private readonly Dictionary<int, HistoryEvent> _open = [];
    private SortedSet<(DateTimeOffset FireAt, int Id)>? _timers;

    public ExecutionStartedEvent? Started { get; private set; }

    public bool IsSuspended { get; private set; }

    /// <summary>Gets the number of events in the history.</summary>
    public int EventCount { get; private set; }

    /// <summary>Gets the number of activities whose result is still to come.</summary>
    public int OpenActivityCount { get; private set; }

    /// <summary>Gets the activities whose result is still to come, in the order they were scheduled.</summary>
    public IEnumerable<TaskScheduledEvent> OpenActivities
        => _open.Values.OfType<TaskScheduledEvent>().OrderBy(static e => e.EventId);

    /// <summary>Gets the sub-orchestrations whose end is still to come, in the order they were started.</summary>
    public IEnumerable<SubOrchestrationInstanceCreatedEvent> OpenSubOrchestrations
        => _open.Values.OfType<SubOrchestrationInstanceCreatedEvent>().OrderBy(static e => e.EventId);

    /// <summary>Gets the time at which the earliest open timer is due.</summary>
    public DateTimeOffset? NextTimer => _timers is { Count: > 0 } ? _timers.Min.FireAt : null;

    public static ExecutionState Of(IEnumerable<HistoryEvent> history)
    {
        ExecutionState state = new();
        foreach (var e in history)
        {
            state.Add(e);
        }

        return state;
    }

    /// <summary>Gets the open timers that are due, the earliest first.</summary>
    public IReadOnlyList<TimerCreatedEvent> DueTimers(DateTimeOffset now)
        => NextTimer > now || NextTimer is null
            ? []
            : _timers!.TakeWhile(t => t.FireAt <= now).Select(t => (TimerCreatedEvent)_open[t.Id]).ToArray();

    public void Add(HistoryEvent e)
    {
        EventCount++;
        switch (e)
        {
            case ExecutionStartedEvent x: Started = x; break;
            case ExecutionSuspendedEvent: IsSuspended = true; break;
            case ExecutionResumedEvent: IsSuspended = false; break;
            case TaskScheduledEvent:
                _open[e.EventId] = e;
                OpenActivityCount++;
                break;
            case TimerCreatedEvent x:
                _open[e.EventId] = e;
                (_timers ??= new(ByTime)).Add((x.FireAt, e.EventId));
                break;
            case SubOrchestrationInstanceCreatedEvent x when !x.Tags.ContainsKey(CreateSubOrchestrationAction.FireAndForgetTag):
                _open[e.EventId] = e;
                break;
            case TimerFiredEvent x: Close(x.TimerId); break;
            default:
                if (TaskOf(e) is { } task)
                {
                    Close(task);
                }

                break;
        }
    }

    public void Add(IReadOnlyList<HistoryEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            Add(events[i]);
        }
    }

    /// <summary>Closes the tasks whose outcome arrived, and drops the outcomes of those that are closed: a task has one.</summary>
    /// <remarks>After a rewind an activity may run twice at the same time, and a child may be asked twice how it ended.</remarks>
    public void TakeOutcomes(List<HistoryEvent> arrived)
    {
        for (var i = 0; i < arrived.Count; i++)
        {
            if (TaskOf(arrived[i]) is { } task && !Close(task))
            {
                arrived.RemoveAt(i--);
            }
        }
    }

    /// <summary>Forgets a task: it has its outcome, or it is a timer that the code has cancelled, of which history says nothing.</summary>
    /// <returns>Whether it was open.</returns>
    public bool Close(int id)
    {
        if (!_open.Remove(id, out var closed))
        {
            return false;
        }

        OpenActivityCount -= closed is TaskScheduledEvent ? 1 : 0;
        if (closed is TimerCreatedEvent timer)
        {
            _timers!.Remove((timer.FireAt, id));
        }

        return true;
    }

    private static int? TaskOf(HistoryEvent e) => e switch
    {
        TaskCompletedEvent x => x.TaskScheduledId,
        TaskFailedEvent x => x.TaskScheduledId,
        SubOrchestrationInstanceCompletedEvent x => x.TaskScheduledId,
        SubOrchestrationInstanceFailedEvent x => x.TaskScheduledId,
        _ => null,
    };
}
