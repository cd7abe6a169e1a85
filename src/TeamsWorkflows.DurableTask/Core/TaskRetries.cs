namespace TeamsWorkflows.DurableTask.Core;

/// <summary>Tries a task again as its options say. A part of the orchestrator: time and waiting come from the context.</summary>
internal static class TaskRetries
{
    public static async Task<T> RunAsync<T>(TaskOrchestrationContext context, TaskRetryOptions? options, Func<Task<T>> attempt)
    {
        var firstTry = context.CurrentUtcDateTime;
        for (var attemptNumber = 1; ; attemptNumber++)
        {
            TaskFailureDetails failure;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException e) when (options is not null)
            {
                failure = e.FailureDetails;
                var elapsed = context.CurrentUtcDateTime - firstTry;
                if (options.Policy is { } policy && policy.DelayBeforeNextAttempt(attemptNumber, failure, elapsed) is null)
                {
                    throw;
                }

                if (options.Handler is { } handler && !await handler(new RetryContext(context, attemptNumber, failure, elapsed)))
                {
                    throw;
                }
            }

            if (options.Policy?.DelayBeforeNextAttempt(attemptNumber, failure, context.CurrentUtcDateTime - firstTry) is { } delay)
            {
                await context.CreateTimer(delay);
            }
        }
    }
}
