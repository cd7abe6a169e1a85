namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Back-pressure: lets calls from outside in as long as their number, and the work they made, stay within limits.</summary>
/// <remarks>
/// Guarded by the partition's lock. What the engine owes itself (results, messages, timers) never waits here. Starts wait in
/// a line of their own, behind the queue of activities, so that they never hold up an operator or an event.
/// </remarks>
internal sealed class Admission(TaskHubOptions options)
{
    private readonly LinkedList<TaskCompletionSource> _calls = new();
    private readonly LinkedList<TaskCompletionSource> _starts = new();
    private int _pending;

    /// <summary>Gets how many callers wait to be let in.</summary>
    public int WaitingCount => _calls.Count + _starts.Count;

    /// <param name="isStart">Whether the call makes new work: only then the queue of activities counts.</param>
    /// <param name="queuedActivities">Activities that nobody runs yet.</param>
    public bool TryEnter(bool isStart, int queuedActivities)
    {
        var hasRoom = HasRoom(isStart, queuedActivities);
        _pending += hasRoom ? 1 : 0;
        return hasRoom;
    }

    /// <summary>Says that a call has its answer.</summary>
    public void Leave() => _pending--;

    /// <returns>The caller's place in the line; its task completes when there is room. Null: there is.</returns>
    public LinkedListNode<TaskCompletionSource>? Wait(bool isStart, int queuedActivities)
    {
        if (HasRoom(isStart, queuedActivities))
        {
            return null;
        }

        return (isStart ? _starts : _calls).AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    /// <summary>Takes a caller out that has waited for long enough; one that was asked to come again is out already.</summary>
    public static void GiveUp(LinkedListNode<TaskCompletionSource> caller) => caller.List?.Remove(caller);

    /// <summary>Asks as many of those who wait as there is room for to come again: starts last, each in the order they came.</summary>
    public void Release(int queuedActivities)
    {
        if (WaitingCount == 0)
        {
            return;
        }

        var room = options.MaxPendingCalls - _pending;
        room = Release(_calls, room);
        if (queuedActivities < options.MaxQueuedActivities)
        {
            Release(_starts, room);
        }
    }

    /// <summary>Asks all to come again: they are told that it is over.</summary>
    public void Fail()
    {
        Release(_calls, int.MaxValue);
        Release(_starts, int.MaxValue);
    }

    private static int Release(LinkedList<TaskCompletionSource> waiting, int room)
    {
        for (; room > 0 && waiting.First is { } next; room--)
        {
            waiting.Remove(next);
            next.Value.TrySetResult();
        }

        return room;
    }

    private bool HasRoom(bool isStart, int queuedActivities)
        => _pending < options.MaxPendingCalls && !(isStart && queuedActivities >= options.MaxQueuedActivities);
}
