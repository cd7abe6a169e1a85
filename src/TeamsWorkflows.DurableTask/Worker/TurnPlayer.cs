using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>What playing a turn came to.</summary>
/// <param name="Replay">The coroutine; null when it is given up.</param>
/// <param name="Before">History that the turn rewrites, before its own events; empty but for a rewind.</param>
/// <param name="Events">What the last generation read.</param>
/// <param name="Decision">What it decided, and what all generations sent.</param>
/// <param name="ReplacesHistory">Whether nothing of the stored history stays.</param>
internal sealed record PlayedTurn(
    ExecutionState State,
    OrchestrationReplay? Replay,
    IReadOnlyList<HistoryEvent> Before,
    IReadOnlyList<HistoryEvent> Events,
    TurnDecision Decision,
    bool ReplacesHistory);

/// <summary>Runs the orchestrator's code for one turn. The one place in the worker where user code can loop or block.</summary>
/// <param name="strayed">Called with an instance whose code goes on outside its turns.</param>
internal sealed class TurnPlayer(
    OrchestratorCode code, TurnLimits limits, Func<Guid> newGuid, TaskHubOptions options, Action<string> strayed)
{
    /// <summary>Brings the code of an instance back to where it stood. Only it knows which timers it has cancelled.</summary>
    public void Revive(Turn turn)
    {
        var instance = turn.Instance;
        turn.Replay = instance.Replay;
        if (instance is { Replay: null, Past: { } past, State: { } state })
        {
            turn.Replay = NewReplay(instance.Id, instance.Row?.CustomStatus);
            turn.Replay.Rebuild(past);
            CloseCancelledTimers(turn.Replay, state);
        }
    }

    public PlayedTurn Play(Turn turn, DateTimeOffset now)
    {
        var instance = turn.Instance;
        return turn.ToRewind is { } failed
            ? PlayRewind(turn, failed, now)
            : PlayGenerations(
                turn,
                instance.State ?? new ExecutionState(),
                turn.Replay ?? NewReplay(instance.Id, customStatus: null),
                before: [],
                messages: [],
                now);
    }

    private PlayedTurn PlayRewind(Turn turn, IReadOnlyList<HistoryEvent> failed, DateTimeOffset now)
    {
        var kept = Rewind.Plan(failed, history => Rebuilt(turn.Instance, history).HasMismatch is false);
        var state = ExecutionState.Of(kept);
        state.TakeOutcomes(turn.Events);
        var reason = turn.Events.OfType<ExecutionRewoundEvent>().First().Reason;

        // Every child that is waited for is asked: it has failed, or has told its end to a parent that had failed.
        OutboundMessage[] messages = [.. state.OpenSubOrchestrations.Select(
            created => OutboundMessage.ToRewind(created, state.Started!, turn.InstanceId, reason, now))];
        return PlayGenerations(turn, state, Rebuilt(turn.Instance, kept), kept, messages, now);
    }

    // Continue-as-new goes on in the same turn: the next generation's first turn replaces the whole history at once.
    private PlayedTurn PlayGenerations(
        Turn turn,
        ExecutionState state,
        OrchestrationReplay replay,
        IReadOnlyList<HistoryEvent> before,
        IReadOnlyList<OutboundMessage> messages,
        DateTimeOffset now)
    {
        IReadOnlyList<HistoryEvent> events = turn.Events;
        for (var generation = 0; ; generation++)
        {
            state.Add(events);
            var response = limits.Enforce(replay.Run(events), state, turn.Instance.Row?.CustomStatus);
            if (generation == options.MaxGenerationsPerTurn)
            {
                response = TurnLimits.Fail(response, EngineErrors.ContinueAsNewLoop, "The orchestrator continues as new without ever waiting.");
            }

            var decision = OrchestrationTurn.Apply(
                state, events.OfType<ExecutionTerminatedEvent>().FirstOrDefault(), response, NewExecutionId, now);
            messages = messages.Count == 0 ? decision.Messages : [.. messages, .. decision.Messages];
            if (decision.Restart is not { } next)
            {
                state.Add(decision.Decided);
                CloseCancelledTimers(replay, state);
                return new(
                    state,
                    replay,
                    before,
                    events,
                    ReferenceEquals(messages, decision.Messages) ? decision : decision with { Messages = messages },
                    before.Count > 0 || generation > 0);
            }

            (state, replay, before, events) = (new ExecutionState(), NewReplay(turn.InstanceId, decision.CustomStatus), [], Traced(next));
        }
    }

    private static void CloseCancelledTimers(OrchestrationReplay replay, ExecutionState state)
    {
        foreach (var cancelled in replay.TakeCancelledTimers())
        {
            state.Close(cancelled);
        }
    }

    // Each generation has a span of its own.
    private IReadOnlyList<HistoryEvent> Traced(IReadOnlyList<HistoryEvent> first)
        => first[1] is ExecutionStartedEvent { ParentTraceContext: not null } started
            ? [first[0], started with { SpanId = newGuid().ToString("N")[16..] }, .. first.Skip(2)]
            : first;

    private OrchestrationReplay Rebuilt(Instance instance, IReadOnlyList<HistoryEvent> history)
    {
        var replay = NewReplay(instance.Id, instance.Row?.CustomStatus);
        replay.Rebuild(history, isRewinding: true);
        return replay;
    }

    // A custom status is kept until the code sets another one, also by the generations that come after.
    private OrchestrationReplay NewReplay(string instanceId, string? customStatus)
        => new(code, instanceId, customStatus, () => strayed(instanceId));

    private string NewExecutionId() => newGuid().ToString("N");
}
