namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Back-pressure: lets calls from outside in as long as their number, and the work they made, stay within limits.</summary>
/// <remarks>Guarded by the partition's lock. What the engine owes itself (results, messages, timers) never waits here.</remarks>
internal sealed class Admission(TaskHubOptions options)
{
    private readonly Queue<TaskCompletionSource> _starts = new();
    private readonly Queue<TaskCompletionSource> _others = new(); // operators must not wait for activities: they may want to end them
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

    /// <param name="patience">Cancelled when the caller gives up: its place goes to the next one.</param>
    public Task WaitAsync(bool isStart, int queuedActivities, CancellationToken patience)
    {
        if (HasRoom(isStart, queuedActivities))
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (isStart ? _starts : _others).Enqueue(room);
        patience.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), room);
        return room.Task;
    }

    /// <summary>Asks as many of those who wait as there is room for to come again: starts last, each in the order they came.</summary>
    public void Release(int queuedActivities)
    {
        if (_starts.Count + _others.Count == 0)
        {
            return;
        }

        for (var room = options.MaxPendingCalls - _pending; room > 0;)
        {
            if (!_others.TryDequeue(out var next) && (queuedActivities >= options.MaxQueuedActivities || !_starts.TryDequeue(out next)))
            {
                return;
            }

            room -= next.TrySetResult() ? 1 : 0; // not set: it has given up
        }
    }

    /// <summary>Asks all to come again: they are told that it is over.</summary>
    public void Fail()
    {
        while (_others.TryDequeue(out var next) || _starts.TryDequeue(out next))
        {
            next.TrySetResult();
        }
    }

    private bool HasRoom(bool isStart, int queuedActivities)
        => _pending < options.MaxPendingCalls && !(isStart && queuedActivities >= options.MaxQueuedActivities);
}
