namespace TeamsWorkflows.DurableTask.Core;

/// <summary>Decides which failures of a failed execution are undone, where the code is not at hand to ask.</summary>
/// <remarks>
/// A failure in whose turn the code decided something (a retry's timer, a compensation) has been dealt with and stays. One
/// whose turn decided nothing, or the end alone, is undone, and what failed is open again. <see cref="Rewind"/> asks the code.
/// </remarks>
internal static class RewindByTurns
{
    /// <returns>Everything that stays.</returns>
    public static IReadOnlyList<HistoryEvent> Plan(IReadOnlyList<HistoryEvent> history)
    {
        List<HistoryEvent> kept = [];
        List<HistoryEvent> turn = [];
        foreach (var e in history)
        {
            if (e is OrchestratorStartedEvent)
            {
                Keep(turn, kept);
            }

            turn.Add(e);
        }

        Keep(turn, kept);
        return kept;
    }

    private static void Keep(List<HistoryEvent> turn, List<HistoryEvent> kept)
    {
        var hasDecided = turn.Exists(IsDecision);
        kept.AddRange(turn.Where(e => e is not ExecutionCompletedEvent && (hasDecided || !IsFailure(e))));
        turn.Clear();
    }

    private static bool IsDecision(HistoryEvent e)
        => e is TaskScheduledEvent or TimerCreatedEvent or SubOrchestrationInstanceCreatedEvent or EventSentEvent;

    private static bool IsFailure(HistoryEvent e) => e is TaskFailedEvent or SubOrchestrationInstanceFailedEvent;
}
