using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation.Model;

/// <summary>What the code makes of what a turn reads: the history, the row and the messages that come of it.</summary>
internal sealed class ModelPlayer(string id, TaskHubOptions options, DateTimeOffset now, Func<string> newExecutionId)
{
    private readonly List<OutboundMessage> _sent = [];
    private ExecutionStartedEvent? _started;

    public IReadOnlyList<OutboundMessage> Sent => _sent;

    public int Generations { get; private set; }

    public ModelInstance Play(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> events, string? customStatus)
    {
        while (true)
        {
            HistoryEvent[] seen = [.. past, .. events];
            _started = seen.OfType<ExecutionStartedEvent>().Single();
            var execution = new ModelExecution(id, options.Versioning);
            execution.Play(seen);
            customStatus = execution.Status ?? customStatus; // kept until it is set again
            HistoryEvent[] decided = execution.IsCutShort ? [] : [.. execution.Undecided.Select(d => d with { Timestamp = now })];
            var end = execution.End(now);
            var failure = Generations == options.MaxGenerationsPerTurn ? EngineErrors.ContinueAsNewLoop
                : end is null && seen.Length + decided.Length > options.Limits.MaxHistoryEvents ? EngineErrors.HistoryTooLong
                : null;
            if (failure is not null)
            {
                end = new(OrchestrationRuntimeStatus.Failed, null, new TaskFailureDetails(failure, "", IsNonRetriable: true))
                {
                    EventId = decided.Length > 0 ? decided[0].EventId : end?.EventId ?? 0,
                    Timestamp = now,
                };
                decided = [];
            }

            Array.ForEach(decided, Tell);
            if (end?.Status != OrchestrationRuntimeStatus.ContinuedAsNew)
            {
                return Instance(seen, decided, end, execution) with { CustomStatus = customStatus };
            }

            (past, events) = ([], Next(execution, end.Result));
            Generations++;
        }
    }

    /// <summary>Undoes what failures it can, the latest first: history without them must still be what the code decides.</summary>
    /// <returns>The history that stays.</returns>
    public IReadOnlyList<HistoryEvent> Rewind(IReadOnlyList<HistoryEvent> history)
    {
        HistoryEvent[] past = [.. history.Where(static e => e is not ExecutionCompletedEvent)];
        HistoryEvent[] kept = [.. past.Where(static e => !Outcomes.IsFailure(e))];
        if (!Fits(kept))
        {
            kept = past;
            foreach (var failure in past.Where(Outcomes.IsFailure).Reverse())
            {
                HistoryEvent[] without = [.. kept.Where(e => !ReferenceEquals(e, failure))];
                kept = Fits(without) ? without : kept;
            }
        }

        return kept;
    }

    /// <summary>Asks every child that is waited for how it ended: it may have failed, or have told so to a parent that had.</summary>
    /// <param name="seen">What stays, and what the turn reads: a child whose end has just arrived is not asked.</param>
    public void Ask(IReadOnlyList<HistoryEvent> seen)
    {
        var started = seen.OfType<ExecutionStartedEvent>().Single();
        var reason = seen.OfType<ExecutionRewoundEvent>().Last().Reason;
        foreach (var child in Outcomes.Open(seen).OfType<SubOrchestrationInstanceCreatedEvent>())
        {
            var revival = new ExecutionStartedEvent(child.Name, child.Input, "")
            {
                Timestamp = now,
                Version = child.Version,
                Tags = child.Tags,
                Parent = new(id, started.ExecutionId, child.EventId, started.Name, started.Version),
            };
            _sent.Add(new(child.InstanceId, new ExecutionRewoundEvent(reason, revival) { Timestamp = now }));
        }
    }

    private bool Fits(IEnumerable<HistoryEvent> history)
    {
        var execution = new ModelExecution(id, options.Versioning);
        execution.Play(history);
        return execution.Fits;
    }

    private ModelInstance Instance(
        IReadOnlyList<HistoryEvent> seen, IReadOnlyList<HistoryEvent> decided, ExecutionCompletedEvent? end, ModelExecution execution)
    {
        if (end is not null)
        {
            Tell(end, seen);
            return new(id, end.Status) { History = [.. seen, .. decided, end] };
        }

        HistoryEvent[] history = [.. seen, .. decided];
        var isSuspended = history.LastOrDefault(static e => e is ExecutionSuspendedEvent or ExecutionResumedEvent) is ExecutionSuspendedEvent;
        HistoryEvent[] open = [.. Outcomes.Open(history).Where(e => e is not TimerCreatedEvent || !execution.IsCancelled(e.EventId))];
        return new(id, isSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running)
        {
            History = history,
            Open = open,
            Timer = open.OfType<TimerCreatedEvent>().Min(static t => (DateTimeOffset?)t.FireAt),
        };
    }

    private IReadOnlyList<HistoryEvent> Next(ModelExecution execution, string? input)
    {
        var (version, carried) = execution.Next();
        return
        [
            new OrchestratorStartedEvent { Timestamp = now },
            new ExecutionStartedEvent(_started!.Name, input, newExecutionId())
            {
                Timestamp = now,
                Version = version ?? _started.Version,
                Tags = _started.Tags,
                Parent = _started.Parent,
            },
            .. carried,
        ];
    }

    private void Tell(HistoryEvent decided)
    {
        switch (decided)
        {
            case SubOrchestrationInstanceCreatedEvent e:
                var isAlone = e.Tags.ContainsKey("FireAndForget");
                _sent.Add(new(e.InstanceId, new ExecutionStartedEvent(e.Name, e.Input, newExecutionId())
                {
                    Timestamp = now,
                    Version = e.Version,
                    Tags = isAlone ? ValueMap<string>.Empty : e.Tags,
                    Parent = isAlone ? null : new(id, _started!.ExecutionId, e.EventId, _started.Name, _started.Version),
                }));
                break;
            case EventSentEvent e:
                _sent.Add(new(e.InstanceId, new EventRaisedEvent(e.Name, e.Input) { Timestamp = now }));
                break;
            default: break; // stays within the instance
        }
    }

    private void Tell(ExecutionCompletedEvent end, IReadOnlyList<HistoryEvent> seen)
    {
        if (_started!.Parent is { } parent)
        {
            _sent.Add(Outcomes.ToParent(parent, end, now));
        }

        if (seen.OfType<ExecutionTerminatedEvent>().FirstOrDefault() is { Recurse: true } terminated)
        {
            _sent.AddRange(Outcomes.Open(seen).OfType<SubOrchestrationInstanceCreatedEvent>().Select(child => new OutboundMessage(
                child.InstanceId,
                new ExecutionTerminatedEvent(terminated.Reason, Recurse: true) { Timestamp = now },
                ParentExecutionId: _started.ExecutionId)));
        }
    }
}
