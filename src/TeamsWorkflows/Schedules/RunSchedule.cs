using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Schedules;

/// <summary>One schedule, for as long as there is one: looks what is due, begins it, sleeps until the next occurrence.</summary>
/// <remarks>
/// What is due is decided by an activity and kept in the database before anything begins: time zones change, and a history
/// must not. It holds nothing itself, so it may be ended and started at any time and neither loses an occurrence nor doubles
/// one. Somebody who changes the schedule wakes it; so does an occurrence that ends, since another may wait for it.
/// </remarks>
internal sealed class RunSchedule : TaskOrchestrator<RunScheduleInput, bool>
{
    /// <summary>The event that says something is different from what it was.</summary>
    public const string Changed = "ScheduleChanged";

    // A round that failed as a whole (our database, a bug) is no reason to stop the schedule.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <returns>True, when the schedule was deleted.</returns>
    public override async Task<bool> RunAsync(TaskOrchestrationContext context, RunScheduleInput input)
    {
        var round = await RoundAsync(context, input);
        if (round.IsGone)
        {
            return true;
        }

        foreach (var occurrence in round.Begin)
        {
            context.StartOrchestration(
                nameof(RunOccurrence),
                occurrence,
                new TaskOptions(InstanceId: OccurrenceNames.InstanceOf(input.Uid, occurrence.OccurrenceId, occurrence.Run)));
        }

        await context.WaitForExternalEvent(Changed, round.WakeAt - context.CurrentUtcDateTime, timeoutValue: false);
        context.ContinueAsNew(input);
        return false;
    }

    private static async Task<ScheduleRound> RoundAsync(TaskOrchestrationContext context, RunScheduleInput input)
    {
        try
        {
            return await context.CallActivityAsync<ScheduleRound>(nameof(PlanOccurrences), input);
        }
        catch (TaskFailedException)
        {
            return new(IsGone: false, [], context.CurrentUtcDateTime + AfterFailure);
        }
    }
}
