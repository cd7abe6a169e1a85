using System.Collections.Concurrent;
using Npgsql;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Postgres.Leases;
using TeamsWorkflows.DurableTask.Postgres.Messages;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>One of several nodes of a hub, without orchestrations: leases, inbox and commits on a real server.</summary>
internal sealed class PostgresNode : IAsyncDisposable
{
    private readonly PostgresConnections _connections;
    private readonly NpgsqlConnection _writing;
    private readonly PostgresWriter _writer;
    private readonly LeaseKeeper _keeper;
    private readonly PostgresInbox _inbox;
    private readonly PostgresReader _reader;
    private long _commits;
    private bool _isDead;

    public PostgresNode(PostgresHubOptions hub, string name)
    {
        _connections = new PostgresConnections(hub);
        _writing = _connections.OpenOwn();
        new PostgresSchema(_writing, hub, _connections.Name).Migrate();
        HubChannels channels = new(HubChannels.ReadHub(_writing));
        _writer = new PostgresWriter(_writing, channels, hub.Partitions);
        _reader = new PostgresReader(_connections);
        PartitionLeases leases = new(name, hub.LeaseDuration, new Random(name.Length));
        var table = new PostgresLeaseTable(_connections, channels, name, hub.LeaseDuration);
        _keeper = new LeaseKeeper(leases, table, TimeProvider.System, Take, Troubles.Enqueue);
        _inbox = new PostgresInbox(
            _connections,
            channels,
            hub.Partitions,
            TimeSpan.FromHours(1),
            TimeProvider.System,
            new Random(1),
            messages => messages.ToList().ForEach(m => Received.Enqueue(m.Message.Sequence)),
            _keeper.Poke,
            Troubles.Enqueue);
        _keeper.Exchange();
        _keeper.Start();
        _inbox.Start();
    }

    public ConcurrentQueue<Exception> Troubles { get; } = new();

    public ConcurrentQueue<long> Received { get; } = new();

    public HeldPartitions Held => _keeper.Held;

    public int ValidCount => Enumerable.Range(0, 32).Count(p => _keeper.ValidFor(p) > TimeSpan.Zero);

    public void Send(long sequence, string instanceId)
    {
        var held = Held;
        _writer.Commit(
            [new RefuseMessages([], [new(sequence, instanceId, null, null, [1])])], held, (_, receiver) => held.Holds(receiver), ++_commits);
    }

    public void Drain() => _keeper.Drain().ToList().ForEach(GiveBack);

    /// <summary>As a process that is stopped: it renews nothing, and believes in what it had.</summary>
    public void Freeze() => _keeper.Dispose();

    /// <summary>As a process that dies: nothing is given back.</summary>
    public async Task DieAsync()
    {
        if (_isDead)
        {
            return;
        }

        _isDead = true;
        _keeper.Dispose();
        await _inbox.DisposeAsync();
        await _writing.DisposeAsync();
        _connections.Dispose();
    }

    public async ValueTask DisposeAsync() => await DieAsync();

    private void Take(LeaseChanges changes)
    {
        foreach (var lost in changes.Lost)
        {
            _inbox.Unwatch(lost);
        }

        foreach (var gained in changes.Gained)
        {
            var (recovered, incoming) = _reader.Recover([(short)gained.Partition], 1);
            recovered.Messages.ToList().ForEach(m => Received.Enqueue(m.Sequence));
            _inbox.Watch(gained.Partition, incoming);
        }

        changes.Leaving.ToList().ForEach(GiveBack);
    }

    private void GiveBack(int partition)
    {
        _inbox.Unwatch(partition);
        _keeper.GiveBack(partition);
    }
}
