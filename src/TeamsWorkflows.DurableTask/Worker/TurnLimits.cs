using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Holds a turn's decisions to the limits; one that breaks any of them fails its orchestration.</summary>
internal sealed class TurnLimits(TaskHubLimits limits)
{
    /// <summary>Replaces decisions that must not be carried out by a failure that says which, and why.</summary>
    public OrchestratorResponse Enforce(OrchestratorResponse response, ExecutionState state, string? lastCustomStatus)
    {
        if (limits.CheckCustomStatus(response.CustomStatus) is { } status)
        {
            return Fail(response with { CustomStatus = lastCustomStatus }, EngineErrors.PayloadTooLarge, status);
        }

        for (var i = 0; i < response.Actions.Count; i++)
        {
            if (Check(response.Actions[i]) is var (code, problem))
            {
                return Fail(response, code, problem);
            }
        }

        return state.EventCount + response.Actions.Count > limits.MaxHistoryEvents && !Ends(response)
            ? Fail(
                response,
                EngineErrors.HistoryTooLong,
                $"The history would have more than {limits.MaxHistoryEvents:N0} events ({nameof(limits.MaxHistoryEvents)}). Continue as new in time.")
            : response;
    }

    public static OrchestratorResponse Fail(OrchestratorResponse response, string code, string message) => response with
    {
        Actions =
        [
            new CompleteOrchestrationAction(
                OrchestrationRuntimeStatus.Failed, null, new TaskFailureDetails(code, message, IsNonRetriable: true), [])
            {
                Id = response.Actions.Count == 0 ? 0 : response.Actions[0].Id,
            },
        ],
    };

    private static bool Ends(OrchestratorResponse response)
    {
        for (var i = 0; i < response.Actions.Count; i++)
        {
            if (response.Actions[i] is CompleteOrchestrationAction)
            {
                return true;
            }
        }

        return false;
    }

    private (string Code, string Problem)? Check(OrchestratorAction action) => action switch
    {
        ScheduleTaskAction a => Name(limits.CheckName(a.Name) ?? limits.CheckTags(a.Tags))
            ?? Payload($"The input of activity '{a.Name}'", a.Input),
        CreateSubOrchestrationAction a =>
            Name(limits.CheckInstanceId(a.InstanceId) ?? limits.CheckName(a.Name) ?? limits.CheckVersion(a.Version) ?? limits.CheckTags(a.Tags))
            ?? Payload($"The input of sub-orchestration '{a.Name}'", a.Input),
        SendEventAction a => Name(limits.CheckInstanceId(a.InstanceId) ?? limits.CheckName(a.Name))
            ?? Payload($"The event '{a.Name}'", a.Input),
        CompleteOrchestrationAction { Status: OrchestrationRuntimeStatus.Completed } a => Payload("The output", a.Result),
        CompleteOrchestrationAction { Status: OrchestrationRuntimeStatus.ContinuedAsNew } a
            => Name(limits.CheckVersion(a.NewVersion)) ?? Payload("The input of the next generation", a.Result),
        _ => null,
    };

    private static (string Code, string Problem)? Name(string? problem)
        => problem is null ? null : (EngineErrors.InvalidName, problem);

    private (string Code, string Problem)? Payload(string what, string? payload)
        => limits.CheckPayload(what, payload) is { } problem ? (EngineErrors.PayloadTooLarge, problem) : null;
}
