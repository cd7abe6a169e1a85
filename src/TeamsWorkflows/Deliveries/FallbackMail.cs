using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Deliveries;

/// <summary>The mail of one delivery: it goes out once.</summary>
internal sealed class FallbackMail(TaskOrchestrationContext context, DeliverToDestinationInput input)
{
    // While Teams is still tried, a mail server that is down must not hold that up.
    private static readonly TaskOptions WhileTeamsIsTried = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 4, TimeSpan.FromSeconds(5), backoffCoefficient: 2));

    private bool _isTried;

    /// <summary>Gets when the mail server took it; null: it has not.</summary>
    public DateTimeOffset? SentAt { get; private set; }

    /// <summary>Gets when it is due although Teams is still tried; null: it is not, or not any more.</summary>
    public DateTimeOffset? DueAt => _isTried ? null : input.Policies?.MailAt;

    /// <summary>Gets whether the report is not wanted in Teams any more.</summary>
    public bool ReplacesPost => SentAt is not null && input.Policies is { AfterMail: MailedAction.Suppress };

    /// <returns>Null: it is sent; else why not.</returns>
    public async Task<string?> SendAsync(int attempt, string note, bool isEarly)
    {
        _isTried = true;
        try
        {
            await context.CallActivityAsync<PostOutcome>(
                nameof(SendReportMail), new AttemptInput(input.DeliveryId, attempt, note, GoesOn: isEarly), isEarly ? WhileTeamsIsTried : Retries.OfMail);
            SentAt = context.CurrentUtcDateTime;
            return null;
        }
        catch (TaskFailedException e)
        {
            return e.FailureDetails.ErrorMessage;
        }
    }
}
