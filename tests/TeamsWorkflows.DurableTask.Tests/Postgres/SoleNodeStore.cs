using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Postgres.Leases;
using TeamsWorkflows.DurableTask.Postgres.Nodes;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>The store of a node among several, all of whose partitions happen to be its own: then it must be like any other.</summary>
internal sealed class SoleNodeStore(PostgresHubOptions options) : IPartitionStore
{
    private PostgresConnections? _connections;
    private PostgresLeaseTable? _leases;
    private NodeStore? _store;
    private Tenures? _tenures;
    private int _runs;

    public RecoveredPartition Recover(int maxTimers)
    {
        Dispose();
        _connections = new PostgresConnections(options);
        HubChannels channels;
        using (var connection = _connections.OpenOwn())
        {
            new PostgresSchema(connection, options, _connections.Name).Migrate();
            channels = new HubChannels(HubChannels.ReadHub(connection));
        }

        var node = $"sole/{++_runs}";
        _leases = new PostgresLeaseTable(_connections, channels, node, options.LeaseDuration);
        var owned = _leases.Exchange(new LeaseRequest(ClockReading.Of(TimeProvider.System), [], IsLeaving: false)).Partitions.Where(row => row.Owner == node).ToArray();
        Assert.Equal(options.Partitions, owned.Length);
        _tenures = new Tenures(options.Partitions, node);
        _store = new NodeStore(
            _connections,
            channels,
            options.Partitions,
            _tenures,
            static (_, loss) => throw loss,
            static (_, reason) => throw new IOException(reason.Message, reason),
            static (_, reason) => throw new IOException(reason.Message, reason));
        foreach (var row in owned)
        {
            _tenures.Begin(new Tenure(row.Partition, row.Fence, static () => true));
        }

        return new PostgresReader(_connections).Recover([.. owned.Select(static row => (short)row.Partition)], maxTimers).Recovered;
    }

    // What the engine would say of its commands: whose they are, and that messages are handed over in memory.
    public void Commit(IReadOnlyList<StoreCommand> batch) => Store.Commit([.. batch.Select(Owned)]);

    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => Store.LoadTimers(from, max);

    public StoredInstance? Load(string instanceId) => Store.Load(instanceId);

    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => Store.Load(instanceId, fromTurn, maxTurns);

    public StoredInstance? LoadEnds(string instanceId) => Store.LoadEnds(instanceId);

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max) => Store.Query(query, beforeKey, max);

    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => Store.ListFinished(before, max);

    public void Dispose()
    {
        _store?.Dispose();
        _leases?.Exchange(new LeaseRequest(ClockReading.Of(TimeProvider.System), [.. Enumerable.Range(0, options.Partitions)], IsLeaving: true));
        _leases?.Dispose();
        _connections?.Dispose();
        (_store, _leases, _connections) = (null, null, null);
    }

    private NodeStore Store => _store ?? throw new InvalidOperationException("Recover comes first.");

    private StoreCommand Owned(StoreCommand command) => command switch
    {
        CommitTurn turn => turn with { Sent = [.. turn.Sent.Select(Received)], Tenure = turn.Row is { } row ? _tenures!.Of(row.Id) : null },
        RefuseMessages refuse => refuse with { Sent = [.. refuse.Sent.Select(Received)] },
        _ => command,
    };

    private StoredMessage Received(StoredMessage message) => message with { Receiver = _tenures!.Of(message.InstanceId) };
}
