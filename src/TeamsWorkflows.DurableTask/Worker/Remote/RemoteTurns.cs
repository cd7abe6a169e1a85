using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>What a turn changes where code runs elsewhere, before it is a command.</summary>
internal sealed class RemoteChange
{
    /// <summary>Gets what the turn adds to the history; after <see cref="ReplacesHistory"/>, all of it.</summary>
    public List<HistoryEvent> History { get; } = [];

    public List<OutboundMessage> Messages { get; } = [];

    public List<TaskScheduledEvent> Activities { get; } = [];

    public bool ReplacesHistory { get; set; }

    public string? CustomStatus { get; set; }

    public ExecutionCompletedEvent? End { get; set; }
}

/// <summary>The turns of a hub whose orchestrators run in workers elsewhere: take in, ask, apply the answer.</summary>
/// <remarks>
/// No turn waits for a worker. One makes durable what arrived, and asks once that is on disk; a later one applies the
/// answer, by the same decisions as everywhere (<see cref="OrchestrationTurn"/>). What arrives in between waits for the
/// next question. A termination needs no worker; a suspended instance is not asked.
/// </remarks>
internal sealed class RemoteTurns(InstanceLoader loader, TurnLimits limits, TurnCommit commit, Func<Guid> newGuid)
{
    public void Execute(Turn turn, DateTimeOffset now)
    {
        var instance = turn.Instance;
        RemoteChange change = new() { CustomStatus = instance.Row?.CustomStatus };
        if (!Open(turn, change, now))
        {
            commit.WriteRest(turn);
            return;
        }

        var (execution, answered) = (instance.Remote!, turn.Answered);
        if (answered is not null && ReferenceEquals(answered.Asked, execution.Asked))
        {
            Apply(turn, execution, answered.Response, change, now);
        }

        if (change.End is null)
        {
            TakeIn(turn, execution, change, now);
        }

        if (change.End is null && execution.Asked is null && IsRunnable(instance, execution, now))
        {
            turn.Asks = execution.Ask(instance.Id, instance.State!.Started!, now, loader.Reload);
        }

        commit.WriteRemote(turn, execution, change, now);
    }

    private static bool Open(Turn turn, RemoteChange change, DateTimeOffset now)
    {
        var instance = turn.Instance;
        if (turn.ToRewind is { } failed)
        {
            Rewind(turn, failed, change, now);
        }
        else if (instance.Remote is null && turn.Events.Count > 0)
        {
            (instance.Remote, instance.State) = (new RemoteExecution(), new ExecutionState());
        }

        return instance.Remote is not null;
    }

    private static void Rewind(Turn turn, IReadOnlyList<HistoryEvent> failed, RemoteChange change, DateTimeOffset now)
    {
        var kept = RewindByTurns.Plan(failed);
        RemoteExecution execution = new() { HasBegun = true };
        execution.History.AddRange(kept);
        var state = ExecutionState.Of(kept);
        (turn.Instance.Remote, turn.Instance.State) = (execution, state);
        change.ReplacesHistory = true;
        change.History.AddRange(kept);
        var reason = turn.Events.OfType<ExecutionRewoundEvent>().First().Reason;
        change.Messages.AddRange(state.OpenSubOrchestrations.Select(
            created => OutboundMessage.ToRewind(created, state.Started!, turn.InstanceId, reason, now)));
    }

    private void Apply(Turn turn, RemoteExecution execution, OrchestratorResponse response, RemoteChange change, DateTimeOffset now)
    {
        var state = turn.Instance.State!;
        var read = execution.TakeAsked(response.EventsProcessed ?? int.MaxValue);
        var allowed = limits.Enforce(Named(response, state.Started!), state, turn.Instance.Row?.CustomStatus);
        var decision = OrchestrationTurn.Apply(state, terminated: null, allowed, NewExecutionId, now);
        (execution.HasBegun, execution.Span, change.CustomStatus) = (true, response.Span, decision.CustomStatus);
        change.Messages.AddRange(decision.Messages);
        if (decision.Restart is { } next)
        {
            Restart(turn, execution, next);
            change.ReplacesHistory = true;
            return;
        }

        Record(execution, change, [.. read, .. decision.Decided]);
        state.Add(decision.Decided);
        change.Activities.AddRange(decision.Activities);
        change.End = decision.End;
    }

    // Not every SDK names its sub-orchestrations; the protocol says how the engine does.
    private static OrchestratorResponse Named(OrchestratorResponse response, ExecutionStartedEvent started)
        => !response.Actions.Any(static a => a is CreateSubOrchestrationAction { InstanceId.Length: 0 }) ? response : response with
        {
            Actions = [.. response.Actions.Select(a => a is CreateSubOrchestrationAction { InstanceId.Length: 0 } child
                ? child with { InstanceId = $"{started.ExecutionId}:{child.Id:x4}" } : a)],
        };

    // The next generation has not asked for the results of this one; events and orders for the instance are its own.
    private static void Restart(Turn turn, RemoteExecution execution, IReadOnlyList<HistoryEvent> next)
    {
        HistoryEvent[] kept = [.. execution.Pending.Where(IsForAnyGeneration)];
        execution.History.Clear();
        execution.Pending.Clear();
        execution.Span = null;
        execution.Pending.AddRange(next.Where(static e => e is not OrchestratorStartedEvent));
        execution.Pending.AddRange(kept);
        turn.Events.RemoveAll(static e => !IsForAnyGeneration(e));
        turn.Instance.State = execution.ToState();
    }

    private void TakeIn(Turn turn, RemoteExecution execution, RemoteChange change, DateTimeOffset now)
    {
        var state = turn.Instance.State!;
        state.TakeOutcomes(turn.Events);
        TurnRunner.TakeDueTimers(turn, state, now);
        state.Add(turn.Events);
        execution.Pending.AddRange(turn.Events);
        if (execution.Pending.OfType<ExecutionTerminatedEvent>().FirstOrDefault() is { } terminated)
        {
            Terminate(turn, execution, terminated, change, now);
        }
    }

    private void Terminate(
        Turn turn, RemoteExecution execution, ExecutionTerminatedEvent terminated, RemoteChange change, DateTimeOffset now)
    {
        var end = new CompleteOrchestrationAction(OrchestrationRuntimeStatus.Terminated, terminated.Reason, null, []) { Id = -1 };
        var response = new OrchestratorResponse(turn.InstanceId, [end], change.CustomStatus);
        var decision = OrchestrationTurn.Apply(turn.Instance.State!, terminated, response, NewExecutionId, now);
        Record(execution, change, [new OrchestratorStartedEvent { Timestamp = now }, .. execution.Pending, .. decision.Decided]);
        execution.Pending.Clear();
        change.Messages.AddRange(decision.Messages);
        change.End = decision.End;
    }

    private static void Record(RemoteExecution execution, RemoteChange change, IReadOnlyList<HistoryEvent> events)
    {
        execution.History.AddRange(events);
        change.History.AddRange(events);
    }

    private static bool IsRunnable(Instance instance, RemoteExecution execution, DateTimeOffset now)
        => execution.Pending.Count > 0 && !instance.State!.IsSuspended && execution.StartsAt(now) is null;

    private static bool IsForAnyGeneration(HistoryEvent e)
        => e is EventRaisedEvent or ExecutionSuspendedEvent or ExecutionResumedEvent or ExecutionTerminatedEvent;

    private string NewExecutionId() => newGuid().ToString("N");
}
