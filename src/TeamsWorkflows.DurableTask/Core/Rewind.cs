namespace TeamsWorkflows.DurableTask.Core;

/// <summary>What a failed execution goes on from.</summary>
/// <param name="History">Everything that stays. Activities whose failure is undone are open again.</param>
/// <param name="SubOrchestrations">Failed sub-orchestrations that are to be rewound as well.</param>
internal sealed record RewindPlan(
    IReadOnlyList<HistoryEvent> History, IReadOnlyList<SubOrchestrationInstanceCreatedEvent> SubOrchestrations);

/// <summary>Decides which failures of a failed execution are undone.</summary>
/// <remarks>
/// A failure that the code has dealt with (a retry came, an exception was caught and something else was decided) is a part
/// of what happened and stays. One that led to nothing but the end is undone. Which is which, the code itself says: the
/// history without the failure must still replay.
/// </remarks>
internal static class Rewind
{
    /// <param name="replays">Whether a history still fits the code.</param>
    public static RewindPlan Plan(IReadOnlyList<HistoryEvent> history, Func<IReadOnlyList<HistoryEvent>, bool> replays)
    {
        HistoryEvent[] past = [.. history.Where(static e => e is not ExecutionCompletedEvent)];
        HashSet<HistoryEvent> failures = [.. past.Where(IsFailure)];
        var undone = TryUndo(past, failures, replays) ? failures : UndoOneByOne(past, replays);

        var subIds = undone.OfType<SubOrchestrationInstanceFailedEvent>().Select(static e => e.TaskScheduledId).ToHashSet();
        return new(
            [.. past.Where(e => !undone.Contains(e))],
            [.. past.OfType<SubOrchestrationInstanceCreatedEvent>().Where(e => subIds.Contains(e.EventId))]);
    }

    private static bool IsFailure(HistoryEvent e) => e is TaskFailedEvent or SubOrchestrationInstanceFailedEvent;

    // The latest first: what a failure led to comes after it.
    private static HashSet<HistoryEvent> UndoOneByOne(HistoryEvent[] past, Func<IReadOnlyList<HistoryEvent>, bool> replays)
    {
        HashSet<HistoryEvent> undone = [];
        foreach (var failure in past.Where(IsFailure).Reverse())
        {
            undone.Add(failure);
            if (!TryUndo(past, undone, replays))
            {
                undone.Remove(failure);
            }
        }

        return undone;
    }

    private static bool TryUndo(
        HistoryEvent[] past, HashSet<HistoryEvent> undone, Func<IReadOnlyList<HistoryEvent>, bool> replays)
        => replays([.. past.Where(e => !undone.Contains(e))]);
}
