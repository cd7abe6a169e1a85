using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Histories as people read them.</summary>
public sealed class TimelineTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 6, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Steps_have_their_length_their_outcome_and_what_went_in_and_out()
    {
        var timeline = Timeline.Of(
        [
            new OrchestratorStartedEvent { Timestamp = At(0) },
            new ExecutionStartedEvent("Deliver", "1", "e") { Timestamp = At(0) },
            new TaskScheduledEvent("Post", "\"in\"") { Timestamp = At(0), EventId = 0 },
            new TimerCreatedEvent(At(60)) { Timestamp = At(0), EventId = 1 },
            new SubOrchestrationInstanceCreatedEvent("child", "Reconnect", null) { Timestamp = At(0), EventId = 2 },
            new TaskFailedEvent(0, new("HttpRequestException", "gone")) { Timestamp = At(2) },
            new EventRaisedEvent("Cancel", "\"now\"") { Timestamp = At(3) },
            new SubOrchestrationInstanceCompletedEvent(2, "\"out\"") { Timestamp = At(4) },
            new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Completed, "2", null) { Timestamp = At(4) },
        ]);

        Assert.True(timeline.HasEnded);
        Assert.Equal((At(0), At(4)), (timeline.Start, timeline.End));
        Assert.Collection(
            timeline.Entries,
            post =>
            {
                Assert.Equal((TimelineKind.Activity, "Post", TimelineOutcome.Failed), (post.Kind, post.Name, post.Outcome));
                Assert.Equal((At(0), At(2)), (post.Start, post.End));
                Assert.Equal(("\"in\"", "gone"), (post.Input, post.Failure?.ErrorMessage));
            },
            timer => Assert.Equal((TimelineKind.Timer, TimelineOutcome.LeftBehind, At(60)), (timer.Kind, timer.Outcome, timer.FireAt)),
            child => Assert.Equal(("child", "\"out\"", TimelineOutcome.Succeeded), (child.InstanceId, child.Result, child.Outcome)),
            raised => Assert.Equal((TimelineKind.EventReceived, "Cancel", "\"now\""), (raised.Kind, raised.Name, raised.Input)));
    }

    [Fact]
    public void What_goes_on_is_open_and_what_ends_without_a_beginning_is_left_out()
    {
        var timeline = Timeline.Of(
        [
            new ExecutionStartedEvent("Deliver", null, "e") { Timestamp = At(0), Parent = new("parent", "g", 3) },
            new TaskCompletedEvent(7, null) { Timestamp = At(1) },
            new TaskScheduledEvent("Post", null) { Timestamp = At(1), EventId = 0 },
            new ExecutionSuspendedEvent("ops: wait") { Timestamp = At(2) },
            new ExecutionResumedEvent("ops: go") { Timestamp = At(5) },
        ]);

        Assert.False(timeline.HasEnded);
        Assert.Equal("parent", timeline.Parent?.InstanceId);
        Assert.Collection(
            timeline.Entries,
            post => Assert.Equal((TimelineOutcome.Open, null), (post.Outcome, post.End)),
            pause => Assert.Equal((TimelineKind.Suspension, "ops: wait", "ops: go", At(5)), (pause.Kind, pause.Input, pause.Result, pause.End)));
    }

    [Fact]
    public void A_night_of_waiting_is_folded_and_the_work_around_it_can_be_seen()
    {
        var timeline = Timeline.Of(
        [
            new ExecutionStartedEvent("Deliver", null, "e") { Timestamp = At(0) },
            new TaskScheduledEvent("Post", null) { Timestamp = At(0), EventId = 0 },
            new TaskCompletedEvent(0, null) { Timestamp = At(1) },
            new TimerCreatedEvent(At(36_001)) { Timestamp = At(1), EventId = 1 },
            new TimerFiredEvent(1, At(36_001)) { Timestamp = At(36_001) },
            new TaskScheduledEvent("Post", null) { Timestamp = At(36_001), EventId = 2 },
            new TaskCompletedEvent(2, null) { Timestamp = At(36_004) },
            new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Completed, null, null) { Timestamp = At(36_004) },
        ]);
        var scale = TimelineScale.Of(timeline, timeline.End!.Value);

        var fold = Assert.Single(scale.Folds);
        Assert.Equal(TimeSpan.FromHours(10), fold.Length);
        Assert.Equal(60, fold.Width);
        Assert.Equal(235, scale.At(At(1)), 3); // a quarter of what is left
        Assert.Equal(295, scale.At(At(36_001)), 3);
        Assert.Equal(TimelineScale.Width, scale.At(At(36_004)));
        Assert.Equal(0, scale.At(At(-5)));
    }

    [Fact]
    public void An_orchestration_without_a_step_has_a_scale_too()
    {
        var timeline = Timeline.Of([new ExecutionStartedEvent("Deliver", null, "e") { Timestamp = At(0) }]);
        var scale = TimelineScale.Of(timeline, At(0));
        Assert.Empty(scale.Folds);
        Assert.InRange(scale.At(At(0)), 0, TimelineScale.Width);
        Assert.Empty(TimelineScale.Of(Timeline.Of([]), At(0)).Folds);
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);
}
