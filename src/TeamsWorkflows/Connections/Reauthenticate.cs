using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections;

/// <summary>Gets a run a working connection again: one silent renewal, else a person, else it says that there is no hope.</summary>
internal sealed class Reauthenticate : TaskOrchestrator<ReauthenticateInput, ReauthenticationResult>
{
    /// <summary>The event that ends the waiting.</summary>
    public const string Restored = nameof(ConnectionRestored);

    public override async Task<ReauthenticationResult> RunAsync(TaskOrchestrationContext context, ReauthenticateInput input)
    {
        var diagnosis = input.Diagnosis;
        if (input.MaySilently)
        {
            var renewal = await context.CallActivityAsync<RenewalOutcome>(
                nameof(RenewToken), new RenewTokenInput(input.ConnectionId, diagnosis.Claims, input.Generation), Retries.Briefly);
            if (renewal.Diagnosis is null)
            {
                return new(ReauthenticationKind.RenewedSilently, diagnosis);
            }

            diagnosis = renewal.Diagnosis;
        }

        if (diagnosis.Action == OperatorAction.WaitAndRetry)
        {
            return new(ReauthenticationKind.WaitForService, diagnosis);
        }

        var isWorthWaiting = diagnosis.Action
            is OperatorAction.Reconnect or OperatorAction.GrantAdminConsent or OperatorAction.RotateCredential;
        var parked = await context.CallActivityAsync<ParkResult>(
            nameof(ParkRun),
            new ParkRunInput(
                input.ConnectionId, input.DeliveryId, isWorthWaiting ? context.InstanceId : null, diagnosis, input.Generation),
            Retries.Briefly);
        if (!isWorthWaiting)
        {
            return new(ReauthenticationKind.GaveUp, diagnosis);
        }

        if (parked.CaseId is not { } caseId)
        {
            return new(ReauthenticationKind.Reconnected, diagnosis); // while it was parked, somebody restored the connection
        }

        return await RestoredAsync(context, caseId, input.Deadline) is { } restored
            ? new(ReauthenticationKind.Reconnected, diagnosis, restored.Turn)
            : new(ReauthenticationKind.GaveUp, diagnosis);
    }

    private static async Task<ConnectionRestored?> RestoredAsync(TaskOrchestrationContext context, string caseId, DateTimeOffset deadline)
    {
        context.SetCustomStatus(new DeliveryProgress($"parked behind case {caseId}", deadline));
        ConnectionRestored? restored;
        do
        {
            restored = await context.WaitForExternalEvent<ConnectionRestored?>(
                Restored, deadline - context.CurrentUtcDateTime, timeoutValue: null);
        }
        while (restored is { CaseId.Length: > 0 } && restored.CaseId != caseId); // another case's word is not about this failure; nobody's is a cancellation

        // Patience and the case may end at the same moment: what the database says holds.
        return restored is null
            && await context.CallActivityAsync<bool>(nameof(UnparkRun), new UnparkRunInput(caseId, context.InstanceId), Retries.ThroughOutages)
            ? new(caseId)
            : restored;
    }
}
