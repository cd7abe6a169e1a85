using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>Waits for a person who signs in somewhere else: durable timers between the polls, one poll a turn, no code in the history.</summary>
internal sealed class SignInByDevice : TaskOrchestrator<DeviceSignInInput, bool>
{
    /// <summary>How much longer to wait between two polls after <c>slow_down</c>.</summary>
    /// <seealso href="https://www.rfc-editor.org/rfc/rfc8628#section-3.5"/>
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    /// <returns>Always true: the sign-in is over, however it ended.</returns>
    public override async Task<bool> RunAsync(TaskOrchestrationContext context, DeviceSignInInput input)
    {
        context.SetCustomStatus(new DeliveryProgress("waiting for a person to sign in"));
        await context.CreateTimer(input.Interval);
        var poll = await context.CallActivityAsync<DevicePollResult>(
            nameof(RedeemDeviceCode), new RedeemDeviceCodeInput(input.ConnectionId, input.SignInId), Retries.Briefly);
        if (!poll.IsOver)
        {
            context.ContinueAsNew(input with { Interval = poll.IsTooFast ? input.Interval + SlowDown : input.Interval });
        }

        return true;
    }
}

/// <param name="Interval">How long to wait before the next poll.</param>
internal sealed record DeviceSignInInput(string ConnectionId, string SignInId, TimeSpan Interval);

internal sealed record RedeemDeviceCodeInput(string ConnectionId, string SignInId);

/// <param name="IsTooFast">Whether the authority, or its trouble, asks for longer pauses.</param>
internal sealed record DevicePollResult(bool IsOver, bool IsTooFast);
