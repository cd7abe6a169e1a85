namespace TeamsWorkflows.DurableTask;

/// <summary>A retry policy, or code that decides: one of the two.</summary>
public sealed class TaskRetryOptions
{
    private TaskRetryOptions()
    {
    }

    /// <summary>Gets the policy that decides about another try; null: code does.</summary>
    public RetryPolicy? Policy { get; private init; }

    /// <summary>Gets the code that decides about another try.</summary>
    public Func<RetryContext, Task<bool>>? Handler { get; private init; }

    /// <summary>Lets a policy stand where options are asked for.</summary>
    public static implicit operator TaskRetryOptions(RetryPolicy policy) => FromRetryPolicy(policy);

    /// <summary>Tries again as the policy says, after a durable timer.</summary>
    public static TaskRetryOptions FromRetryPolicy(RetryPolicy policy) => new() { Policy = policy };

    /// <summary>
    /// Asks code after each failure: true tries again at once (the code may wait for a durable timer first), false gives up.
    /// It runs as a part of the orchestrator, so it must be as deterministic.
    /// </summary>
    public static TaskRetryOptions FromRetryHandler(Func<RetryContext, Task<bool>> handler) => new() { Handler = handler };
}

/// <summary>What a retry handler may know.</summary>
/// <param name="LastAttemptNumber">The attempt that has just failed; the first is 1.</param>
/// <param name="TotalRetryTime">Since the first attempt was scheduled, by the orchestration's clock.</param>
public sealed record RetryContext(
    TaskOrchestrationContext OrchestrationContext,
    int LastAttemptNumber,
    TaskFailureDetails LastFailure,
    TimeSpan TotalRetryTime);

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

    /// <summary>Gets the delay between the first try and the second.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>Gets by how much each delay is longer than the one before; 1: all are the same.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>Gets the longest delay between two tries.</summary>
    /// <value>The default is one hour.</value>
    public TimeSpan MaxRetryInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets how long all tries together may take, by the orchestration's clock.</summary>
    /// <value>The default is without limit.</value>
    public TimeSpan RetryTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Gets the decision which failures are worth another try. Must be pure: it runs again on replay.</summary>
    /// <value>The default refuses those marked <see cref="TaskFailureDetails.IsNonRetriable"/>.</value>
    public Func<TaskFailureDetails, bool> HandleFailure { get; init; } = static failure => !failure.IsNonRetriable;

    /// <param name="attempt">The attempt that has just failed; the first is 1.</param>
    /// <param name="failure">Why it failed.</param>
    /// <param name="elapsed">Since the first attempt was scheduled.</param>
    /// <returns>How long to wait, or <see langword="null"/> to give up.</returns>
    public TimeSpan? DelayBeforeNextAttempt(int attempt, TaskFailureDetails failure, TimeSpan elapsed = default)
    {
        if (attempt >= MaxNumberOfAttempts || !HandleFailure(failure))
        {
            return null;
        }

        var delayMs = FirstRetryInterval.TotalMilliseconds * Math.Pow(BackoffCoefficient, attempt - 1);
        var delay = TimeSpan.FromMilliseconds(Math.Min(delayMs, MaxRetryInterval.TotalMilliseconds));
        return RetryTimeout == Timeout.InfiniteTimeSpan || elapsed + delay < RetryTimeout ? delay : null;
    }
}
