using System.Collections.Concurrent;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>How far an act on many instances has come; read while it goes on.</summary>
public class BulkProgress
{
    private readonly ConcurrentQueue<BulkFailure> _failures = [];
    private int _done;
    private int _skipped;

    /// <summary>Gets the number of instances that it was done to.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>Gets the number of those that did not stand so that it could be done.</summary>
    public int Skipped => Volatile.Read(ref _skipped);

    /// <summary>Gets those with which something went wrong.</summary>
    public IReadOnlyCollection<BulkFailure> Failures => _failures;

    internal void Count(bool isDone) => Interlocked.Increment(ref isDone ? ref _done : ref _skipped);

    internal void Fail(string instanceId, string message) => _failures.Enqueue(new(instanceId, message));
}
