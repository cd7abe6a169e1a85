using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests;

public sealed class OrchestrationExecutorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly OrchestrationExecutor _executor = new(SampleWorkflows.Registry(), NullLoggerFactory.Instance);

    [Fact]
    public void First_turn_waits_for_the_event_and_the_timer()
    {
        var response = Execute([], Started("Post"));

        var timer = Assert.IsType<CreateTimerAction>(Assert.Single(response.Actions));
        Assert.Equal(Noon.AddHours(1), timer.FireAt);
    }

    [Fact]
    public void Approval_resumes_the_orchestration_and_schedules_the_post()
    {
        var response = Execute(
            [.. Started("Post"), new TimerCreatedEvent(Noon.AddHours(1)) { EventId = 0, Timestamp = Noon }],
            new OrchestratorStartedEvent { Timestamp = Noon.AddMinutes(5) },
            new EventRaisedEvent("APPROVAL", "true") { Timestamp = Noon.AddMinutes(5) });

        var post = Assert.IsType<ScheduleTaskAction>(Assert.Single(response.Actions));
        Assert.Equal(("post", "\"hello\""), (post.Name, post.Input));
    }

    [Fact]
    public void A_failed_attempt_is_retried_after_a_durable_delay()
    {
        var failure = new TaskFailureDetails("Graph.Throttled", "429");
        var response = Execute(
            [
                .. Started("Post"),
                new TimerCreatedEvent(Noon.AddHours(1)) { EventId = 0, Timestamp = Noon },
                new EventRaisedEvent("approval", "true") { Timestamp = Noon },
                new TaskScheduledEvent("post", "\"hello\"") { EventId = 1, Timestamp = Noon },
            ],
            new OrchestratorStartedEvent { Timestamp = Noon.AddMinutes(1) },
            new TaskFailedEvent(1, failure) { Timestamp = Noon.AddMinutes(1) });

        var delay = Assert.IsType<CreateTimerAction>(Assert.Single(response.Actions));
        Assert.Equal(Noon.AddMinutes(1).AddSeconds(10), delay.FireAt);
    }

    // Durable Task Scheduler asks so for a rewind; who does not rewrite the history must not make it another one either.
    [Fact]
    public void A_turn_that_asks_for_a_rewind_ends_as_the_history_ended()
    {
        TaskFailureDetails failure = new("Graph.Forbidden", "403", IsNonRetriable: true);
        var response = Execute(
            [
                .. Started("Child"),
                new TaskScheduledEvent("post", "\"hello\"") { EventId = 0, Timestamp = Noon },
                new OrchestratorStartedEvent { Timestamp = Noon.AddMinutes(1) },
                new TaskFailedEvent(0, failure) { Timestamp = Noon.AddMinutes(1) },
                new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Failed, null, failure) { EventId = 1, Timestamp = Noon.AddMinutes(1) },
            ],
            new OrchestratorStartedEvent { Timestamp = Noon.AddHours(1) },
            new ExecutionRewoundEvent("repaired") { Timestamp = Noon.AddHours(1) });

        var end = Assert.IsType<CompleteOrchestrationAction>(Assert.Single(response.Actions));
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "Graph.Forbidden"), (end.Status, end.Failure?.ErrorType));
    }

    [Fact]
    public void Changed_code_fails_the_instance_and_says_where()
    {
        var response = Execute(
            [.. Started("Child"), new TaskScheduledEvent("publish", "\"hello\"") { EventId = 0, Timestamp = Noon }],
            new TaskCompletedEvent(0, "\"done\"") { Timestamp = Noon });

        var end = Assert.IsType<CompleteOrchestrationAction>(Assert.Single(response.Actions));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.Status);
        Assert.Equal(
            "History has TaskScheduledEvent 'publish' at #0, but the code decided ScheduleTaskAction 'post' there.", end.Failure!.ErrorMessage);
        Assert.Equal(EngineErrors.NonDeterministicOrchestration, end.Failure.ErrorType);
    }

    [Fact]
    public void Awaiting_something_that_is_not_durable_fails_the_instance()
    {
        var end = Assert.IsType<CompleteOrchestrationAction>(Assert.Single(Execute([], Started("Sleeps")).Actions));

        Assert.Contains("not durable", end.Failure!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_delivered_twice_counts_once()
    {
        var done = new TaskCompletedEvent(0, "\"m1\"") { Timestamp = Noon };
        var response = Execute(
            [.. Started("Child"), new TaskScheduledEvent("post", "\"hello\"") { EventId = 0, Timestamp = Noon }], done, done);

        var end = Assert.IsType<CompleteOrchestrationAction>(Assert.Single(response.Actions));
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "\"m1\""), (end.Status, end.Result));
    }

    [Fact]
    public void A_cancelled_orchestrator_fails_and_says_so()
    {
        var end = Assert.IsType<CompleteOrchestrationAction>(Assert.Single(Execute([], Started("Cancels")).Actions));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.Status);
        Assert.Equal(typeof(TaskCanceledException).FullName, end.Failure!.ErrorType);
    }

    [Fact]
    public void An_event_to_another_instance_is_a_decision_that_replay_confirms()
    {
        var sent = Assert.IsType<SendEventAction>(Execute([], Started("Sends")).Actions[0]);
        Assert.Equal(("other", "hello", "\"hello\""), (sent.InstanceId, sent.Name, sent.Input));

        var again = Execute(
            [.. Started("Sends"), new EventSentEvent("other", "hello", "\"hello\"") { EventId = 0, Timestamp = Noon }],
            new EventRaisedEvent("done", null) { Timestamp = Noon });
        Assert.IsType<CompleteOrchestrationAction>(Assert.Single(again.Actions));
    }

    [Fact]
    public void A_cancelled_timer_lets_the_orchestration_end()
    {
        var response = Execute(
            [.. Started("Post"), new TimerCreatedEvent(Noon.AddHours(1)) { EventId = 0, Timestamp = Noon }],
            new EventRaisedEvent("approval", "true") { Timestamp = Noon },
            new TaskScheduledEvent("post", "\"hello\"") { EventId = 1, Timestamp = Noon },
            new TaskCompletedEvent(1, "\"m1\"") { Timestamp = Noon });

        Assert.Equal(
            (OrchestrationRuntimeStatus.Completed, "\"m1\""),
            response.Actions.OfType<CompleteOrchestrationAction>().Select(a => (a.Status, a.Result)).Single());
    }

    [Fact]
    public void Identifiers_are_the_same_on_every_replay_and_differ_from_call_to_call()
    {
        var first = Execute([], Started("Guids")).Actions.OfType<CompleteOrchestrationAction>().Single().Result;
        var second = Execute([], Started("Guids")).Actions.OfType<CompleteOrchestrationAction>().Single().Result;

        Assert.Equal(first, second);
        Assert.Equal(2, first!.Trim('"').Split(' ').Distinct().Count());
        Assert.Equal(8, Guid.Parse(first.Trim('"').Split(' ')[0]).Version);
    }

    [Fact]
    public void A_replay_says_nothing_twice()
    {
        var log = new RecordingLoggerFactory();
        var executor = new OrchestrationExecutor(SampleWorkflows.Registry(), log);
        executor.Execute(new("i-1", [], Started("Logs")));
        executor.Execute(new(
            "i-1",
            [.. Started("Logs"), new TaskScheduledEvent("post", "\"hello\"") { EventId = 0, Timestamp = Noon }],
            [new TaskCompletedEvent(0, "\"m1\"") { Timestamp = Noon }]));

        Assert.Equal(["posting hello", "posted m1"], log.Messages);
    }

    private static HistoryEvent[] Started(string name) =>
    [
        new OrchestratorStartedEvent { Timestamp = Noon },
        new ExecutionStartedEvent(name, "\"hello\"", "e1") { Timestamp = Noon },
    ];

    private OrchestratorResponse Execute(HistoryEvent[] past, params HistoryEvent[] fresh)
        => _executor.Execute(new OrchestratorRequest("i-1", past, fresh));
}
