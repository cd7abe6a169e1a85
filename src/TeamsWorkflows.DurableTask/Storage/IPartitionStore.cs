namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>Where one partition's orchestrations live. Everything the engine needs from a database, and nothing more.</summary>
/// <remarks>
/// One process owns the partition for as long as it holds the store; ownership is taken by <see cref="Recover"/> and
/// proved by every <see cref="Commit"/> (SQLite: the file's lock; PostgreSQL: the lease row's fence, in the same
/// transaction). Synchronous on purpose: the writer has a thread of its own. Reads may run while a commit runs, on any
/// thread. Not a public extension point: members may change in any release.
/// </remarks>
public interface IPartitionStore : IDisposable
{
    /// <summary>Gets a value indicating whether a read goes over a network, and may keep its thread waiting for long.</summary>
    bool IsRemote => false;

    /// <summary>Takes ownership and reads what is open. Reads nothing of instances that merely wait for an event.</summary>
    /// <param name="maxTimers">Most timers to read, the earliest first; the rest is asked for by <see cref="LoadTimers"/>.</param>
    /// <exception cref="PartitionOwnedException">Another process owns the partition.</exception>
    /// <exception cref="IncompatibleStoreException">A newer release wrote the store.</exception>
    /// <exception cref="CorruptStoreException">What is stored is damaged.</exception>
    RecoveredPartition Recover(int maxTimers);

    /// <summary>Applies the commands in order in ONE durable transaction.</summary>
    void Commit(IReadOnlyList<StoreCommand> batch);

    /// <summary>Reads the instances whose <see cref="InstanceRow.TimerAt"/> is at or after a time, the earliest first.</summary>
    IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max);

    /// <summary>Reads one instance with its whole history.</summary>
    /// <exception cref="CorruptStoreException">What is stored is damaged.</exception>
    StoredInstance? Load(string instanceId);

    /// <summary>Reads one instance with a part of its history.</summary>
    /// <param name="fromTurn">The first turn to read, from 0.</param>
    /// <param name="maxTurns">Most turns to read.</param>
    /// <exception cref="CorruptStoreException">What is stored is damaged.</exception>
    StoredInstance? Load(string instanceId, int fromTurn, int maxTurns);

    /// <summary>Reads one instance with the first and the last turn of its history, where input and output stand.</summary>
    /// <exception cref="CorruptStoreException">What is stored is damaged.</exception>
    StoredInstance? LoadEnds(string instanceId);

    /// <summary>Lists instances, newest first; page size and continuation token of the query are the caller's business.</summary>
    /// <param name="beforeKey">Only those with a smaller key: the last one of the page before.</param>
    /// <param name="max">Most rows to return.</param>
    IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max);

    /// <summary>Counts the newest instances that a query selects, by their status and by the span of time in which they were created.</summary>
    /// <param name="span">How long each span is; the first begins in 1970.</param>
    /// <param name="max">Most instances to count.</param>
    IReadOnlyList<InstanceCount> Count(OrchestrationQuery query, TimeSpan span, int max)
        => InstanceCount.Of(Query(query, long.MaxValue, max).Select(static r => (r.CreatedAt, r.Status)), span);

    /// <summary>Lists the identifiers of instances that ended before a time, those that ended first first.</summary>
    IReadOnlyList<string> ListFinished(DateTimeOffset before, int max);
}

/// <summary>What a process must know of a partition that it takes over.</summary>
/// <param name="LastKey">The highest instance key in use.</param>
/// <param name="LastSequence">The highest number of a stored message.</param>
/// <param name="Active">Identifiers of instances to load at once, oldest first.</param>
/// <param name="Timers">The earliest timers, as many as were asked for.</param>
/// <param name="Messages">Messages not yet consumed, in order.</param>
public sealed record RecoveredPartition(
    long LastKey,
    long LastSequence,
    IReadOnlyList<string> Active,
    IReadOnlyList<DueTimer> Timers,
    IReadOnlyList<StoredMessage> Messages);

/// <summary>An instance to wake, and when (UTC).</summary>
public readonly record struct DueTimer(DateTimeOffset DueAt, string InstanceId);

/// <param name="History">One encoded chunk per turn.</param>
public sealed record StoredInstance(InstanceRow Row, IReadOnlyList<byte[]> History);
