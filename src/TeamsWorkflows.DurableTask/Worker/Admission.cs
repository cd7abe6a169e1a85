namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Back-pressure: lets calls from outside in as long as their number, and the work they made, stay within limits.</summary>
/// <remarks>Guarded by the partition's lock. What the engine owes itself (results, messages, timers) never waits here.</remarks>
internal sealed class Admission(TaskHubOptions options)
{
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _pending;

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

    public Task WaitAsync(bool isStart, int queuedActivities)
    {
        if (HasRoom(isStart, queuedActivities))
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(room);
        return room.Task;
    }

    /// <summary>Asks as many of those who wait as there is room for to come again, in the order they came.</summary>
    public void Release(int queuedActivities)
    {
        if (_waiting.Count == 0 || queuedActivities >= options.MaxQueuedActivities)
        {
            return;
        }

        for (var room = options.MaxPendingCalls - _pending; room > 0 && _waiting.TryDequeue(out var next); room--)
        {
            next.TrySetResult();
        }
    }

    /// <summary>Asks all to come again: they are told that it is over.</summary>
    public void Fail()
    {
        while (_waiting.TryDequeue(out var next))
        {
            next.TrySetResult();
        }
    }

    private bool HasRoom(bool isStart, int queuedActivities)
        => _pending < options.MaxPendingCalls && !(isStart && queuedActivities >= options.MaxQueuedActivities);
}
