using System.Collections.Concurrent;
using Npgsql;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Postgres.Leases;
using TeamsWorkflows.DurableTask.Postgres.Messages;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

[Collection(PostgresServer.Name)]
public sealed class PostgresInboxTests : IAsyncLifetime, IDisposable
{
    private const int Mine = 7;

    private static readonly TimeSpan NoPoll = TimeSpan.FromHours(1);

    private readonly PostgresCluster _cluster;
    private readonly PostgresHubOptions _hub;
    private readonly PostgresConnections _connections;
    private readonly HubChannels _channels;
    private readonly BlockingCollection<IncomingMessage> _delivered = [];
    private readonly ConcurrentQueue<Exception> _troubles = new();
    private readonly List<PostgresInbox> _inboxes = [];
    private long _sequence;

    public PostgresInboxTests(PostgresCluster cluster)
    {
        (_cluster, _hub) = (cluster, cluster.NewHub());
        _connections = new PostgresConnections(_hub);
        using var connection = _connections.OpenOwn();
        new PostgresSchema(connection, _hub, _connections.Name).Migrate();
        _channels = new HubChannels(HubChannels.ReadHub(connection));
        using var fences = new NpgsqlCommand("UPDATE partition SET fence = 1", connection);
        fences.ExecuteNonQuery();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var inbox in _inboxes)
        {
            await inbox.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _connections.Dispose();
        _delivered.Dispose();
    }

    [Fact]
    public void A_message_comes_with_its_commit_and_only_to_its_receiver()
    {
        using var connection = _connections.OpenOwn();
        Sender sender = new(connection, _channels, _hub, [0, 1]);
        StartedInbox(NoPoll);
        sender.Send(1, [Message(Mine), Message(Mine + 1)]);
        Assert.Equal([1L], Take(1));
        sender.Send(2, [Message(Mine)]);
        Assert.Equal([3L], Take(1));
        Assert.Empty(_troubles);
    }

    [Fact]
    public void What_was_sent_before_the_inbox_listened_is_found()
    {
        using var connection = _connections.OpenOwn();
        new Sender(connection, _channels, _hub, [0]).Send(1, [Message(Mine), Message(Mine)]);
        StartedInbox(NoPoll);
        Assert.Equal([1L, 2], Take(2));
    }

    [Fact]
    public void What_recovery_has_read_does_not_come_again()
    {
        using var connection = _connections.OpenOwn();
        Sender sender = new(connection, _channels, _hub, [0]);
        sender.Send(1, [Message(Mine)]);
        var (recovered, incoming) = new PostgresReader(_connections).Recover([Mine], 10);
        Assert.Equal([1L], recovered.Messages.Select(static m => m.Sequence));

        sender.Send(2, [Message(Mine)]);
        StartedInbox(NoPoll, incoming);
        Assert.Equal([2L], Take(1));
    }

    [Fact]
    public void A_message_within_the_node_does_not_come_from_outside()
    {
        using var connection = _connections.OpenOwn();
        new Sender(connection, _channels, _hub, [0, Mine]).Send(1, [Message(Mine)]);
        new Sender(connection, _channels, _hub, [1]).Send(1, [Message(Mine)]);
        StartedInbox(NoPoll);
        Assert.Equal([2L], Take(1));
    }

    [Fact]
    public void A_commit_that_becomes_visible_late_is_not_passed_over()
    {
        using var connection = _connections.OpenOwn();
        using var slow = _connections.OpenOwn();
        using var begin = new NpgsqlCommand("BEGIN", slow);
        begin.ExecuteNonQuery();
        new Sender(slow, _channels, _hub, [0]).Send(1, [Message(Mine)]); // numbered first, committed last

        StartedInbox(NoPoll);
        new Sender(connection, _channels, _hub, [1]).Send(1, [Message(Mine)]);
        Assert.Equal([2L], Take(1));
        using var commit = new NpgsqlCommand("COMMIT", slow);
        commit.ExecuteNonQuery();
        Assert.Equal([1L], Take(1));
    }

    [Fact]
    public void A_notification_that_was_lost_is_made_up_for_by_the_poll()
    {
        using var connection = _connections.OpenOwn();
        StartedInbox(TimeSpan.FromMilliseconds(300));
        Sender sender = new(connection, new HubChannels(1), _hub, [0]); // tells the wrong channels
        for (var i = 1; i <= 3; i++)
        {
            sender.Send(i, [Message(Mine)]);
            Assert.Equal([(long)i], Take(1));
        }
    }

    [Fact]
    public void A_connection_that_breaks_is_made_again_and_nothing_is_missed_or_doubled()
    {
        using var connection = _connections.OpenOwn();
        Sender sender = new(connection, _channels, _hub, [0]);
        StartedInbox(NoPoll);
        sender.Send(1, [Message(Mine)]);
        Assert.Equal([1L], Take(1));
        _cluster.Read($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%{_hub.Schema}' AND query LIKE '%FETCH FIRST%'");
        sender.Send(2, [Message(Mine)]);
        Assert.Equal([2L], Take(1));
        Assert.NotEmpty(_troubles);
    }

    [Fact]
    public async Task From_many_senders_at_once_each_message_comes_once_and_in_its_senders_order()
    {
        const int Senders = 6;
        const int Commits = 60;
        var inbox = StartedInbox(NoPoll);
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(s => Task.Run(() =>
        {
            using var connection = _connections.OpenOwn();
            Sender sender = new(connection, _channels, _hub, [s]);
            for (var i = 1; i <= Commits; i++)
            {
                sender.Send(i, [.. Enumerable.Range(0, 3).Select(_ => Message(Mine, execution: $"{s}"))]);
            }
        })));

        IncomingMessage[] all = [.. Enumerable.Range(0, Senders * Commits * 3).Select(_ => Next())];
        Assert.Equal(all.Length, all.Select(static m => m.Message.Sequence).Distinct().Count());
        foreach (var bySender in all.GroupBy(static m => m.Message.ExecutionId))
        {
            Assert.Equal(bySender.Select(static m => m.Message.Sequence).Order(), bySender.Select(static m => m.Message.Sequence));
        }

        Assert.False(_delivered.TryTake(out _, 200));
        Assert.InRange(inbox.ReadCount, 1, (Senders * Commits) + 10);
    }

    [Fact]
    public void Whom_the_node_gives_away_gets_nothing_more()
    {
        using var connection = _connections.OpenOwn();
        Sender sender = new(connection, _channels, _hub, [0]);
        var inbox = StartedInbox(TimeSpan.FromMilliseconds(100));
        inbox.Watch(Mine + 1, []);
        sender.Send(1, [Message(Mine), Message(Mine + 1)]);
        Assert.Equal([1L, 2], Take(2));
        inbox.Unwatch(Mine);
        sender.Send(2, [Message(Mine), Message(Mine + 1)]);
        Assert.Equal([4L], Take(1));
        Assert.False(_delivered.TryTake(out _, 300));
    }

    [Fact]
    public void More_than_one_page_comes_whole()
    {
        using var connection = _connections.OpenOwn();
        Sender sender = new(connection, _channels, _hub, [0]);
        for (var i = 1; i <= 3; i++)
        {
            sender.Send(i, [.. Enumerable.Range(0, 700).Select(_ => Message(Mine))]); // the second ends in the middle of a page
        }

        StartedInbox(NoPoll);
        Assert.Equal(Enumerable.Range(1, 2_100).Select(static i => (long)i), Take(2_100));
    }

    private PostgresInbox StartedInbox(TimeSpan poll, IReadOnlyList<IncomingMessage>? recovered = null)
    {
        PostgresInbox inbox = new(
            _connections,
            _channels,
            _hub.Partitions,
            poll,
            TimeProvider.System,
            new Random(1),
            messages => messages.ToList().ForEach(_delivered.Add),
            () => { },
            _troubles.Enqueue);
        _inboxes.Add(inbox);
        inbox.Watch(Mine, recovered ?? []);
        inbox.Start();
        Assert.True(SpinWait.SpinUntil(() => inbox.ReadCount > 0, TimeSpan.FromSeconds(10)));
        return inbox;
    }

    private StoredMessage Message(int receiver, string? execution = null)
    {
        var sequence = Interlocked.Increment(ref _sequence);
        return new(sequence, IdIn(receiver), execution, null, [1]);
    }

    private string IdIn(int partition)
        => Enumerable.Range(0, int.MaxValue).Select(static i => $"i{i}").First(id => InstancePartition.Of(id, _hub.Partitions) == partition);

    private long[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next().Message.Sequence)];

    private IncomingMessage Next()
    {
        Assert.True(_delivered.TryTake(out var message, TimeSpan.FromSeconds(10)), "No message came.");
        return message;
    }

    /// <summary>Another node, as far as its messages go.</summary>
    private sealed class Sender(NpgsqlConnection connection, HubChannels channels, PostgresHubOptions hub, int[] partitions)
    {
        private readonly PostgresWriter _writer = new(connection, channels, hub.Partitions);
        private readonly HeldPartitions _held = new(partitions.Select(static p => new PartitionFence(p, 1)));

        public void Send(long commit, IReadOnlyList<StoredMessage> messages)
            => _writer.Commit([new RefuseMessages([], messages)], _held, (_, receiver) => _held.Holds(receiver), commit);
    }
}
