using System.Globalization;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Testing;

/// <summary>Where a turn went another way.</summary>
internal sealed record TurnMismatch(HistoryEvent? Recorded, OrchestratorAction? Decided, string Message);

/// <summary>What history says a turn decided, beside what the code decided.</summary>
internal sealed class TurnComparison(IReadOnlyList<HistoryEvent> recorded, IReadOnlyList<OrchestratorAction> decided)
{
    private const int ExcerptLength = 80;

    /// <param name="mayDecideMore">Whether decisions that history does not have yet are none of this turn's business.</param>
    /// <returns>The first place where they differ; null: nowhere.</returns>
    public TurnMismatch? Mismatch(bool mayDecideMore)
    {
        for (var i = 0; i < Math.Max(recorded.Count, decided.Count); i++)
        {
            var (e, a) = (recorded.ElementAtOrDefault(i), decided.ElementAtOrDefault(i));
            if (e is null && mayDecideMore)
            {
                return null;
            }

            if (e is null || a is null || !IsSame(e, a))
            {
                return new(e, a, Disagreement.Between(e, a) + Reason(e, a));
            }
        }

        return null;
    }

    /// <returns>Where the same was decided with another content.</returns>
    public IEnumerable<(HistoryEvent Recorded, OrchestratorAction Decided, string What)> Differences()
        => from pair in recorded.Zip(decided)
           where IsSame(pair.First, pair.Second)
           from what in Differences(pair.First, pair.Second)
           select (pair.First, pair.Second, what);

    private static bool IsSame(HistoryEvent e, OrchestratorAction a) => (e, a) switch
    {
        (ExecutionCompletedEvent x, CompleteOrchestrationAction y)
            => (x.Status, x.Result, x.Failure?.ErrorType) == (y.Status, y.Result, y.Failure?.ErrorType),
        _ when e.EventId != a.Id => false,
        (TaskScheduledEvent x, ScheduleTaskAction y) => IsSameName(x.Name, y.Name),
        (SubOrchestrationInstanceCreatedEvent x, CreateSubOrchestrationAction y) => IsSameName(x.Name, y.Name),
        (EventSentEvent x, SendEventAction y) => IsSameName(x.Name, y.Name),
        _ => e is TimerCreatedEvent && a is CreateTimerAction,
    };

    private static IEnumerable<string> Differences(HistoryEvent e, OrchestratorAction a)
    {
        (string What, string? Recorded, string? Decided)[] contents = (e, a) switch
        {
            (TaskScheduledEvent x, ScheduleTaskAction y) =>
                [("input", x.Input, y.Input), ("version", x.Version, y.Version), ("tags", $"{x.Tags}", $"{y.Tags}")],
            (SubOrchestrationInstanceCreatedEvent x, CreateSubOrchestrationAction y) =>
            [
                ("instance", x.InstanceId, y.InstanceId), ("input", x.Input, y.Input), ("version", x.Version, y.Version),
                ("tags", $"{x.Tags}", $"{y.Tags}"),
            ],
            (EventSentEvent x, SendEventAction y) => [("target", x.InstanceId, y.InstanceId), ("input", x.Input, y.Input)],
            (TimerCreatedEvent x, CreateTimerAction y) => [("time", Text(x.FireAt), Text(y.FireAt))],
            (ExecutionCompletedEvent x, CompleteOrchestrationAction y) => [("message", x.Failure?.ErrorMessage, y.Failure?.ErrorMessage)],
            _ => [],
        };
        return contents.Where(static c => c.Recorded != c.Decided).Select(static c => $"{c.What}: {Differ(c.Recorded, c.Decided)}");
    }

    // Why the code ended, or in what the ends differ, is what a developer looks for.
    private static string Reason(HistoryEvent? e, OrchestratorAction? a) => (e, a) switch
    {
        (ExecutionCompletedEvent x, CompleteOrchestrationAction { Failure: null } y) when x.Status == y.Status => $" The result differs: {Differ(x.Result, y.Result)}",
        (_, CompleteOrchestrationAction { Failure: { } failure }) => $" {failure.ErrorMessage}",
        _ => "",
    };

    private static string Differ(string? recorded, string? decided)
    {
        var same = (recorded ?? "").Zip(decided ?? "").TakeWhile(static pair => pair.First == pair.Second).Count();
        return $"history has {Excerpt(recorded, same)}, the code {Excerpt(decided, same)}.";
    }

    private static string Excerpt(string? text, int from)
    {
        var begin = Math.Max(0, from - (ExcerptLength / 4));
        return text is null
            ? "nothing"
            : text.Length - begin <= ExcerptLength
                ? $"'{(begin > 0 ? "…" : "")}{text[begin..]}'"
                : $"'{(begin > 0 ? "…" : "")}{text.Substring(begin, ExcerptLength)}…'";
    }

    private static bool IsSameName(string a, string b) => StringComparer.OrdinalIgnoreCase.Equals(a, b);

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
