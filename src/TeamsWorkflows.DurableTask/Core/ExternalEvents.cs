namespace TeamsWorkflows.DurableTask.Core;

/// <summary>Matches raised events to waiters, whichever comes first. Names are case-insensitive.</summary>
internal sealed class ExternalEvents
{
    private readonly List<EventRaisedEvent> _unprocessed = [];
    private readonly List<(string Name, TaskCompletionSource<string?> Completion)> _waiters = [];

    public IReadOnlyList<HistoryEvent> Unprocessed => _unprocessed;

    public bool HasWaiters => _waiters.Count > 0;

    public bool IsAwaited(string name) => _waiters.Exists(w => IsSame(w.Name, name));

    public Task<string?> WaitAsync(string name, CancellationToken cancellationToken)
    {
        var index = _unprocessed.FindIndex(e => IsSame(e.Name, name));
        if (index >= 0)
        {
            var buffered = _unprocessed[index];
            _unprocessed.RemoveAt(index);
            return Task.FromResult(buffered.Input);
        }

        var waiter = (name, completion: new TaskCompletionSource<string?>()); // plain: see OrchestrationReplay.Open
        _waiters.Add(waiter);
        cancellationToken.Register(() =>
        {
            if (_waiters.Remove(waiter))
            {
                waiter.completion.TrySetCanceled(cancellationToken);
            }
        });
        return waiter.completion.Task;
    }

    // The newest waiter wins (as in durabletask-dotnet): an orchestrator that gave up on an earlier wait
    // without cancelling it must not lose the event to it.
    public void Raise(EventRaisedEvent raised)
    {
        var index = _waiters.FindLastIndex(w => IsSame(w.Name, raised.Name));
        if (index < 0)
        {
            _unprocessed.Add(raised);
            return;
        }

        var waiter = _waiters[index];
        _waiters.RemoveAt(index);
        waiter.Completion.TrySetResult(raised.Input);
    }

    private static bool IsSame(string a, string b) => StringComparer.OrdinalIgnoreCase.Equals(a, b);
}
