namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Callers that want to be told when an instance ends; those of one instance share one task.</summary>
internal sealed class CompletionWaiters
{
    private readonly Dictionary<string, Waiter> _waiting = new(StringComparer.Ordinal);

    public Task<OrchestrationMetadata> Join(string instanceId)
    {
        if (!_waiting.TryGetValue(instanceId, out var waiter))
        {
            waiter = new Waiter();
            _waiting.Add(instanceId, waiter);
        }

        waiter.CallerCount++;
        return waiter.End.Task;
    }

    /// <summary>Says that a caller has its answer or has given up; the last one takes the entry along.</summary>
    public void Leave(string instanceId, Task<OrchestrationMetadata> end)
    {
        if (_waiting.TryGetValue(instanceId, out var waiter) && waiter.End.Task == end && --waiter.CallerCount == 0)
        {
            _waiting.Remove(instanceId);
        }
    }

    public TaskCompletionSource<OrchestrationMetadata>? Take(string instanceId)
        => _waiting.Remove(instanceId, out var waiter) ? waiter.End : null;

    public void Fail(Exception exception)
    {
        foreach (var waiter in _waiting.Values)
        {
            waiter.End.TrySetException(exception);
        }

        _waiting.Clear();
    }

    private sealed class Waiter
    {
        public TaskCompletionSource<OrchestrationMetadata> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int CallerCount { get; set; }
    }
}
