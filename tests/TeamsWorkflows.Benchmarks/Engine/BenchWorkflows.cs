using System.Text.Json;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>The workflows of the peers' harness, as ours.</summary>
internal static class BenchWorkflows
{
    public static readonly TimeSpan SlowStep = TimeSpan.FromMilliseconds(200);

    /// <param name="log">Told at the start of each slow step.</param>
    public static DurableTaskRegistry Registry(Action<string>? log = null) => new DurableTaskRegistry(JsonSerializerOptions.Web)
        .AddOrchestrator("five", static () => new FiveSteps("inc"))
        .AddOrchestrator("five-slow", static () => new FiveSteps("slow"))
        .AddOrchestrator("steps", static () => new Steps())
        .AddOrchestrator("fan", static () => new FanOut())
        .AddOrchestrator("wait", static () => new WaitsForEvent())
        .AddOrchestrator("wait-or-expire", static () => new WaitsForEventOrTimer())
        .AddOrchestrator("sleep", static () => new Sleeps())
        .AddActivity("inc", static () => new Increment())
        .AddActivity("slow", () => new SlowIncrement(log));

    private sealed class FiveSteps(string activity) : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            for (var i = 0; i < 5; i++)
            {
                input = await context.CallActivityAsync<int>(activity, input);
            }

            return input;
        }
    }

    private sealed class Steps : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            var value = 0;
            for (var i = 0; i < input; i++)
            {
                value = await context.CallActivityAsync<int>("inc", value);
            }

            return value;
        }
    }

    private sealed class FanOut : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
            => (await Task.WhenAll(Enumerable.Range(0, input).Select(i => context.CallActivityAsync<int>("inc", i)))).Sum();
    }

    private sealed class WaitsForEvent : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => context.WaitForExternalEvent<int>("go");
    }

    private sealed class WaitsForEventOrTimer : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input)
            => context.WaitForExternalEvent("go", TimeSpan.FromDays(30) + TimeSpan.FromSeconds(input), timeoutValue: 0);
    }

    private sealed class Sleeps : TaskOrchestrator<int, double>
    {
        public override async Task<double> RunAsync(TaskOrchestrationContext context, int input)
        {
            var due = context.CurrentUtcDateTime.AddSeconds(input);
            await context.CreateTimer(due);
            return (DateTimeOffset.UtcNow - due).TotalMilliseconds; // not deterministic, and that is the measurement
        }
    }

    private sealed class Increment : TaskActivity<int, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input + 1);
    }

    private sealed class SlowIncrement(Action<string>? log) : TaskActivity<int, int>
    {
        public override async Task<int> RunAsync(TaskActivityContext context, int input)
        {
            log?.Invoke($"{context.InstanceId} {context.TaskId}");
            await Task.Delay(SlowStep, context.CancellationToken);
            return input + 1;
        }
    }
}
