using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Tests.Simulation.Model;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>What a run has seen: a green run that never reached a branch proves nothing about it.</summary>
internal sealed class Sightings
{
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    public void Add(string name) => Names.Add(name);

    /// <summary>Names what a durable turn came to.</summary>
    public void Watch(ModelTurn turn)
    {
        Read(turn);
        if (turn.IsGone)
        {
            Add(turn.After is null ? "purged" : $"replaced when {turn.Before!.Status}");
        }

        if (turn.After is { } after && turn.HasChanged)
        {
            Add(after.Waiting is not null ? $"waits for its start, {after.Status}" : after.End is { Failure: { } failure } ? $"ended Failed: {failure.ErrorType}" : $"now {after.Status}");
            Add(turn.Before?.Waiting is not null && after.Waiting is null ? $"began late: {(after.IsFinished ? after.Status : OrchestrationRuntimeStatus.Running)}" : "began at once");
            AddIf(turn.Generations == 1, "continued as new");
            AddIf(turn.Generations > 1, "several generations in one turn");
            AddIf(turn.Generations > 0 && after.CustomStatus is not null, "custom status outlives a generation");
            AddIf(turn.Generations > 0 && after.History is [_, _, ExecutionSuspendedEvent, EventRaisedEvent, ..], "suspension and its events outlive a generation");
            AddIf(turn.Generations > 0 && after.History is [_, _, EventRaisedEvent, ..], "event carried over");
            AddIf(after is { IsFinished: true } && turn.Before is { Status: OrchestrationRuntimeStatus.Suspended }, $"ended while suspended: {after.Status}");
        }

        Rewind(turn);
        foreach (var (_, e, _, parentId) in turn.Sent)
        {
            AddIf(parentId is not null, "termination sent to a child");
            AddIf(e is ExecutionRewoundEvent, "child asked again");
        }
    }

    private void Read(ModelTurn turn)
    {
        foreach (var e in turn.Read)
        {
            AddIf(e is ExecutionTerminatedEvent { Recurse: true } && turn.Before?.Started.Parent is not null, "recursive termination of a child");
            AddIf(e is TimerFiredEvent, "timer fired");
            AddIf(e is TimerFiredEvent && turn.Before!.History.Any(x => x is TimerCreatedEvent t && t.FireAt - t.Timestamp > TimeSpan.FromDays(365)), "timer of more than a year");
            AddIf(e is SubOrchestrationInstanceCompletedEvent, "child completed");
            AddIf(e is SubOrchestrationInstanceFailedEvent f, $"child failed: {(e as SubOrchestrationInstanceFailedEvent)?.Failure.ErrorType}");
            AddIf(e is ExecutionStartedEvent { Parent: not null }, "child started");
            AddIf(e is ExecutionRewoundEvent { Revival: not null }, "child rewound");
            AddIf(e is EventRaisedEvent && turn.Before?.Status == OrchestrationRuntimeStatus.Suspended, "event kept while suspended");
        }

        AddIf(turn.Read.Count(static e => e is TimerFiredEvent) > 1, "two timers in one turn");
        AddIf(turn.Consumed.Count > 0 && !turn.HasChanged, "message refused");
        AddIf(turn.Consumed.Count > 0 && !turn.HasChanged && turn.Sent.Count > 0, "refusal told to the sender");
    }

    private void Rewind(ModelTurn turn)
    {
        if (turn is { IsRewind: true, After: { } after, Before: { } before })
        {
            var kept = after.History.TakeWhile(static e => e is not ExecutionRewoundEvent { }).Count(Outcomes.IsFailure);
            AddIf(kept > 0, "failure that was dealt with stays");
            AddIf(before.History.Count(Outcomes.IsFailure) > kept, "failure undone");
            AddIf(before.History.Any(static e => e is ExecutionRewoundEvent), "rewound again");
        }
    }

    private void AddIf(bool isSeen, string name)
    {
        if (isSeen)
        {
            Names.Add(name);
        }
    }
}
