using System.Globalization;
using System.Text.Json;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>One activity's task.</summary>
/// <param name="Stage">No step of a later stage of the instance begins before this one's result is durable.</param>
/// <param name="Ballast">Makes the log grow.</param>
internal sealed record Step(int Stage, int Index, int WorkMs, string Ballast);

/// <summary>What an instance is to do.</summary>
/// <param name="Seen">The events of the generations before.</param>
internal sealed record Plan(int WorkMs, string Ballast, IReadOnlyList<string>? Seen = null)
{
    public Step Step(int stage, int index = 0) => new(stage, index, WorkMs, Ballast);
}

/// <summary>Workflows of every shape; what each returns follows from its input and its events alone.</summary>
internal static class CrashWorkflows
{
    private static readonly RetryPolicy Stubborn = new(60, TimeSpan.FromMilliseconds(5));

    /// <param name="activities">Null: the orchestrators alone, for a replay.</param>
    public static DurableTaskRegistry Registry(CrashActivities? activities)
    {
        var registry = new DurableTaskRegistry(JsonSerializerOptions.Web)
            .Orchestrator<int>("sequence", SequenceAsync)
            .Orchestrator<int>("fan", FanAsync)
            .Orchestrator<int>("parent", ParentAsync)
            .Orchestrator<int>("timer", TimerAsync)
            .Orchestrator<string>("events", EventsAsync)
            .Orchestrator<string>("generations", GenerationsAsync)
            .Orchestrator<int>("retries", RetriesAsync)
            .Orchestrator<int>("mended", MendedAsync)
            .Orchestrator<int>("relay", RelayAsync)
            .Orchestrator<string>("collector", CollectorAsync);
        return activities is null ? registry : registry
            .AddActivity("step", () => new Activity(activities.StepAsync))
            .AddActivity("flaky", () => new Activity(activities.FlakyAsync))
            .AddActivity("needs-mending", () => new Activity(activities.NeedsMendingAsync));
    }

    private static async Task<int> SequenceAsync(TaskOrchestrationContext context, Plan plan)
    {
        var done = 0;
        for (var stage = 0; stage < 4; stage++)
        {
            done += await context.CallActivityAsync<int>("step", plan.Step(stage));
        }

        return done;
    }

    private static async Task<int> FanAsync(TaskOrchestrationContext context, Plan plan)
    {
        var done = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => context.CallActivityAsync<int>("step", plan.Step(0, i))));
        return done.Sum() + await context.CallActivityAsync<int>("step", plan.Step(1));
    }

    private static async Task<int> ParentAsync(TaskOrchestrationContext context, Plan plan)
    {
        var children = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => context.CallSubOrchestratorAsync<int>(
            "sequence", plan, new TaskOptions(InstanceId: $"{context.InstanceId}.{i}"))));
        return children.Sum() + await context.CallActivityAsync<int>("step", plan.Step(0));
    }

    private static async Task<int> TimerAsync(TaskOrchestrationContext context, Plan plan)
    {
        var done = await context.CallActivityAsync<int>("step", plan.Step(0));
        await context.CreateTimer(TimeSpan.FromMilliseconds(40));
        return done + await context.CallActivityAsync<int>("step", plan.Step(1));
    }

    private static async Task<string> EventsAsync(TaskOrchestrationContext context, Plan plan)
    {
        List<string> seen = [];
        while (await context.WaitForExternalEvent<string>("e") is var e && !e.StartsWith("stop", StringComparison.Ordinal))
        {
            seen.Add(e);
        }

        return string.Join(',', seen);
    }

    private static async Task<string> GenerationsAsync(TaskOrchestrationContext context, Plan plan)
    {
        var seen = plan.Seen ?? [];
        await context.CallActivityAsync<int>("step", plan.Step(seen.Count));
        var e = await context.WaitForExternalEvent<string>("e");
        if (!e.StartsWith("stop", StringComparison.Ordinal))
        {
            context.ContinueAsNew(plan with { Seen = [.. seen, e] });
        }

        return string.Join(',', seen);
    }

    private static async Task<int> RetriesAsync(TaskOrchestrationContext context, Plan plan)
    {
        var done = 0;
        for (var stage = 0; stage < 3; stage++)
        {
            done += await context.CallActivityAsync<int>("flaky", plan.Step(stage), TaskOptions.FromRetryPolicy(Stubborn));
        }

        return done;
    }

    private static async Task<int> MendedAsync(TaskOrchestrationContext context, Plan plan)
        => await context.CallActivityAsync<int>("step", plan.Step(0))
            + await context.CallActivityAsync<int>("needs-mending", plan.Step(1))
            + await context.CallActivityAsync<int>("step", plan.Step(2));

    private static async Task<int> RelayAsync(TaskOrchestrationContext context, Plan plan)
    {
        var collector = context.StartOrchestration("collector", plan, new TaskOptions(InstanceId: $"{context.InstanceId}.c"));
        var done = 0;
        for (var stage = 0; stage < 3; stage++)
        {
            context.SendEvent(collector, "e", stage.ToString(CultureInfo.InvariantCulture));
            done += await context.CallActivityAsync<int>("step", plan.Step(stage));
        }

        return done;
    }

    private static async Task<string> CollectorAsync(TaskOrchestrationContext context, Plan plan)
    {
        List<string> seen = [];
        for (var i = 0; i < 3; i++)
        {
            seen.Add(await context.WaitForExternalEvent<string>("e"));
        }

        return string.Join(',', seen);
    }

    private static DurableTaskRegistry Orchestrator<TOutput>(
        this DurableTaskRegistry registry, string name, Func<TaskOrchestrationContext, Plan, Task<TOutput>> run)
        => registry.AddOrchestrator(name, () => new Orchestration<TOutput>(run));

    private sealed class Orchestration<TOutput>(Func<TaskOrchestrationContext, Plan, Task<TOutput>> run) : TaskOrchestrator<Plan, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskOrchestrationContext context, Plan input) => run(context, input);
    }

    private sealed class Activity(Func<TaskActivityContext, Step, Task<int>> run) : TaskActivity<Step, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, Step input) => run(context, input);
    }
}
