namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>Runs a program; its output says what it saw, so that two runs that saw the same can be told to be the same.</summary>
internal sealed class ProgramOrchestrator : TaskOrchestrator<Program, string>
{
    public const string Name = "program";

    /// <summary>How many characters of the output are a made-up identifier: a model cannot know them.</summary>
    public const int IdentifierLength = 4;

    public const string GaveUp = "Program.GaveUp";

    private static readonly RetryPolicy TwoTries = new(2, TimeSpan.FromSeconds(5));

    public override async Task<string> RunAsync(TaskOrchestrationContext context, Program input)
    {
        List<string> seen = [$"{context.NewGuid():N}"[..IdentifierLength], context.Version, context.Parent?.InstanceId ?? "", context.InstanceId];
        foreach (var step in input.Steps)
        {
            seen.Add(await RunAsync(context, step));
        }

        if (input.Generations > 0)
        {
            context.ContinueAsNew(input with { Generations = input.Generations - 1 }, input.KeepsEvents, input.NextVersion);
        }

        return string.Join(',', seen);
    }

    private static async Task<string> RunAsync(TaskOrchestrationContext context, Step step)
    {
        switch (step)
        {
            case Call call:
                return await CaughtAsync(() => context.CallActivityAsync<string>(call.Name, "x", OptionsOf(call.Retries)), call.IsCaught);
            case Sub sub:
                var options = OptionsOf(sub.Retries) with { InstanceId = sub.Id, Version = sub.Version, Tags = new([new("by", "sub")]) };
                return await CaughtAsync(() => context.CallSubOrchestratorAsync<string>(Name, sub.Child, options), sub.IsCaught);
            case Fire fire: return context.StartOrchestration(Name, fire.Child, new TaskOptions(InstanceId: fire.Id));
            case Sleep sleep:
                await context.CreateTimer(TimeSpan.FromSeconds(sleep.Seconds));
                return $"{context.CurrentUtcDateTime:T}";
            case Await wait: return await context.WaitForExternalEvent(wait.Event, TimeSpan.FromSeconds(wait.TimeoutSeconds), "timeout");
            case Send send:
                context.SendEvent(send.Target, send.Event, $"from {context.InstanceId}");
                return "sent";
            case Status status:
                context.SetCustomStatus(status.Text);
                return "";
            case Together together: return await RunAsync(context, together);
            case GiveUp: throw new ActivityFailureException(GaveUp, "The program gave up.");
            default: throw new InvalidOperationException($"Unknown step {step}.");
        }
    }

    private static async Task<string> RunAsync(TaskOrchestrationContext context, Together together)
    {
        var branches = together.Branches.Select(b => RunAsync(context, b)).ToArray();
        return together.IsAny
            ? await await Task.WhenAny(branches)
            : string.Join('|', await Task.WhenAll(branches));
    }

    private static TaskOptions OptionsOf(Retries retries) => retries switch
    {
        Retries.Policy => TaskOptions.FromRetryPolicy(TwoTries),
        Retries.Handler => TaskOptions.FromRetryHandler(static retry => retry.LastAttemptNumber < 3),
        _ => new TaskOptions(),
    };

    private static async Task<string> CaughtAsync(Func<Task<string>> call, bool isCaught)
    {
        try
        {
            return await call();
        }
        catch (TaskFailedException e) when (isCaught)
        {
            return $"caught {e.FailureDetails.ErrorType}";
        }
    }
}
