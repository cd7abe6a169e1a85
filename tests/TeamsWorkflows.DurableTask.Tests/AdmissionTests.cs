using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>Who is let in next when there was no room.</summary>
public sealed class AdmissionTests
{
    private readonly Admission _admission = new(new TaskHubOptions { MaxPendingCalls = 1, MaxQueuedActivities = 1 });

    [Fact]
    public void A_call_that_starts_nothing_does_not_wait_for_activities()
    {
        Assert.True(_admission.TryEnter(isStart: false, queuedActivities: 1));
        Assert.False(_admission.TryEnter(isStart: false, queuedActivities: 1));
        var start = _admission.Wait(isStart: true).Value.Task;
        var terminate = _admission.Wait(isStart: false).Value.Task;

        _admission.Leave();
        _admission.Release(queuedActivities: 1);
        Assert.Equal((false, true), (start.IsCompleted, terminate.IsCompleted));
        _admission.Leave();
        _admission.Release(queuedActivities: 1);
        Assert.False(start.IsCompleted);
        _admission.Release(queuedActivities: 0);
        Assert.True(start.IsCompleted);
    }

    [Fact]
    public void Nobody_passes_those_who_wait()
    {
        Assert.True(_admission.TryEnter(isStart: true, queuedActivities: 0));
        var first = _admission.Wait(isStart: true).Value.Task;
        var second = _admission.Wait(isStart: true).Value.Task;

        _admission.Leave();
        Assert.False(_admission.TryEnter(isStart: true, queuedActivities: 0)); // the place is free, and others have waited for it
        _admission.Release(queuedActivities: 0);
        Assert.Equal((true, false), (first.IsCompleted, second.IsCompleted));
        Assert.False(_admission.TryEnter(isStart: false, queuedActivities: 0)); // kept for the first, who is on its way
        _admission.Release(queuedActivities: 0);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void Who_gave_up_does_not_take_the_place_of_the_next()
    {
        Assert.True(_admission.TryEnter(isStart: false, queuedActivities: 0));
        var first = _admission.Wait(isStart: false);
        var second = _admission.Wait(isStart: false);

        Admission.GiveUp(first);
        Assert.Equal(1, _admission.WaitingCount);
        _admission.Leave();
        _admission.Release(queuedActivities: 0);
        Assert.Equal((false, true), (first.Value.Task.IsCompleted, second.Value.Task.IsCompletedSuccessfully));
        Admission.GiveUp(second); // has a place already: nothing to take out
    }

    [Fact]
    public void Everybody_is_told_when_it_is_over()
    {
        Assert.True(_admission.TryEnter(isStart: false, queuedActivities: 0));
        Task[] waiting = [.. new[] { true, false, true }.Select(isStart => _admission.Wait(isStart).Value.Task)];

        _admission.Fail();
        Assert.All(waiting, static w => Assert.True(w.IsCompletedSuccessfully));
    }
}
