namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Back-pressure: lets calls from outside in as long as their number, and the work they made, stay within limits.</summary>
/// <remarks>
/// Guarded by the partition's lock. What the engine owes itself (results, messages, timers) never waits here. A call holds a
/// place from the moment it is let in until it has its answer. Nobody passes those who wait: a place that becomes free is
/// given to the first of them, who is woken once, with the place. Starts wait in a line of their own, behind the queue of
/// activities, so that they never hold up an operator or an event.
/// </remarks>
internal sealed class Admission(TaskHubOptions options)
{
    private readonly LinkedList<TaskCompletionSource> _calls = new();
    private readonly LinkedList<TaskCompletionSource> _starts = new();
    private int _taken;

    /// <summary>Gets how many callers wait to be let in.</summary>
    public int WaitingCount => _calls.Count + _starts.Count;

    /// <summary>Takes a place if one is free and nobody waits for it.</summary>
    /// <param name="isStart">Whether the call makes new work: only then the queue of activities counts.</param>
    /// <param name="queuedActivities">Activities that nobody runs yet.</param>
    public bool TryEnter(bool isStart, int queuedActivities)
    {
        var isFree = _taken < options.MaxPendingCalls
            && _calls.Count == 0
            && !(isStart && (_starts.Count > 0 || queuedActivities >= options.MaxQueuedActivities));
        _taken += isFree ? 1 : 0;
        return isFree;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => _taken--;

    /// <returns>The caller's position in the line; its task completes when a place is the caller's.</returns>
    public LinkedListNode<TaskCompletionSource> Wait(bool isStart)
        => (isStart ? _starts : _calls).AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Takes a caller out that has waited for long enough; one that was given a place is out already.</summary>
    public static void GiveUp(LinkedListNode<TaskCompletionSource> caller) => caller.List?.Remove(caller);

    /// <summary>Gives free places to those who wait: to starts last, and to each in the order they came.</summary>
    public void Release(int queuedActivities)
    {
        if (WaitingCount == 0)
        {
            return;
        }

        Release(_calls, options.MaxPendingCalls);
        if (queuedActivities < options.MaxQueuedActivities)
        {
            Release(_starts, options.MaxPendingCalls);
        }
    }

    /// <summary>Lets all in: they are told that it is over.</summary>
    public void Fail()
    {
        Release(_calls, int.MaxValue);
        Release(_starts, int.MaxValue);
    }

    private void Release(LinkedList<TaskCompletionSource> waiting, int places)
    {
        for (; _taken < places && waiting.First is { } next; _taken++)
        {
            waiting.Remove(next);
            next.Value.TrySetResult();
        }
    }
}
