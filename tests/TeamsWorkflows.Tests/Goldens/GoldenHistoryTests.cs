using System.Reflection;
using System.Text.Json.Serialization;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Testing;

namespace TeamsWorkflows.Tests.Goldens;

/// <summary>What earlier builds have begun, this build can end. See docs/engine.md, Changing a workflow, when one fails.</summary>
[Trait("Requirement", "B13")]
public sealed class GoldenHistoryTests
{
    public static TheoryData<string> Files => [.. GoldenHistories.All.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_history_of_an_earlier_build_matches_todays_code(string file)
        => new OrchestrationReplayer(GoldenHistories.Registry).Replay(GoldenHistories.All[file]).ThrowUnlessMatches();

    [Fact]
    public void Every_orchestrator_has_histories_open_and_ended()
    {
        var names = GoldenHistories.Registry.OrchestratorNames;
        Assert.True(names.Count >= 4);
        Assert.All(names, name =>
        {
            var histories = GoldenHistories.All.Values.Where(h => h.Name == name.Value).ToArray();
            Assert.Contains(histories, static h => h.Events[^1] is ExecutionCompletedEvent);
            Assert.Contains(histories, static h => h.Events[^1] is not ExecutionCompletedEvent);
        });
    }

    [Fact]
    public void Every_activity_is_called_and_every_outcome_is_decided_upon()
    {
        var events = GoldenHistories.All.Values.SelectMany(static h => h.Events).ToArray();
        var results = events.OfType<TaskCompletedEvent>().Select(static e => e.Result ?? "")
            .Concat(events.OfType<SubOrchestrationInstanceCompletedEvent>().Select(static e => e.Result ?? "")).ToArray();
        var called = events.OfType<TaskScheduledEvent>().Select(static e => e.Name).ToHashSet();
        var activities = typeof(TeamsWorkflowsRegistration).Assembly.GetTypes().Where(IsActivity).Select(static t => t.Name);
        var outcomes = typeof(PostOutcome).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(static a => $"\"outcome\":\"{a.TypeDiscriminator}\"");
        var renewals = Enum.GetNames<ReauthenticationKind>().Select(static kind => $"\"kind\":\"{kind}\"");

        Assert.All(activities, name => Assert.Contains(name, called));
        Assert.All(outcomes.Concat(renewals), text => Assert.Contains(results, r => r.Contains(text, StringComparison.Ordinal)));
        Assert.Contains(events, static e => e is TaskFailedEvent);
        Assert.Contains(events, static e => e is SubOrchestrationInstanceFailedEvent);
        Assert.Contains(events, static e => e is ExecutionTerminatedEvent);
        Assert.Contains(events, static e => e is ExecutionResumedEvent);
        Assert.Contains(events, static e => e is TimerFiredEvent);
        Assert.Contains(events, static e => e is EventSentEvent);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_token_report_or_place_of_a_machine_is_in_a_history(string file)
    {
        var json = HistoryJson.Write(GoldenHistories.All[file]);
        string[] nowhere = ["eyJ", "Bearer ", "Sales were", "client_secret", "refresh_token", ".cs:line", "/tmp", "/home", "/root", "C:\\"];
        Assert.All(nowhere, text => Assert.DoesNotContain(text, json, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_workflow_that_was_changed_is_found_with_event_and_decision()
    {
        var changed = new DurableTaskRegistry(WorkflowJson.Default.Options)
            .AddOrchestrator(nameof(DeliverReport), static () => new RecordsFirst());
        var history = GoldenHistories.All.Values.First(static h => h.Name == nameof(DeliverReport)
            && h.Events.OfType<SubOrchestrationInstanceCreatedEvent>().FirstOrDefault()?.Name == nameof(DeliverToDestination));

        var mismatch = Assert.IsType<ReplayResult.Mismatch>(new OrchestrationReplayer(changed).Replay(history));
        Assert.Equal(EngineErrors.NonDeterministicOrchestration, mismatch.Failure.ErrorType);
        Assert.Equal(
            "History has SubOrchestrationInstanceCreatedEvent 'DeliverToDestination' at #0, but the code decided ScheduleTaskAction 'RecordDelivery' there.",
            mismatch.Failure.ErrorMessage);
    }

    private static bool IsActivity(Type type)
        => type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(TaskActivity<,>);

    /// <summary>DeliverReport with one step more at its beginning: what somebody could write without thinking of running instances.</summary>
    private sealed class RecordsFirst : TaskOrchestrator<DeliverReportInput, DeliveryResult[]>
    {
        public override async Task<DeliveryResult[]> RunAsync(TaskOrchestrationContext context, DeliverReportInput input)
        {
            await context.CallActivityAsync(
                nameof(RecordDelivery), new RecordDeliveryInput(input.Deliveries[0].DeliveryId, DeliveryState.Waiting, "begun"));
            return await new DeliverReport().RunAsync(context, input);
        }
    }
}
