namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Callers that want to be told when an instance starts or ends; those of one instance and kind share one task.</summary>
internal sealed class InstanceWaiters
{
    private readonly Dictionary<(string InstanceId, bool ForStart), Waiter> _waiting = [];

    public bool IsEmpty => _waiting.Count == 0;

    public string[] InstanceIds() => [.. _waiting.Keys.Select(static key => key.InstanceId).Distinct(StringComparer.Ordinal)];

    public bool IsStartAwaited(string instanceId) => _waiting.ContainsKey((instanceId, true));

    public Task<OrchestrationMetadata> Join(string instanceId, bool forStart)
    {
        if (!_waiting.TryGetValue((instanceId, forStart), out var waiter))
        {
            waiter = new Waiter();
            _waiting.Add((instanceId, forStart), waiter);
        }

        waiter.CallerCount++;
        return waiter.Told.Task;
    }

    /// <summary>Says that a caller has its answer or has given up; the last one takes the entry along.</summary>
    public void Leave(string instanceId, bool forStart, Task<OrchestrationMetadata> told)
    {
        if (_waiting.TryGetValue((instanceId, forStart), out var waiter) && waiter.Told.Task == told && --waiter.CallerCount == 0)
        {
            _waiting.Remove((instanceId, forStart));
        }
    }

    /// <returns>Whom to tell that the instance has started, and whether it has ended; a list without entries mostly.</returns>
    public IReadOnlyList<TaskCompletionSource<OrchestrationMetadata>> Take(string instanceId, bool hasEnded)
    {
        List<TaskCompletionSource<OrchestrationMetadata>>? taken = null;
        if (_waiting.Remove((instanceId, true), out var forStart))
        {
            (taken = []).Add(forStart.Told);
        }

        if (hasEnded && _waiting.Remove((instanceId, false), out var forEnd))
        {
            (taken ??= []).Add(forEnd.Told);
        }

        return taken ?? (IReadOnlyList<TaskCompletionSource<OrchestrationMetadata>>)[];
    }

    /// <summary>Tells those who wait for some of the instances, and forgets them.</summary>
    public void Fail(Predicate<string> isMeant, Exception exception)
    {
        foreach (var (key, waiter) in _waiting.Where(entry => isMeant(entry.Key.InstanceId)).ToArray())
        {
            waiter.Told.TrySetException(exception);
            _waiting.Remove(key);
        }
    }

    public void Fail(Exception exception)
    {
        foreach (var waiter in _waiting.Values)
        {
            waiter.Told.TrySetException(exception);
        }

        _waiting.Clear();
    }

    private sealed class Waiter
    {
        public TaskCompletionSource<OrchestrationMetadata> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int CallerCount { get; set; }
    }
}
