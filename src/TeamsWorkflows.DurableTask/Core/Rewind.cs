namespace TeamsWorkflows.DurableTask.Core;

/// <summary>Decides which failures of a failed execution are undone.</summary>
/// <remarks>
/// A failure that the code has dealt with (a retry came, an exception was caught and something else was decided) is a part
/// of what happened and stays. One that led to nothing but the end is undone. Which is which, the code itself says: the
/// history without the failure must still replay.
/// </remarks>
internal static class Rewind
{
    /// <param name="replays">Whether a history still fits the code.</param>
    /// <returns>Everything that stays: what failed, and does not count any more, is open again.</returns>
    public static IReadOnlyList<HistoryEvent> Plan(IReadOnlyList<HistoryEvent> history, Func<IReadOnlyList<HistoryEvent>, bool> replays)
    {
        HistoryEvent[] past = [.. history.Where(static e => e is not ExecutionCompletedEvent)];
        HashSet<HistoryEvent> failures = [.. past.Where(IsFailure)];
        var undone = TryUndo(past, failures, replays) ? failures : UndoOneByOne(past, replays);
        return [.. past.Where(e => !undone.Contains(e))];
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
