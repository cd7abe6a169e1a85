using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Deliveries;

/// <summary>The mail of one delivery: it goes out once.</summary>
internal sealed class FallbackMail(TaskOrchestrationContext context, DeliverToDestinationInput input)
{
    private static readonly TaskOptions Patiently = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 12, TimeSpan.FromSeconds(5), backoffCoefficient: 2)
        {
            MaxRetryInterval = TimeSpan.FromMinutes(15),
        });

    // While Teams is still tried, a mail server that is down must not hold that up.
    private static readonly TaskOptions Briefly = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 4, TimeSpan.FromSeconds(5), backoffCoefficient: 2));

    private bool _isTriedEarly;

    /// <summary>Gets when the mail server took it; null: it has not.</summary>
    public DateTimeOffset? SentAt { get; private set; }

    /// <summary>Gets when it is due although Teams is still tried; null: it is not, or not any more.</summary>
    public DateTimeOffset? DueAt => _isTriedEarly ? null : input.Policies?.MailAt;

    /// <summary>Gets whether the report is not wanted in Teams any more.</summary>
    public bool ReplacesPost => SentAt is not null && input.Policies is { AfterMail: MailedAction.Suppress };

    /// <returns>Null: it is sent; else why not.</returns>
    public async Task<string?> SendAsync(int attempt, string note, bool isEarly)
    {
        _isTriedEarly = true;
        try
        {
            await context.CallActivityAsync<PostOutcome>(
                nameof(SendReportMail), new AttemptInput(input.DeliveryId, attempt, note, GoesOn: isEarly), isEarly ? Briefly : Patiently);
            SentAt = context.CurrentUtcDateTime;
            return null;
        }
        catch (TaskFailedException e)
        {
            return e.FailureDetails.ErrorMessage;
        }
    }
}
