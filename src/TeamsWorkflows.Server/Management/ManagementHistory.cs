using System.Text.Json;
using System.Text.Json.Nodes;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Server.Api;

namespace TeamsWorkflows.Server.Management;

/// <summary>A history as Durable Functions shows it: turns are left out, and what was asked for stands with what came of it.</summary>
/// <param name="ShowInput">Whether inputs are shown.</param>
/// <param name="ShowOutput">Whether results are shown.</param>
internal sealed record ManagementHistory(bool ShowInput, bool ShowOutput)
{
    public JsonArray Of(IReadOnlyList<HistoryEvent> history)
    {
        // An activity and a sub-orchestration have numbers of one row, so a number names one of either.
        var asked = history.Where(static e => e is TaskScheduledEvent or SubOrchestrationInstanceCreatedEvent).ToDictionary(static e => e.EventId);
        var answered = history.Select(static e => Asker(e)).OfType<int>().ToHashSet();
        var shown = history.Where(e => e is not (OrchestratorStartedEvent or OrchestratorCompletedEvent) && !(asked.ContainsKey(e.EventId) && answered.Contains(e.EventId) && asked[e.EventId] == e));
        return [.. shown.Select(e => Show(e, Asker(e) is { } number ? asked.GetValueOrDefault(number) : null))];
    }

    private static int? Asker(HistoryEvent happened) => happened switch
    {
        TaskCompletedEvent e => e.TaskScheduledId,
        TaskFailedEvent e => e.TaskScheduledId,
        SubOrchestrationInstanceCompletedEvent e => e.TaskScheduledId,
        SubOrchestrationInstanceFailedEvent e => e.TaskScheduledId,
        _ => null,
    };

    private JsonObject Show(HistoryEvent happened, HistoryEvent? asked)
    {
        var item = new JsonObject
        {
            ["EventType"] = happened.GetType().Name.Replace("Event", "", StringComparison.Ordinal) switch
            {
                "EventSent" or "Sent" => "EventSent",
                "EventRaised" or "Raised" => "EventRaised",
                "Generic" => "GenericEvent",
                var name => name,
            },
            ["Timestamp"] = happened.Timestamp.UtcDateTime,
        };
        switch (asked)
        {
            case TaskScheduledEvent e:
                Asked(item, e, e.Name, e.Input);
                break;
            case SubOrchestrationInstanceCreatedEvent e:
                Asked(item, e, e.Name, e.Input);
                break;
        }

        Fill(item, happened);
        return item;
    }

    private void Asked(JsonObject item, HistoryEvent asked, string name, string? input)
    {
        item["ScheduledTime"] = asked.Timestamp.UtcDateTime;
        item["FunctionName"] = name;
        Put(item, "Input", input, ShowInput);
    }

    private void Fill(JsonObject item, HistoryEvent happened)
    {
        switch (happened)
        {
            case ExecutionStartedEvent e:
                (item["FunctionName"], item["ScheduledStartTime"]) = (e.Name, e.ScheduledStartAt?.UtcDateTime);
                Put(item, "Input", e.Input, ShowInput);
                break;
            case ExecutionCompletedEvent e:
                (item["OrchestrationStatus"], item["FailureDetails"]) = (e.Status.ToString(), Failure(e.Failure));
                Put(item, "Result", e.Result, ShowOutput);
                break;
            case TaskCompletedEvent e:
                Put(item, "Result", e.Result, ShowOutput);
                break;
            case SubOrchestrationInstanceCompletedEvent e:
                Put(item, "Result", e.Result, ShowOutput);
                break;
            case TaskFailedEvent e:
                (item["Reason"], item["FailureDetails"]) = (e.Failure.ErrorMessage, Failure(e.Failure));
                break;
            case SubOrchestrationInstanceFailedEvent e:
                (item["Reason"], item["FailureDetails"]) = (e.Failure.ErrorMessage, Failure(e.Failure));
                break;
            case TimerCreatedEvent e:
                item["FireAt"] = e.FireAt.UtcDateTime;
                break;
            case TimerFiredEvent e:
                item["FireAt"] = e.FireAt.UtcDateTime;
                break;
            default:
                FillNamed(item, happened);
                break;
        }
    }

    // What has a name, or a reason that is plain text.
    private void FillNamed(JsonObject item, HistoryEvent happened)
    {
        var (name, instance, input) = happened switch
        {
            TaskScheduledEvent e => (e.Name, null, e.Input),
            SubOrchestrationInstanceCreatedEvent e => (e.Name, e.InstanceId, e.Input),
            EventSentEvent e => (e.Name, e.InstanceId, e.Input),
            EventRaisedEvent e => (e.Name, null, e.Input),
            _ => ((string?)null, (string?)null, (string?)null),
        };
        if (name is not null)
        {
            item["Name"] = name;
            Put(item, "Input", input, ShowInput);
        }

        if (instance is not null)
        {
            item["InstanceId"] = instance;
        }

        var said = happened switch
        {
            ExecutionTerminatedEvent e => ("Input", e.Reason),
            ExecutionSuspendedEvent e => ("Reason", e.Reason),
            ExecutionResumedEvent e => ("Reason", e.Reason),
            ExecutionRewoundEvent e => ("Reason", e.Reason),
            GenericEvent e => ("Data", e.Data),
            _ => ("", null),
        };
        if (said is ({ Length: > 0 } where, var text))
        {
            item[where] = text;
        }
    }

    private static void Put(JsonObject item, string name, string? text, bool isShown)
    {
        if (isShown)
        {
            item[name] = JsonText.Parse(text) is { ValueKind: not JsonValueKind.Null } json ? JsonNode.Parse(json.GetRawText()) : null;
        }
    }

    // Without its stack trace: that is for the log.
    private static JsonObject? Failure(TaskFailureDetails? failure) => failure is null
        ? null
        : new JsonObject
        {
            ["ErrorType"] = failure.ErrorType,
            ["ErrorMessage"] = failure.ErrorMessage,
            ["InnerFailure"] = Failure(failure.InnerFailure),
            ["IsNonRetriable"] = failure.IsNonRetriable,
        };
}
