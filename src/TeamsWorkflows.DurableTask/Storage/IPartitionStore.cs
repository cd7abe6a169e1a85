namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>Where one partition's orchestrations live. Everything the engine needs from a database, and nothing more.</summary>
/// <remarks>
/// One process owns the partition for as long as it holds the store; ownership is taken by <see cref="Recover"/> and
/// proved by every <see cref="Commit"/> (SQLite: the file's lock; PostgreSQL: the lease row's fence, in the same
/// transaction). Synchronous on purpose: the writer has a thread of its own. Reads may run while a commit runs.
/// Not a public extension point: members may change in any release.
/// </remarks>
public interface IPartitionStore : IDisposable
{
    /// <summary>Takes ownership and reads what is open. Reads nothing of instances that merely wait for an event.</summary>
    /// <exception cref="IOException">Another process owns the partition.</exception>
    RecoveredPartition Recover();

    /// <summary>Applies the commands in order in ONE durable transaction.</summary>
    void Commit(IReadOnlyList<StoreCommand> batch);

    /// <summary>Reads one instance with its whole history.</summary>
    StoredInstance? Load(string instanceId);

    /// <summary>Reads one instance with the first and the last turn of its history, where input and output stand.</summary>
    StoredInstance? LoadEnds(string instanceId);

    /// <summary>Lists instances, newest first.</summary>
    /// <param name="beforeKey">Only those with a smaller key: the last one of the page before.</param>
    IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey);
}

/// <param name="Active">Identifiers of instances to load at once, oldest first.</param>
/// <param name="Messages">Messages not yet consumed, in order.</param>
public sealed record RecoveredPartition(
    long LastKey,
    long LastSequence,
    IReadOnlyList<string> Active,
    IReadOnlyList<(DateTimeOffset TimerAt, string InstanceId)> Timers,
    IReadOnlyList<StoredMessage> Messages);

/// <param name="History">One encoded chunk per turn.</param>
public sealed record StoredInstance(InstanceRow Row, IReadOnlyList<byte[]> History);
