using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Executes a turn: loads the instance if need be, plays its events, and prepares the one command to write.</summary>
/// <remarks>Runs outside the partition's lock; the turn owns its instance.</remarks>
internal sealed class TurnRunner(
    IPartitionStore store,
    DurableTaskRegistry registry,
    ILoggerFactory loggers,
    TimeProvider time,
    Func<Guid> newGuid,
    PartitionOptions options,
    Sequences sequences)
{
    public void Execute(Turn turn)
    {
        var now = time.GetUtcNow();
        var instance = turn.Instance;
        if (instance is { IsOpen: false, IsSurelyNew: false, Row: not { IsFinished: true } })
        {
            Load(turn);
        }

        var (events, refusals) = Accept(turn, now);
        if (instance.Replay is null && (instance.Waiting is not null || events.Count > 0))
        {
            IReadOnlyList<HistoryEvent> waiting = [.. instance.Waiting ?? [], .. events];
            if (IsTooEarly(waiting, now))
            {
                if (events.Count > 0)
                {
                    Wait(turn, waiting, refusals, now);
                }

                return;
            }

            (instance.Waiting, instance.Replay, events) = (null, NewReplay(instance), waiting);
        }

        var timers = DueTimers(instance, now);
        if (events.Count > 0 || timers.Count > 0)
        {
            IEnumerable<HistoryEvent> inOrder = timers.Count == 0 ? events : timers.Concat(events).OrderBy(e => e.Timestamp);
            var (decision, isRestarted) = Play(instance, [new OrchestratorStartedEvent { Timestamp = now }, .. inOrder], now);
            Prepare(turn, decision with { Messages = [.. refusals, .. decision.Messages] }, isRestarted, now);
        }
        else if (Consumed(turn) is { Count: > 0 } consumed)
        {
            turn.Write(new RefuseMessages(consumed, Send(turn, refusals)));
        }
    }

    // Brings an instance back that recovery, an event or a timer found on disk only.
    private void Load(Turn turn)
    {
        var instance = turn.Instance;
        if (store.Load(instance.Id) is not { } stored)
        {
            return;
        }

        instance.Row = stored.Row;
        if (stored.Row.IsFinished)
        {
            return;
        }

        instance.TurnCount = stored.History.Count;
        if (stored.Row.Waiting is { } waiting)
        {
            instance.Waiting = [.. HistoryCodec.Decode(waiting)];
            return;
        }

        var replay = NewReplay(instance);
        replay.Rebuild(stored.History.SelectMany(HistoryCodec.Decode));
        instance.Replay = replay;
        turn.Activities = replay.OpenActivities
            .Select(a => new ActivityWorkItem(
                instance.Id,
                replay.Started!.ExecutionId,
                new TaskScheduledEvent(a.Name, a.Input) { EventId = a.Id, Timestamp = time.GetUtcNow() }))
            .ToArray();
    }

    private OrchestrationReplay NewReplay(Instance instance) => new(registry, loggers, instance.Id);

    // A start makes an instance, or is refused by the one that exists; everything else needs one that is open. A parent
    // whose sub-orchestration is refused is told: it would wait for ever otherwise.
    private static (IReadOnlyList<HistoryEvent> Events, IReadOnlyList<OutboundMessage> Refusals) Accept(Turn turn, DateTimeOffset now)
    {
        var instance = turn.Instance;
        var started = instance.Started;
        List<HistoryEvent> events = new(turn.Inbox.Count);
        List<OutboundMessage>? refusals = null;
        for (var i = 0; i < turn.Inbox.Count; i++)
        {
            var item = turn.Inbox[i];
            if (item.Event is ExecutionStartedEvent start && started is null && instance.Row is null)
            {
                started = start;
            }
            else if (item.Event is ExecutionStartedEvent { Parent: { } parent })
            {
                var failure = new TaskFailureDetails(
                    EngineErrors.OrchestrationAlreadyExists,
                    $"An orchestration instance with the identifier '{instance.Id}' already exists.",
                    IsNonRetriable: true);
                (refusals ??= []).Add(OutboundMessage.ToParent(parent, OrchestrationRuntimeStatus.Failed, null, failure, now));
                continue;
            }
            else if (item.Event is ExecutionStartedEvent
                || started is null
                || (item.ExecutionId is { } executionId && executionId != started.ExecutionId))
            {
                continue;
            }

            turn.Accept(i);
            events.Add(item.Event);
        }

        return (events, refusals ?? (IReadOnlyList<OutboundMessage>)[]);
    }

    private static bool IsTooEarly(IReadOnlyList<HistoryEvent> waiting, DateTimeOffset now)
        => waiting[0] is ExecutionStartedEvent { ScheduledStartAt: { } startAt }
            && startAt > now
            && !waiting.Any(static e => e is ExecutionTerminatedEvent);

    private static List<HistoryEvent> DueTimers(Instance instance, DateTimeOffset now)
        => instance.Row?.TimerAt is null || instance.Replay is null
            ? []
            : instance.Replay.OpenTimers
                .Where(t => t.FireAt <= now)
                .Select(HistoryEvent (t) => new TimerFiredEvent(t.Id, t.FireAt) { Timestamp = t.FireAt })
                .ToList();

    // Continue-as-new goes on in the same turn: the next generation's first turn replaces the whole history at once.
    private (TurnDecision Decision, bool IsRestarted) Play(Instance instance, IReadOnlyList<HistoryEvent> events, DateTimeOffset now)
    {
        List<OutboundMessage> messages = [];
        for (var generation = 0; ; generation++)
        {
            var replay = instance.Replay!;
            var response = replay.Run(events);
            var decision = OrchestrationTurn.Apply(replay.Started, events, response, NewExecutionId, now);
            messages.AddRange(decision.Messages);
            if (decision.Restart is not { } next)
            {
                return (decision with { Messages = messages }, generation > 0);
            }

            if (generation == options.MaxGenerationsPerTurn)
            {
                var failure = new TaskFailureDetails(
                    EngineErrors.ContinueAsNewLoop, "The orchestrator continues as new without ever waiting.", IsNonRetriable: true);
                var end = new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Failed, null, failure) { Timestamp = now };
                if (replay.Started?.Parent is { } parent)
                {
                    messages.Add(OutboundMessage.ToParent(parent, end.Status, null, failure, now));
                }

                return (new([.. events, end], [], messages, null, end), true);
            }

            instance.Replay = NewReplay(instance);
            events = next;
        }
    }

    private void Prepare(Turn turn, TurnDecision decision, bool isRestarted, DateTimeOffset now)
    {
        var instance = turn.Instance;
        var replay = instance.Replay!;
        var isNew = instance.Row is null;
        var row = new InstanceRow(
            instance.Row?.Key ?? sequences.NextKey(),
            instance.Id,
            replay.Name,
            decision.End?.Status ?? OrchestrationRuntimeStatus.Running,
            IsActive: decision.End is null && replay.OpenActivityCount > 0,
            decision.End is null ? replay.NextTimer : null,
            decision.CustomStatus,
            instance.Row?.CreatedAt ?? now,
            now,
            Waiting: null);
        var isUnchanged = instance.Row is { } old && row == old with { UpdatedAt = now };

        (turn.End, turn.Input) = (decision.End, replay.Started?.Input);
        turn.NextRow = isUnchanged ? instance.Row : row;
        if (decision.Activities.Count > 0 || turn.Activities.Count > 0)
        {
            var executionId = replay.Started!.ExecutionId;
            turn.Activities =
            [
                .. turn.Activities.Where(a => a.ExecutionId == executionId && replay.IsOpen(a.Scheduled.EventId)), // resumed, and not settled by this very turn
                .. decision.Activities.Select(a => new ActivityWorkItem(instance.Id, executionId, a)),
            ];
        }

        turn.Write(new CommitTurn(
            row.Key,
            isRestarted ? 0 : instance.TurnCount,
            HistoryCodec.Encode(decision.History),
            isRestarted && !isNew,
            isNew,
            isUnchanged ? null : row,
            Send(turn, decision.Messages),
            Consumed(turn)));
        instance.TurnCount = isRestarted ? 1 : instance.TurnCount + 1;
    }

    private void Wait(Turn turn, IReadOnlyList<HistoryEvent> waiting, IReadOnlyList<OutboundMessage> refusals, DateTimeOffset now)
    {
        var instance = turn.Instance;
        var start = (ExecutionStartedEvent)waiting[0];
        var row = new InstanceRow(
            instance.Row?.Key ?? sequences.NextKey(),
            instance.Id,
            start.Name,
            OrchestrationRuntimeStatus.Pending,
            IsActive: false,
            start.ScheduledStartAt,
            CustomStatus: null,
            instance.Row?.CreatedAt ?? now,
            now,
            HistoryCodec.Encode(waiting));
        turn.NextRow = row;
        turn.Write(new CommitTurn(
            row.Key, 0, History: null, ReplacesHistory: false, instance.Row is null, row, Send(turn, refusals), Consumed(turn)));
        instance.Waiting = waiting;
    }

    private string NewExecutionId() => newGuid().ToString("N");

    private IReadOnlyList<StoredMessage> Send(Turn turn, IReadOnlyList<OutboundMessage> outbound)
    {
        if (outbound.Count == 0)
        {
            return [];
        }

        List<StoredMessage> messages = new(outbound.Count);
        List<Delivery> deliveries = new(outbound.Count);
        foreach (var message in outbound)
        {
            var stored = new StoredMessage(
                sequences.NextMessage(), message.InstanceId, message.ExecutionId, HistoryCodec.Encode([message.Event]));
            messages.Add(stored);
            deliveries.Add(new(stored.InstanceId, new InboxItem(message.Event, message.ExecutionId, stored.Sequence)));
        }

        turn.Deliveries = deliveries;
        return messages;
    }

    private static IReadOnlyList<long> Consumed(Turn turn)
    {
        List<long>? consumed = null;
        foreach (var item in turn.Inbox)
        {
            if (item.Sequence is { } sequence)
            {
                (consumed ??= []).Add(sequence);
            }
        }

        return consumed ?? (IReadOnlyList<long>)[];
    }
}
