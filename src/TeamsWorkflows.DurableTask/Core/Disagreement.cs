using System.Globalization;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>Says how history and code disagree: which event, which decision. Never a payload, since errors are logged.</summary>
internal static class Disagreement
{
    /// <param name="recorded">What history has; null: nothing.</param>
    /// <param name="decided">What the code decided; null: nothing.</param>
    public static string Between(HistoryEvent? recorded, OrchestratorAction? decided) => (recorded, decided) switch
    {
        ({ } e, null) => $"History has {Describe(e)} at #{Id(e.EventId)}, but the code decided nothing there.",
        ({ } e, { } a) => $"History has {Describe(e)} at #{Id(e.EventId)}, but the code decided {Describe(a)} there.",
        (null, { } a) => $"The code decided {Describe(a)} at #{Id(a.Id)}, which history does not have.",
        _ => "History and code agree.",
    };

    public static string Describe(HistoryEvent e) => Text(e.GetType().Name, e switch
    {
        TaskScheduledEvent x => x.Name,
        SubOrchestrationInstanceCreatedEvent x => x.Name,
        EventSentEvent x => x.Name,
        EventRaisedEvent x => x.Name,
        TimerCreatedEvent => "timer",
        ExecutionStartedEvent x => x.Name,
        ExecutionCompletedEvent x => End(x.Status, x.Failure),
        _ => null,
    });

    public static string Describe(OrchestratorAction a) => Text(a.GetType().Name, a switch
    {
        ScheduleTaskAction x => x.Name,
        CreateSubOrchestrationAction x => x.Name,
        SendEventAction x => x.Name,
        CreateTimerAction => "timer",
        CompleteOrchestrationAction x => End(x.Status, x.Failure),
        _ => null,
    });

    private static string Text(string type, string? name) => name is null ? type : $"{type} '{name}'";

    private static string End(OrchestrationRuntimeStatus status, TaskFailureDetails? failure)
        => failure is null ? $"{status}" : $"{status}: {failure.ErrorType}";

    private static string Id(int id) => id.ToString(CultureInfo.InvariantCulture);
}
