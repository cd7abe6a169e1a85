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
        var start = _admission.WaitAsync(isStart: true, queuedActivities: 1, CancellationToken.None);
        var terminate = _admission.WaitAsync(isStart: false, queuedActivities: 1, CancellationToken.None);

        _admission.Leave();
        _admission.Release(queuedActivities: 1);
        Assert.Equal((false, true), (start.IsCompleted, terminate.IsCompleted));
        _admission.Release(queuedActivities: 0);
        Assert.True(start.IsCompleted);
    }

    [Fact]
    public void Who_gave_up_does_not_take_the_place_of_the_next()
    {
        using var patience = new CancellationTokenSource();
        Assert.True(_admission.TryEnter(isStart: false, queuedActivities: 0));
        var first = _admission.WaitAsync(isStart: false, queuedActivities: 0, patience.Token);
        var second = _admission.WaitAsync(isStart: false, queuedActivities: 0, CancellationToken.None);

        patience.Cancel();
        Assert.True(first.IsCanceled);
        _admission.Leave();
        _admission.Release(queuedActivities: 0);
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public void Everybody_is_told_when_it_is_over()
    {
        Assert.True(_admission.TryEnter(isStart: false, queuedActivities: 0));
        Task[] waiting = [.. new[] { true, false, true }.Select(isStart => _admission.WaitAsync(isStart, queuedActivities: 1, CancellationToken.None))];

        _admission.Fail();
        Assert.All(waiting, static w => Assert.True(w.IsCompletedSuccessfully));
    }
}
