using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Schedules;

/// <summary>One occurrence: fetches the data if there is a source, hands the report over, or tells the owner why not.</summary>
/// <remarks>The data lies in the database meanwhile; no history holds any of it.</remarks>
internal sealed class RunOccurrence : TaskOrchestrator<RunOccurrenceInput, bool>
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    // Our own database or mail server: worth some hours.
    private static readonly TaskOptions Retries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 20, TimeSpan.FromSeconds(5), backoffCoefficient: 2) { MaxRetryInterval = TimeSpan.FromMinutes(15) });

    /// <returns>Whether the report was handed over.</returns>
    public override async Task<bool> RunAsync(TaskOrchestrationContext context, RunOccurrenceInput input)
    {
        var failure = await TryAsync(context, input);
        if (failure is not null)
        {
            await FailAsync(context, new(input.ScheduleId, input.Uid, input.OccurrenceId, input.Run, failure));
        }

        context.SendEvent(OccurrenceNames.InstanceOfSchedule(input.Uid), RunSchedule.Changed, payload: true);
        return failure is null;
    }

    // Null: it is done, or there is nothing to do any more.
    private static async Task<string?> TryAsync(TaskOrchestrationContext context, RunOccurrenceInput input)
    {
        try
        {
            if (input.RetryUntil is { } until && await FetchAsync(context, input, until) is { } failure)
            {
                return failure;
            }

            return await context.CallActivityAsync<HandOverOutcome>(nameof(HandOverOccurrence), input, Retries) is HandOverOutcome.Refused refused
                ? $"The report was refused. {refused.Reason}"
                : null;
        }
        catch (TaskFailedException e)
        {
            return $"It could not be carried out: {e.FailureDetails.ErrorMessage}";
        }
    }

    private static async Task<string?> FetchAsync(TaskOrchestrationContext context, RunOccurrenceInput input, DateTimeOffset until)
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            var outcome = await context.CallActivityAsync<FetchOutcome>(nameof(FetchSource), input, Retries);
            if (outcome.Failure is not { } failure)
            {
                return null;
            }

            var wait = outcome is FetchOutcome.Declined { RetryAfter: { } asked } && asked > delay ? asked : delay;
            if (outcome is FetchOutcome.Blocked || context.CurrentUtcDateTime + wait > until)
            {
                return failure;
            }

            await context.CreateTimer(wait);
        }
    }

    private static async Task FailAsync(TaskOrchestrationContext context, FailOccurrenceInput failed)
    {
        await context.CallActivityAsync<bool>(nameof(RecordFailedOccurrence), failed, Retries);
        try
        {
            await context.CallActivityAsync<bool>(nameof(TellScheduleOwner), failed, Retries);
        }
        catch (TaskFailedException)
        {
            context.SetCustomStatus("the owner could not be told");
        }
    }
}
