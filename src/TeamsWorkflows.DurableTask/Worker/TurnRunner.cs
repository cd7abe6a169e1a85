using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>One turn, from its inbox to the command to write: load, read, wait or play, prepare the commit.</summary>
/// <remarks>Runs outside the partition's lock; the turn owns its instance.</remarks>
internal sealed class TurnRunner(
    InstanceLoader loader, Intake intake, TurnPlayer player, TurnCommit commit, RemoteTurns? remote, TimeProvider time)
{
    public void Execute(Turn turn)
    {
        var now = time.GetUtcNow();
        loader.Load(turn);
        intake.Read(turn, now);
        if (remote is not null)
        {
            remote.Execute(turn, now);
            return;
        }

        if (IsWaitingForItsStart(turn, now))
        {
            return;
        }

        turn.IsInCode = true;
        if (turn.Instance.State is { } state)
        {
            state.TakeOutcomes(turn.Events);
            if (turn.Events.Count > 0 || state.NextTimer <= now || turn.Instance.Replay is { HasStrayed: true })
            {
                player.Revive(turn);
            }

            TakeDueTimers(turn, state, now);
        }

        if (turn.Events.Count == 0 && turn.Instance.Replay is not { HasStrayed: true })
        {
            commit.WriteRest(turn);
            return;
        }

        turn.Events.Insert(0, new OrchestratorStartedEvent { Timestamp = now });
        var played = player.Play(turn, now);
        if (turn.TryClaim())
        {
            commit.Write(turn, played, now);
        }
    }

    /// <summary>Ends an instance whose code does not give its turn back. The code may go on; nobody listens to it any more.</summary>
    /// <returns>Whether the turn is to be written; false when its code came back after all, or the store keeps it waiting.</returns>
    public bool GiveUp(Turn turn, TimeSpan limit)
    {
        if (!turn.IsInCode || !turn.TryClaim())
        {
            return false;
        }

        turn.IsGivenUp = true;
        var (now, instance) = (time.GetUtcNow(), turn.Instance);
        var state = ExecutionState.Of(turn.ToRewind ?? [instance.Started ?? turn.Events.OfType<ExecutionStartedEvent>().First()]);
        var failure = new TaskFailureDetails(
            EngineErrors.TurnTimeLimitExceeded,
            $"A turn ran for longer than {limit} ({nameof(TaskHubOptions.TurnTimeLimit)}). Orchestrators only decide: "
            + "computation and I/O belong into activities.",
            IsNonRetriable: true);
        var response = new OrchestratorResponse(
            instance.Id,
            [new CompleteOrchestrationAction(OrchestrationRuntimeStatus.Failed, null, failure, []) { Id = 0 }],
            instance.Row?.CustomStatus);
        var decision = OrchestrationTurn.Apply(state, terminated: null, response, static () => "", now);
        commit.Write(turn, new PlayedTurn(state, Replay: null, [], turn.Events, decision, ReplacesHistory: false), now);
        return true;
    }

    private bool IsWaitingForItsStart(Turn turn, DateTimeOffset now)
    {
        var instance = turn.Instance;
        if (instance.Waiting is null && (instance.State is not null || turn.ToRewind is not null || turn.Events.Count == 0))
        {
            return false;
        }

        IReadOnlyList<HistoryEvent> waiting = [.. instance.Waiting ?? [], .. turn.Events];
        var isSuspended = waiting.LastOrDefault(static e => e is ExecutionSuspendedEvent or ExecutionResumedEvent) is ExecutionSuspendedEvent;
        var isEarly = waiting[0] is ExecutionStartedEvent { ScheduledStartAt: { } startAt } && startAt > now;
        if ((isEarly || isSuspended) && !waiting.Any(static e => e is ExecutionTerminatedEvent))
        {
            if (turn.Events.Count > 0)
            {
                commit.WriteWaiting(turn, waiting, isSuspended, now);
            }
            else
            {
                commit.WriteRest(turn);
            }

            return true;
        }

        instance.Waiting = null;
        turn.Events.Clear();
        turn.Events.AddRange(waiting);
        return false;
    }

    // A timer comes before what arrived after it was due; the order of arrival is kept whatever the clocks say.
    internal static void TakeDueTimers(Turn turn, ExecutionState state, DateTimeOffset now)
    {
        turn.Timers = state.DueTimers(now);
        var at = 0;
        foreach (var timer in turn.Timers)
        {
            while (at < turn.Events.Count && turn.Events[at].Timestamp < timer.FireAt)
            {
                at++;
            }

            turn.Events.Insert(at++, new TimerFiredEvent(timer.EventId, timer.FireAt) { Timestamp = timer.FireAt });
        }
    }
}
