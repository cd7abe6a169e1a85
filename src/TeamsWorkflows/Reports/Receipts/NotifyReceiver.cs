using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Reports.Receipts;

/// <param name="Id">Of the receipt: the same one however often it is sent.</param>
internal sealed record NotifyInput(string ReportId, string Id);

/// <param name="IsTaken">Whether the receiver answered 2xx.</param>
/// <param name="IsWorthAnother">Whether another try may help.</param>
/// <param name="RetryAfter">What the receiver asked for; null: it did not say.</param>
internal sealed record NotifyOutcome(bool IsTaken, bool IsWorthAnother, TimeSpan? RetryAfter, string Answer);

/// <summary>Tells a report's webhook how it ended: at least once, for a day.</summary>
internal sealed class NotifyReceiver : TaskOrchestrator<NotifyInput, bool>
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <returns>Whether the receiver has it.</returns>
    public override async Task<bool> RunAsync(TaskOrchestrationContext context, NotifyInput input)
    {
        var until = context.CurrentUtcDateTime + Patience;
        for (var delay = FirstDelay; ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
        {
            var outcome = await context.CallActivityAsync<NotifyOutcome>(nameof(SendReceipt), input, Retries.Briefly);
            var next = context.CurrentUtcDateTime + (outcome.RetryAfter > delay ? outcome.RetryAfter.Value : delay);
            if (outcome.IsTaken || !outcome.IsWorthAnother || next > until)
            {
                return outcome.IsTaken;
            }

            context.SetCustomStatus($"the receiver answered {outcome.Answer}; it is told again at {next:u}");
            await context.CreateTimer(next);
        }
    }
}
