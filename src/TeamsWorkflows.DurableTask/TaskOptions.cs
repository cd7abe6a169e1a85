namespace TeamsWorkflows.DurableTask;

/// <summary>How an activity or sub-orchestration is to be called.</summary>
/// <param name="Retry">What to do when it fails; null: nothing, the failure goes to the orchestrator.</param>
/// <param name="InstanceId">
/// The identifier of a sub-orchestration; null: one derived from the caller's. An identifier that is taken fails the call
/// with <see cref="EngineErrors.OrchestrationAlreadyExists"/>. Ignored for activities.
/// </param>
public sealed record TaskOptions(RetryPolicy? Retry = null, string? InstanceId = null)
{
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    public TaskOptions WithInstanceId(string instanceId) => this with { InstanceId = instanceId };
}

/// <summary>When, and how often, a failed task is tried again.</summary>
/// <remarks>Pure: <see cref="DelayBeforeNextAttempt"/> depends on its arguments alone, so replay cannot disagree.</remarks>
public sealed record RetryPolicy
{
    /// <param name="maxNumberOfAttempts">Tries in all, the first included; at least 1.</param>
    /// <param name="firstRetryInterval">Delay between the first try and the second; more than zero.</param>
    /// <param name="backoffCoefficient">By how much each delay is longer than the one before; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public RetryPolicy(int maxNumberOfAttempts, TimeSpan firstRetryInterval, double backoffCoefficient = 1.0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNumberOfAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
    }

    /// <summary>Gets the number of tries in all, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    /// <summary>Gets the longest delay between two tries.</summary>
    /// <value>The default is one hour.</value>
    public TimeSpan MaxRetryInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets the decision which failures are worth another try. Must be pure: it runs again on replay.</summary>
    /// <value>The default refuses those marked <see cref="TaskFailureDetails.IsNonRetriable"/>.</value>
    public Func<TaskFailureDetails, bool> ShouldRetry { get; init; } = static failure => !failure.IsNonRetriable;

    /// <param name="attempt">The attempt that has just failed; the first is 1.</param>
    /// <param name="failure">Why it failed.</param>
    /// <returns>How long to wait, or <see langword="null"/> to give up.</returns>
    public TimeSpan? DelayBeforeNextAttempt(int attempt, TaskFailureDetails failure)
    {
        if (attempt >= MaxNumberOfAttempts || !ShouldRetry(failure))
        {
            return null;
        }

        var delayMs = FirstRetryInterval.TotalMilliseconds * Math.Pow(BackoffCoefficient, attempt - 1);
        return TimeSpan.FromMilliseconds(Math.Min(delayMs, MaxRetryInterval.TotalMilliseconds));
    }
}
