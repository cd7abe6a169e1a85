using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Testing;

/// <summary>What one turn read, and what it decided upon it.</summary>
internal sealed record RecordedTurn(IReadOnlyList<HistoryEvent> Read, IReadOnlyList<HistoryEvent> Decided)
{
    /// <summary>Gets a value indicating whether a failed execution went on with this turn.</summary>
    public bool IsRewinding => Read.Any(static e => e is ExecutionRewoundEvent);
}

/// <summary>Takes a history apart into its turns, and notices when it is not a whole one.</summary>
internal static class RecordedTurns
{
    /// <param name="events">A history without <see cref="Incompleteness"/>.</param>
    public static IReadOnlyList<RecordedTurn> Of(IReadOnlyList<HistoryEvent> events)
    {
        List<RecordedTurn> turns = [];
        for (var from = 0; from < events.Count;)
        {
            var turn = events.Skip(from).TakeWhile((e, i) => i == 0 || e is not OrchestratorStartedEvent).ToArray();
            turns.Add(new([.. turn.Where(static e => !IsDecision(e))], [.. turn.Where(IsDecision)]));
            from += turn.Length;
        }

        return turns;
    }

    /// <returns>Why this is not the whole history of one execution; null: it is.</returns>
    public static string? Incompleteness(IReadOnlyList<HistoryEvent> events)
    {
        if (events.Count == 0)
        {
            return "The history has no events: nothing was recorded, or the instance waits for its scheduled start.";
        }

        if (events[0] is not OrchestratorStartedEvent || events.ElementAtOrDefault(1) is not ExecutionStartedEvent)
        {
            return "The history does not begin with OrchestratorStartedEvent and ExecutionStartedEvent: its beginning is missing.";
        }

        Dictionary<int, HistoryEvent> asked = [];
        for (var i = 2; i < events.Count; i++)
        {
            var isRewound = events.ElementAtOrDefault(i + 2) is ExecutionRewoundEvent;
            if (Problem(events[i], asked, isLast: i == events.Count - 1, isRewound) is { } problem)
            {
                return $"events[{i}]: {problem}";
            }
        }

        return null;
    }

    private static bool IsDecision(HistoryEvent e) => IsTask(e) || e is ExecutionCompletedEvent;

    private static bool IsTask(HistoryEvent e)
        => e is TaskScheduledEvent or TimerCreatedEvent or SubOrchestrationInstanceCreatedEvent or EventSentEvent;

    private static string? Problem(HistoryEvent e, Dictionary<int, HistoryEvent> asked, bool isLast, bool isRewound)
    {
        if (IsTask(e))
        {
            var next = asked.Count;
            asked.TryAdd(e.EventId, e);
            return e.EventId == next
                ? null
                : $"{Disagreement.Describe(e)} has #{e.EventId}, but #{next} comes next: events are missing or in another order.";
        }

        return e switch
        {
            ExecutionStartedEvent => "a second execution starts here: replay each of them by itself.",
            ExecutionCompletedEvent when !isLast && !isRewound => "the execution has ended, but its history goes on.",
            OrchestratorStartedEvent when isLast => "a turn begins and has no events: the end is missing.",
            TaskCompletedEvent x => Unasked<TaskScheduledEvent>(x, x.TaskScheduledId, asked),
            TaskFailedEvent x => Unasked<TaskScheduledEvent>(x, x.TaskScheduledId, asked),
            TimerFiredEvent x => Unasked<TimerCreatedEvent>(x, x.TimerId, asked),
            SubOrchestrationInstanceCompletedEvent x => Unasked<SubOrchestrationInstanceCreatedEvent>(x, x.TaskScheduledId, asked),
            SubOrchestrationInstanceFailedEvent x => Unasked<SubOrchestrationInstanceCreatedEvent>(x, x.TaskScheduledId, asked),
            _ => null,
        };
    }

    private static string? Unasked<TAsked>(HistoryEvent answer, int id, Dictionary<int, HistoryEvent> asked)
        => asked.GetValueOrDefault(id) is TAsked
            ? null
            : $"{Disagreement.Describe(answer)} answers #{id}, but no {typeof(TAsked).Name} with that number came before it: events are missing.";
}
