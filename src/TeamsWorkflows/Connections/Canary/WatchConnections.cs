using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Tries all connections, waits, and begins anew: it has no end as long as the settings want a next round.</summary>
internal sealed class WatchConnections : TaskOrchestrator<WatchInput, WatchRound>
{
    /// <summary>There is one of it.</summary>
    public const string InstanceId = "watch-connections";

    /// <summary>The event that says the next round may be due at another time.</summary>
    public const string Changed = "WatchChanged";

    // A round that failed as a whole (our database, a bug) is no reason to stop watching.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(15);

    public override async Task<WatchRound> RunAsync(TaskOrchestrationContext context, WatchInput input)
    {
        var round = await RoundAsync(context, input);
        if (round.NextAt is { } next)
        {
            context.SetCustomStatus(round);
            var isChanged = await context.WaitForExternalEvent(Changed, next - context.CurrentUtcDateTime, timeoutValue: false);
            context.ContinueAsNew(new WatchInput(input.Round + 1, isChanged || round.OnlyTells == true ? true : null));
        }

        return round;
    }

    private static async Task<WatchRound> RoundAsync(TaskOrchestrationContext context, WatchInput input)
    {
        try
        {
            return await context.CallActivityAsync<WatchRound>(nameof(CheckConnections), input);
        }
        catch (TaskFailedException)
        {
            return new(0, [], context.CurrentUtcDateTime + AfterFailure);
        }
    }
}

/// <param name="Round">From 1.</param>
/// <param name="OnlyPlan">True: connections that are not known to have been changed are not tried; it is told what ends, and planned anew.</param>
internal sealed record WatchInput(int Round, bool? OnlyPlan = null);

/// <param name="Checked">How many connections were tried.</param>
/// <param name="Broken">Those that do not work.</param>
/// <param name="NextAt">When the next round is due (UTC); null: never.</param>
/// <param name="OnlyTells">True: the next round tries nothing, it tells what ends.</param>
internal sealed record WatchRound(int Checked, IReadOnlyList<string> Broken, DateTimeOffset? NextAt, bool? OnlyTells = null);
