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
        var start = Wait(isStart: true, queuedActivities: 1).Value.Task;
        var terminate = Wait(isStart: false, queuedActivities: 1).Value.Task;

        _admission.Leave();
        _admission.Release(queuedActivities: 1);
        Assert.Equal((false, true), (start.IsCompleted, terminate.IsCompleted));
        _admission.Release(queuedActivities: 0);
        Assert.True(start.IsCompleted);
    }

    [Fact]
    public void Who_gave_up_does_not_take_the_place_of_the_next()
    {
        Assert.True(_admission.TryEnter(isStart: false, queuedActivities: 0));
        var first = Wait(isStart: false, queuedActivities: 0);
        var second = Wait(isStart: false, queuedActivities: 0);

        Admission.GiveUp(first);
        Assert.Equal(1, _admission.WaitingCount);
        _admission.Leave();
        _admission.Release(queuedActivities: 0);
        Assert.Equal((false, true), (first.Value.Task.IsCompleted, second.Value.Task.IsCompletedSuccessfully));
        Admission.GiveUp(second); // was asked already: nothing to take out
    }

    [Fact]
    public void Everybody_is_told_when_it_is_over()
    {
        Assert.True(_admission.TryEnter(isStart: false, queuedActivities: 0));
        Task[] waiting = [.. new[] { true, false, true }.Select(isStart => Wait(isStart, queuedActivities: 1).Value.Task)];

        _admission.Fail();
        Assert.All(waiting, static w => Assert.True(w.IsCompletedSuccessfully));
    }

    private LinkedListNode<TaskCompletionSource> Wait(bool isStart, int queuedActivities)
    {
        var caller = _admission.Wait(isStart, queuedActivities);
        Assert.NotNull(caller);
        return caller;
    }
}
