using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using TeamsWorkflows.DurableTask.Postgres.Leases;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>A task hub in a schema of a PostgreSQL database, all of its partitions run by one process.</summary>
/// <remarks>
/// One connection writes (the group-commit thread), one renews the leases, a pool reads; none waits for another. Ownership
/// is a lease on every partition: it is proved by each commit, runs out when the process dies, and is given back when the
/// store is disposed of. After a commit that failed the store writes nothing more until it is recovered again: whether that
/// commit came through may be unknown.
/// </remarks>
/// <param name="newGuid">Makes the process distinguishable from one of the same name that ran before.</param>
public sealed partial class PostgresPartitionStore(
    PostgresHubOptions options, TimeProvider time, Func<Guid> newGuid, ILogger<PostgresPartitionStore>? logger = null) : IPartitionStore
{
    private PostgresConnections? _connections;
    private NpgsqlConnection? _writing;
    private PostgresWriter? _writer;
    private PostgresReader? _reader;
    private LeaseKeeper? _leases;
    private short[] _partitions = [];
    private long _commits;
    private Exception? _failure; // after which nothing is written

    /// <summary>Gets what the store was made with.</summary>
    public PostgresHubOptions Options => options;

    public bool IsRemote => true;

    /// <exception cref="InvalidOperationException">A setting cannot work.</exception>
    /// <exception cref="IOException">The database is out of reach, or the user may not do what is needed.</exception>
    public RecoveredPartition Recover(int maxTimers)
    {
        if (options.Problems().FirstOrDefault() is { } problem)
        {
            throw new InvalidOperationException($"The settings of the task hub cannot work: {problem}");
        }

        try
        {
            return Translated(() => Open(maxTimers));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <exception cref="PartitionLostException">Another node has taken partitions over.</exception>
    /// <exception cref="IOException">Nothing was written, or the connection was lost and nobody knows.</exception>
    public void Commit(IReadOnlyList<StoreCommand> batch)
    {
        var (writer, leases) = (Opened(_writer), Opened(_leases));
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new IOException($"Nothing is written after a failure: {failure.Message}", failure);
        }

        try
        {
            Translated(() =>
            {
                var held = leases.Held;
                writer.Commit(batch, held, (_, receiver) => held.Holds(receiver), ++_commits);
                return true;
            });
        }
        catch (IOException e)
        {
            Volatile.Write(ref _failure, e);
            throw;
        }
    }

    public StoredInstance? Load(string instanceId) => Load(instanceId, 0, int.MaxValue);

    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => Read(reader => reader.Load(instanceId, fromTurn, maxTurns));

    public StoredInstance? LoadEnds(string instanceId) => Read(reader => reader.LoadEnds(instanceId));

    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => Read(reader => reader.LoadTimers(_partitions, from, max));

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max)
        => Read(reader => reader.Query(query, beforeKey, max));

    public IReadOnlyList<InstanceCount> Count(OrchestrationQuery query, TimeSpan span, int max)
        => Read(reader => reader.Count(query, span, max));

    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => Read(reader => reader.ListFinished(_partitions, before, max));

    /// <summary>Gives the leases back, so that the next process need not wait for their end.</summary>
    public void Dispose()
    {
        _writing?.Dispose(); // first: nothing is written any more
        TryGiveBack();
        _leases?.Dispose();
        _connections?.Dispose();
        (_writing, _writer, _reader, _leases, _connections) = (null, null, null, null, null);
    }

    private RecoveredPartition Open(int maxTimers)
    {
        _connections = new PostgresConnections(options);
        _writing = _connections.OpenOwn();
        new PostgresSchema(_writing, options, _connections.Name).Migrate();
        var channels = new HubChannels(HubChannels.ReadHub(_writing));
        _partitions = [.. Enumerable.Range(0, options.Partitions).Select(static p => (short)p)];

        var nodeId = $"{options.NodeName}/{newGuid().ToString("N")[..12]}";
        var table = new PostgresLeaseTable(_connections, channels, nodeId, options.LeaseDuration, isExclusive: true);
        var random = new Random(nodeId.GetHashCode(StringComparison.Ordinal));
        _leases = new LeaseKeeper(new PartitionLeases(nodeId, options.LeaseDuration, random), table, time, OnChanged, OnTroubled);
        var answer = _leases.Exchange();
        if (answer.Partitions.Any(row => row.Owner != nodeId))
        {
            throw Owned(answer, nodeId);
        }

        _leases.Start();
        (_commits, _failure) = (0, null);
        _writer = new PostgresWriter(_writing, channels, options.Partitions);
        _reader = new PostgresReader(_connections);
        return _reader.Recover(_partitions, maxTimers).Recovered;
    }

    private PartitionOwnedException Owned(LeaseAnswer answer, string nodeId)
    {
        var other = answer.Partitions.Where(row => row.Owner is not null && row.Owner != nodeId).MaxBy(static row => row.Remaining);
        var end = time.GetUtcNow() + other.Remaining;
        return new(string.Create(
            CultureInfo.InvariantCulture,
            $"The node '{other.Owner}' runs the task hub ({_connections!.Name}); its lease ends in {other.Remaining.TotalSeconds:F1} s, at {end:u}, "
            + $"unless it is renewed. Stop that process, or wait until then if it has died, or give this one a hub of its own "
            + $"({nameof(options.Schema)})."));
    }

    private void TryGiveBack()
    {
        try
        {
            _leases?.GiveAllBack();
        }
        catch (Exception e) when (e is IOException or IncompatibleStoreException)
        {
            OnTroubled(e); // they run out by themselves
        }
    }

    private void OnChanged(LeaseChanges changes)
    {
        if (changes.Lost.Count > 0)
        {
            var lost = string.Join(", ", changes.Lost);
            Volatile.Write(ref _failure, new PartitionLostException(
                $"Another node has taken over partition {lost} of the task hub ({_connections?.Name}).", changes.Lost));
            if (logger is not null)
            {
                Log.Lost(logger, lost);
            }
        }
    }

    private void OnTroubled(Exception reason)
    {
        if (reason is IncompatibleStoreException)
        {
            Volatile.Write(ref _failure, reason);
        }

        if (logger is not null)
        {
            Log.NotRenewed(logger, reason);
        }
    }

    private static T Opened<T>(T? part)
        where T : class
        => part ?? throw new InvalidOperationException("Recover comes first: it takes ownership.");

    private T Read<T>(Func<PostgresReader, T> read) => Translated(() => read(Opened(_reader)));

    private T Translated<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, _connections?.Name ?? options.Schema);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Another node has taken over partition {Partitions}: this one was too slow to renew its leases")]
        public static partial void Lost(ILogger logger, string partitions);

        [LoggerMessage(2, LogLevel.Warning, "The leases could not be renewed; it is tried again for as long as they run")]
        public static partial void NotRenewed(ILogger logger, Exception reason);
    }
}
