using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>A history as people read it: what began when, how long it took, and what came of it.</summary>
public sealed class Timeline
{
    private readonly List<TimelineEntry> _entries = [];
    private readonly Dictionary<int, int> _open = []; // from the identifier of what was asked for to its entry
    private int _suspended = -1;
    private int _number;

    private Timeline()
    {
    }

    /// <summary>Gets what happened, in the order in which it began.</summary>
    public IReadOnlyList<TimelineEntry> Entries => _entries;

    /// <summary>Gets the time of the first event; null: there is none yet.</summary>
    public DateTimeOffset? Start { get; private set; }

    /// <summary>Gets the time of the last event; null: there is none yet.</summary>
    public DateTimeOffset? End { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>Gets the parent that waits for the instance; null: none does.</summary>
    public ParentTask? Parent { get; private set; }

    public static Timeline Of(IEnumerable<HistoryEvent> history)
    {
        var timeline = new Timeline();
        foreach (var happened in history)
        {
            timeline._number++;
            timeline.Start ??= happened.Timestamp;
            timeline.End = happened.Timestamp;
            timeline.Add(happened);
        }

        if (timeline.HasEnded)
        {
            timeline.LeaveBehind();
        }

        return timeline;
    }

    private void Add(HistoryEvent happened)
    {
        HasEnded = happened is ExecutionCompletedEvent;
        switch (happened)
        {
            case ExecutionStartedEvent e:
                Parent = e.Parent;
                break;
            case TaskScheduledEvent e:
                Begin(e, new(TimelineKind.Activity, _number, e.Name, e.Timestamp, null, TimelineOutcome.Open) { Input = e.Input });
                break;
            case TaskCompletedEvent e:
                EndOf(e.TaskScheduledId, begun => begun with { End = e.Timestamp, Outcome = TimelineOutcome.Succeeded, Result = e.Result });
                break;
            case TaskFailedEvent e:
                EndOf(e.TaskScheduledId, begun => begun with { End = e.Timestamp, Outcome = TimelineOutcome.Failed, Failure = e.Failure });
                break;
            case SubOrchestrationInstanceCreatedEvent e:
                Begin(e, new(TimelineKind.SubOrchestration, _number, e.Name, e.Timestamp, null, TimelineOutcome.Open) { Input = e.Input, InstanceId = e.InstanceId });
                break;
            case SubOrchestrationInstanceCompletedEvent e:
                EndOf(e.TaskScheduledId, begun => begun with { End = e.Timestamp, Outcome = TimelineOutcome.Succeeded, Result = e.Result });
                break;
            case SubOrchestrationInstanceFailedEvent e:
                EndOf(e.TaskScheduledId, begun => begun with { End = e.Timestamp, Outcome = TimelineOutcome.Failed, Failure = e.Failure });
                break;
            case TimerCreatedEvent e:
                Begin(e, new(TimelineKind.Timer, _number, "Timer", e.Timestamp, null, TimelineOutcome.Open) { FireAt = e.FireAt });
                break;
            case TimerFiredEvent e:
                EndOf(e.TimerId, begun => begun with { End = e.Timestamp, Outcome = TimelineOutcome.Succeeded });
                break;
            case EventRaisedEvent e:
                Mark(TimelineKind.EventReceived, e.Name, e.Timestamp, e.Input);
                break;
            case EventSentEvent e:
                Mark(TimelineKind.EventSent, e.Name, e.Timestamp, e.Input, e.InstanceId);
                break;
            case ExecutionSuspendedEvent e:
                _suspended = _entries.Count;
                _entries.Add(new(TimelineKind.Suspension, _number, "Suspended", e.Timestamp, null, TimelineOutcome.Open) { Input = e.Reason });
                break;
            case ExecutionResumedEvent e when _suspended >= 0:
                _entries[_suspended] = _entries[_suspended] with { End = e.Timestamp, Outcome = TimelineOutcome.Succeeded, Result = e.Reason };
                _suspended = -1;
                break;
            case ExecutionTerminatedEvent e:
                Mark(TimelineKind.Intervention, "Terminated", e.Timestamp, e.Reason);
                break;
            case ExecutionRewoundEvent e:
                Mark(TimelineKind.Intervention, "Rewound", e.Timestamp, e.Reason);
                break;
        }
    }

    private void Begin(HistoryEvent happened, TimelineEntry entry)
    {
        _open[happened.EventId] = _entries.Count;
        _entries.Add(entry);
    }

    // What ends without having begun stood in a part of the history that a rewind took away.
    private void EndOf(int begunBy, Func<TimelineEntry, TimelineEntry> end)
    {
        if (_open.Remove(begunBy, out var at))
        {
            _entries[at] = end(_entries[at]);
        }
    }

    private void Mark(TimelineKind kind, string name, DateTimeOffset at, string? input, string? instanceId = null)
        => _entries.Add(new(kind, _number, name, at, at, TimelineOutcome.Succeeded) { Input = input, InstanceId = instanceId });

    private void LeaveBehind()
    {
        foreach (var at in _open.Values)
        {
            _entries[at] = _entries[at] with { Outcome = TimelineOutcome.LeftBehind };
        }
    }
}
