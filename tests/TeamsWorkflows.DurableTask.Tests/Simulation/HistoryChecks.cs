using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>What must be true of a stored instance whenever one looks, whatever its program.</summary>
internal static class HistoryChecks
{
    public static void Check(StoredInstance stored, DurableTaskRegistry registry, VersioningOptions versioning)
    {
        HistoryEvent[] history = [.. stored.History.SelectMany(HistoryCodec.Decode)];
        if (history.Length == 0)
        {
            Assert.NotNull(stored.Row.Waiting);
            Assert.Null(stored.Row.CompletedAt);
            return;
        }

        Assert.Single(history, static e => e is ExecutionStartedEvent);
        CheckTasks(history);
        CheckTimes(history);
        CheckReplay(stored.Row, history, new OrchestrationExecutor(registry, NullLoggerFactory.Instance, versioning));
    }

    // Each task has at most one outcome, one that was asked for, and after it was asked for; the end comes last.
    private static void CheckTasks(HistoryEvent[] history)
    {
        HashSet<int> open = [];
        var decided = 0;
        foreach (var e in history)
        {
            if (e is ExecutionCompletedEvent)
            {
                Assert.Same(history[^1], e);
            }
            else if (e.EventId >= 0)
            {
                Assert.Equal(decided++, e.EventId);
                open.Add(e.EventId);
            }
            else if (Model.Outcomes.TaskOf(e) is { } task)
            {
                Assert.True(open.Remove(task), $"Task {task} has a second outcome, or never was.");
            }
        }
    }

    // No timer fires early, no start comes early.
    private static void CheckTimes(HistoryEvent[] history)
    {
        var now = DateTimeOffset.MinValue;
        foreach (var e in history)
        {
            now = e is OrchestratorStartedEvent ? e.Timestamp : now;
            Assert.True(e is not TimerFiredEvent fired || fired.FireAt <= now, "A timer fired early.");
            Assert.True(
                e is not ExecutionStartedEvent { ScheduledStartAt: { } startAt } || startAt <= now
                || history.Any(static x => x is ExecutionTerminatedEvent), "A start came early.");
        }
    }

    // The live replay decided what a fresh replay of the same history decides; and a replay of everything decides nothing.
    private static void CheckReplay(InstanceRow row, HistoryEvent[] history, OrchestrationExecutor executor)
    {
        if (history.Any(static e => e is ExecutionRewoundEvent) && row.IsFinished)
        {
            return; // its last turn may have begun before the rewind
        }

        if (!row.IsFinished)
        {
            var nothing = executor.Execute(new(row.Id, history, []));
            Assert.Empty(nothing.Actions);
            return;
        }

        var last = Array.FindLastIndex(history, static e => e is OrchestratorStartedEvent);
        var end = executor.Execute(new(row.Id, history[..last], [.. history[last..].Where(static e => e.EventId < 0)]))
            .Actions.OfType<CompleteOrchestrationAction>().SingleOrDefault();
        var recorded = (ExecutionCompletedEvent)history[^1];
        if (recorded.Failure?.ErrorType is not (EngineErrors.ContinueAsNewLoop or EngineErrors.HistoryTooLong)) // these are the hub's
        {
            Assert.Equal((row.Status, recorded.Result), (end?.Status, end?.Result));
        }
    }
}
