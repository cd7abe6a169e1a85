using System.Text.Json;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Server.Api;

/// <summary>What an orchestration has done so far, oldest first.</summary>
internal sealed record HistoryResource(string Id, IReadOnlyList<HistoryEventResource> Events);

/// <summary>A history as a file: what <see cref="HistoryJson"/> writes.</summary>
/// <param name="Format">The file's format: 1.</param>
/// <param name="Name">The orchestrator's registered name.</param>
/// <param name="Events">Each in the Durable Task protocol's own JSON, oldest first.</param>
internal sealed record HistoryExport(int Format, string InstanceId, string Name, IReadOnlyList<JsonElement> Events)
{
    /// <returns>A name that every file system takes: an identifier may hold any character.</returns>
    public static string FileName(string name, string instanceId)
        => string.Concat($"{name}-{instanceId}".Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_')) + ".json";
}

/// <summary>One event of a history. Which fields it has depends on its type.</summary>
/// <param name="Type">The event's name in the Durable Task protocol.</param>
internal sealed record HistoryEventResource(string Type, DateTimeOffset Timestamp)
{
    public int? Number { get; init; }

    /// <summary>Gets the number of the event that asked for this one.</summary>
    public int? CausedBy { get; init; }

    public string? Name { get; init; }

    public string? InstanceId { get; init; }

    public JsonElement? Input { get; init; }

    public JsonElement? Result { get; init; }

    public string? Reason { get; init; }

    public OrchestrationRuntimeStatus? Status { get; init; }

    public FailureResource? Failure { get; init; }

    public DateTimeOffset? FireAt { get; init; }

    public static HistoryEventResource From(HistoryEvent happened)
    {
        var shown = new HistoryEventResource(happened.GetType().Name.Replace("Event", "", StringComparison.Ordinal), happened.Timestamp)
        {
            Number = happened.EventId < 0 ? null : happened.EventId,
        };
        return happened switch
        {
            ExecutionStartedEvent e => shown with { Name = e.Name, Input = JsonText.Parse(e.Input), FireAt = e.ScheduledStartAt },
            ExecutionCompletedEvent e => shown with
            {
                Status = e.Status,
                Result = JsonText.Parse(e.Result),
                Failure = FailureResource.From(e.Failure),
            },
            ExecutionTerminatedEvent e => shown with { Reason = e.Reason },
            ExecutionSuspendedEvent e => shown with { Reason = e.Reason },
            ExecutionResumedEvent e => shown with { Reason = e.Reason },
            ExecutionRewoundEvent e => shown with { Reason = e.Reason },
            TaskScheduledEvent e => shown with { Name = e.Name, Input = JsonText.Parse(e.Input) },
            TaskCompletedEvent e => shown with { CausedBy = e.TaskScheduledId, Result = JsonText.Parse(e.Result) },
            TaskFailedEvent e => shown with { CausedBy = e.TaskScheduledId, Failure = FailureResource.From(e.Failure) },
            SubOrchestrationInstanceCreatedEvent e => shown with
            {
                InstanceId = e.InstanceId,
                Name = e.Name,
                Input = JsonText.Parse(e.Input),
            },
            SubOrchestrationInstanceCompletedEvent e => shown with { CausedBy = e.TaskScheduledId, Result = JsonText.Parse(e.Result) },
            SubOrchestrationInstanceFailedEvent e => shown with
            {
                CausedBy = e.TaskScheduledId,
                Failure = FailureResource.From(e.Failure),
            },
            TimerCreatedEvent e => shown with { FireAt = e.FireAt },
            TimerFiredEvent e => shown with { CausedBy = e.TimerId, FireAt = e.FireAt },
            EventSentEvent e => shown with { InstanceId = e.InstanceId, Name = e.Name, Input = JsonText.Parse(e.Input) },
            EventRaisedEvent e => shown with { Name = e.Name, Input = JsonText.Parse(e.Input) },
            _ => shown,
        };
    }
}
