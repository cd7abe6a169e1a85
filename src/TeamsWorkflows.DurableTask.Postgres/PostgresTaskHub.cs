using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Postgres.Leases;
using TeamsWorkflows.DurableTask.Postgres.Messages;
using TeamsWorkflows.DurableTask.Postgres.Nodes;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>One of several processes that run a task hub in PostgreSQL together: a node.</summary>
/// <remarks>
/// A node runs its share of the partitions, takes over those of a node that died within <see cref="PostgresHubOptions.LeaseDuration"/>,
/// and hands its own over at once when it is disposed of. Clients of any node see the whole hub.
/// </remarks>
public sealed class PostgresTaskHub : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly PostgresConnections _connections;
    private readonly Tenures _tenures;
    private readonly NodeStore _store;
    private readonly NodeLog _log;
    private readonly LeaseKeeper _keeper;
    private readonly PostgresInbox _inbox;
    private readonly NodePartitions _partitions;
    private readonly PostgresHubOptions _options;
    private readonly ITimer _expiry;
    private volatile bool _isLeaving;
    private int _isDisposed;

    private PostgresTaskHub(PostgresConnections connections, HubChannels channels, PostgresHubOptions options, NodeParts parts)
    {
        var node = parts.NewGuid().ToString("N")[..12]; // its own for each process: one of the same name may have died just now
        var nodeId = $"{options.NodeName}/{node}";
        var random = new Random(node.GetHashCode(StringComparison.Ordinal));
        (_connections, _options, _log) = (connections, options, new NodeLog(parts.Loggers.CreateLogger<PostgresTaskHub>()));
        _tenures = new Tenures(options.Partitions, node);
        _store = new NodeStore(
            connections,
            channels,
            options.Partitions,
            _tenures,
            (lost, e) => _partitions!.EndLost(lost, e),
            (proved, e) => _partitions!.EndFailed(proved, e),
            (batch, e) => Worker!.Unsent(batch, e));
        _tenures.Find = _store.Find;
        Worker = new TaskHubWorker(_store, parts.Registry, parts.Loggers, parts.Time, parts.NewGuid, parts.Options, _tenures);
        Client = new EmbeddedDurableTaskClient(Worker, _store, parts.Registry, parts.Time, parts.NewGuid);
        _keeper = new LeaseKeeper(
            new PartitionLeases(nodeId, options.LeaseDuration, random),
            new PostgresLeaseTable(connections, channels, nodeId, options.LeaseDuration),
            parts.Time,
            changes => _partitions!.Follow(changes),
            OnTroubled);
        _inbox = new PostgresInbox(
            connections,
            channels,
            options.Partitions,
            PollInterval,
            parts.Time,
            random,
            messages => Worker.Deliver([.. messages.Select(static m => m.Message)]),
            _keeper.Poke,
            OnTroubled,
            node,
            OnAnswered,
            () => Worker.AnswersMissed(new PartitionLostException("The connection broke over which answers of other nodes come. Nobody knows if the call was carried out.", [])));
        _partitions = new NodePartitions(Worker, _store, _tenures, _keeper, _inbox, connections, parts.Time, _log);
        _tenures.Failed = _partitions.EndFailed;
        _expiry = parts.Time.CreateTimer(_ => _partitions.EndExpired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets what runs this node's part.</summary>
    public TaskHubWorker Worker { get; }

    /// <summary>Gets a client of the whole hub.</summary>
    public EmbeddedDurableTaskClient Client { get; }

    /// <summary>Gets what lists and histories are read from: the whole hub.</summary>
    public IPartitionStore Store => _store;

    /// <summary>Gets what the node was made with.</summary>
    public PostgresHubOptions Options => _options;

    /// <summary>Gets how many partitions run here.</summary>
    public int RunningCount => _tenures.Current.Count;

    /// <summary>Connects to the hub, and makes or migrates its schema if that is to be done; takes no part before <see cref="Start"/>.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot work.</exception>
    /// <exception cref="IncompatibleStoreException">A newer release, another application or other settings made the schema.</exception>
    /// <exception cref="IOException">The database is out of reach, or the user may not do what is needed.</exception>
    public static PostgresTaskHub Open(PostgresHubOptions options, NodeParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        if (options.Problems().FirstOrDefault() is { } problem)
        {
            throw new InvalidOperationException($"The settings of the task hub cannot work: {problem}");
        }

        PostgresConnections connections = new(options);
        try
        {
            using var connection = connections.OpenOwn();
            new PostgresSchema(connection, options, connections.Name).Migrate();
            return new(connections, new HubChannels(HubChannels.ReadHub(connection)), options, parts);
        }
        catch (Npgsql.NpgsqlException e)
        {
            connections.Dispose();
            throw PostgresErrors.Translate(e, connections.Name);
        }
        catch
        {
            connections.Dispose();
            throw;
        }
    }

    /// <summary>Takes part in the hub.</summary>
    public void Start()
    {
        Worker.Start();
        _partitions.Start();
        _inbox.Start();
        _keeper.Start();
        var tick = _options.LeaseDuration / 60;
        _expiry.Change(tick, tick);
    }

    /// <summary>Says why this node should get no work from outside.</summary>
    /// <returns>Sentences for whoever operates it; none: it is ready.</returns>
    public IEnumerable<string> NotReady()
    {
        if (_isLeaving)
        {
            yield return "The node stops, and hands its work over.";
        }

        if (Worker.Fault is { IsCompletedSuccessfully: true, Result: var fault })
        {
            yield return $"The node has stopped: {fault.Message}";
        }

        if (_keeper.Trouble is { } trouble)
        {
            yield return $"The leases can not be renewed: {trouble.Message}";
        }

        if (RunningCount == 0)
        {
            yield return "No partition of the hub runs here: they are other nodes' until a lease ends, or there are more nodes than partitions.";
        }
    }

    /// <summary>Hands everything over, each partition as soon as nothing of it runs here any more, and ends this node's part.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        _isLeaving = true;
        await _partitions.DrainAsync();
        await _expiry.DisposeAsync();
        await _partitions.DisposeAsync();
        await Worker.DisposeAsync();
        await _inbox.DisposeAsync();
        GiveAllBack();
        _keeper.Dispose();
        _store.Dispose();
        _connections.Dispose();
    }

    private void GiveAllBack()
    {
        try
        {
            _keeper.GiveAllBack();
        }
        catch (Exception e) when (e is IOException or IncompatibleStoreException)
        {
            _log.Troubled(e); // they run out by themselves
        }
    }

    private void OnAnswered(string payload)
    {
        if (HubChannels.AnswerOf(payload) is var (call, outcome))
        {
            Worker.Answered(call, outcome);
        }
    }

    // A database that is away comes back; what cannot be understood stays so, and the node must not go on without it.
    private void OnTroubled(Exception reason)
    {
        if (reason is (not IOException) or CorruptStoreException)
        {
            Worker.Stop(reason);
        }

        _log.Troubled(reason);
    }
}

/// <summary>What a node is made of beside its database.</summary>
/// <param name="NewGuid">Makes identifiers, and tells the process from one of the same name that ran before.</param>
public sealed record NodeParts(
    DurableTaskRegistry Registry, ILoggerFactory Loggers, TimeProvider Time, Func<Guid> NewGuid, TaskHubOptions Options);
