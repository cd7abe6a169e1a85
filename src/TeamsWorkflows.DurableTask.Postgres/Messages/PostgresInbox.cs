using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace TeamsWorkflows.DurableTask.Postgres.Messages;

/// <summary>Brings the messages of other nodes to this one: told by NOTIFY, and looked for now and then all the same.</summary>
/// <remarks>
/// A notification says which partition got something from which sender, and only that is read. It can be lost with the
/// connection: after every new connection, and at every poll, all senders are looked at. Each message is delivered once,
/// and none is passed over (<see cref="InboxCursors"/> says why). Reads go over the listening connection, so that whatever
/// was told meanwhile is told by then, and one read serves many notifications.
/// </remarks>
/// <param name="pollInterval">How late a message can be whose notification was lost; polls are spread over the last half of it.</param>
/// <param name="deliver">
/// Takes messages, in order. Called under the inbox's lock, so that nothing comes after <see cref="Unwatch"/>: it must be
/// short, and whoever watches must not hold a lock that it takes.
/// </param>
/// <param name="node">On whose channel answers come.</param>
/// <param name="answered">Called with each answer's words.</param>
/// <param name="connected">Called when a connection listens anew: what was told before may have been missed.</param>
/// <param name="freed">Called when a node gives partitions back (see <see cref="Leases.PartitionLeases.Poke"/>).</param>
/// <param name="troubled">
/// Told of each failure. After an <see cref="IOException"/> the inbox goes on by itself; after anything else, such as a message
/// that cannot be read, it has ended, and so must the node.
/// </param>
internal sealed class PostgresInbox(
    PostgresConnections connections,
    HubChannels channels,
    int partitions,
    TimeSpan pollInterval,
    TimeProvider time,
    Random random,
    Action<IReadOnlyList<IncomingMessage>> deliver,
    Action freed,
    Action<Exception> troubled,
    string node = "",
    Action<string>? answered = null,
    Action? connected = null) : IAsyncDisposable
{
    private const int MaxPerRead = 1_000;

    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly InboxCursors _cursors = new();
    private readonly SortedSet<int> _watched = [];
    private readonly HashSet<(int Receiver, int Sender)> _told = [];
    private readonly CancellationTokenSource _stopping = new();
    private Action? _interrupt; // ends the wait that is going on
    private Task _running = Task.CompletedTask;
    private bool _isChanged;

    /// <summary>Gets how many times it was looked for messages.</summary>
    public long ReadCount { get; private set; }

    public void Start() => _running = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Watches a partition that was just recovered, from where the recovery read its messages.</summary>
    public void Watch(int partition, IEnumerable<IncomingMessage> recovered)
    {
        lock (_gate)
        {
            _cursors.Forget(partition);
            foreach (var message in recovered)
            {
                if (message is { Sender: { } sender } && message.Receiver == partition)
                {
                    _cursors.Advance(partition, sender, message.Position);
                }
            }

            _watched.Add(partition);
            ListenAnew();
        }
    }

    /// <summary>Stops to watch a partition: after the call none of its messages is delivered.</summary>
    public void Unwatch(int partition)
    {
        lock (_gate)
        {
            _watched.Remove(partition);
            _cursors.Forget(partition);
            ListenAnew();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private void ListenAnew()
    {
        _isChanged = true;
        _interrupt?.Invoke();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: nobody awaits the loop, so what ends it is told.")]
    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException e)
            {
                troubled(PostgresErrors.Translate(e, connections.Name));
                await PauseAsync();
            }
            catch (InvalidOperationException e) // of a connection that broke between two commands
            {
                troubled(new IOException($"The connection to the task hub's database ({connections.Name}) broke: {e.Message}", e));
                await PauseAsync();
            }
            catch (Exception e)
            {
                troubled(e);
                return;
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(Jittered(ReconnectDelay), time, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The loop ends.
        }
    }

    // LISTEN comes before the look at everything: what is committed in between is told, what was committed before is found.
    private async Task ListenAsync()
    {
        await using var connection = await connections.OpenOwnAsync(_stopping.Token);
        connection.Notification += (_, notification) => Note(notification);
        await RunAsync(connection, $"LISTEN {channels.Leases}; LISTEN {channels.OfNode(node)}");
        connected?.Invoke();
        freed(); // what was given back while nobody listened
        HashSet<int> listening = [];
        while (true)
        {
            await ListenToWatchedAsync(connection, listening);
            await ReadAsync(connection, EverySender());
            await ReadToldUntilPollAsync(connection);
        }
    }

    private async Task ListenToWatchedAsync(NpgsqlConnection connection, HashSet<int> listening)
    {
        int[] watched;
        lock (_gate)
        {
            (_isChanged, watched) = (false, [.. _watched]);
        }

        var commands = listening.Except(watched).Select(p => $"UNLISTEN {channels.OfPartition(p)}")
            .Concat(watched.Except(listening).Select(p => $"LISTEN {channels.OfPartition(p)}"))
            .ToArray();
        if (commands.Length > 0)
        {
            await RunAsync(connection, string.Join("; ", commands));
            listening.Clear();
            listening.UnionWith(watched);
        }
    }

    private async Task RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // names of ours
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(_stopping.Token);
    }

    private async Task ReadToldUntilPollAsync(NpgsqlConnection connection)
    {
        using var poll = new CancellationTokenSource(Jittered(pollInterval), time);
        while (!poll.IsCancellationRequested)
        {
            if (Told() is { Count: > 0 } told)
            {
                await ReadAsync(connection, told);
                continue;
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(poll.Token, _stopping.Token);
            lock (_gate)
            {
                if (_isChanged)
                {
                    return;
                }

                _interrupt = waiting.Cancel;
            }

            try
            {
                await connection.WaitAsync(waiting.Token);
            }
            catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
            {
                // Time to poll, or other partitions to watch: cancelling a wait leaves the connection as it is.
            }
            finally
            {
                lock (_gate)
                {
                    _interrupt = null;
                }
            }
        }
    }

    private void Note(NpgsqlNotificationEventArgs notification)
    {
        if (notification.Channel == channels.Leases)
        {
            freed();
        }
        else if (notification.Channel == channels.OfNode(node))
        {
            answered?.Invoke(notification.Payload);
        }
        else if (channels.PartitionOf(notification.Channel) is { } receiver && HubChannels.SenderOf(notification.Payload) is { } sender)
        {
            lock (_gate)
            {
                _told.Add((receiver, sender));
            }
        }
    }

    private List<(int Receiver, int Sender)> Told()
    {
        lock (_gate)
        {
            List<(int Receiver, int Sender)> told = [.. _told];
            _told.Clear();
            return told;
        }
    }

    // Anew before every page: a partition that was given away has no cursor, and would be read from its beginning again and again.
    private List<(int Receiver, int Sender)> OnlyWatched(List<(int Receiver, int Sender)> pairs)
    {
        lock (_gate)
        {
            return [.. pairs.Where(pair => _watched.Contains(pair.Receiver))];
        }
    }

    private List<(int Receiver, int Sender)> EverySender()
    {
        lock (_gate)
        {
            return [.. _watched.SelectMany(receiver => Enumerable.Range(0, partitions).Select(sender => (receiver, sender)))];
        }
    }

    private async Task ReadAsync(NpgsqlConnection connection, List<(int Receiver, int Sender)> pairs)
    {
        while (OnlyWatched(pairs) is { Count: > 0 } watched)
        {
            var messages = await ReadPageAsync(connection, watched);
            ReadCount++;
            lock (_gate)
            {
                IncomingMessage[] fresh = [.. messages
                    .Where(m => _watched.Contains(m.Receiver) && m.Position > _cursors.Of(m.Receiver, m.Sender!.Value))
                    .OrderBy(static m => m.Message.Sequence)];
                foreach (var message in fresh)
                {
                    _cursors.Advance(message.Receiver, message.Sender!.Value, message.Position);
                }

                if (fresh.Length > 0)
                {
                    deliver(fresh);
                }
            }

            if (messages.Count < MaxPerRead)
            {
                return;
            }
        }
    }

    private async Task<List<IncomingMessage>> ReadPageAsync(NpgsqlConnection connection, List<(int Receiver, int Sender)> pairs)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {PostgresRows.MessageColumns}, m.partition, m.sender, m.position
            FROM unnest($1, $2, $3) AS after (partition, sender, position)
                JOIN message m ON m.partition = after.partition AND m.sender = after.sender AND m.position > after.position
            ORDER BY m.position FETCH FIRST {MaxPerRead} ROWS WITH TIES
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. pairs.Select(static p => (short)p.Receiver)] });
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. pairs.Select(static p => (short)p.Sender)] });
        lock (_gate)
        {
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. pairs.Select(p => _cursors.Of(p.Receiver, p.Sender))] });
        }

        await command.PrepareAsync(_stopping.Token);
        await using var reader = await command.ExecuteReaderAsync(_stopping.Token);
        List<IncomingMessage> messages = [];
        while (await reader.ReadAsync(_stopping.Token))
        {
            messages.Add(IncomingMessage.Read(reader));
        }

        return messages;
    }

#pragma warning disable CA5394 // not a secret
    private TimeSpan Jittered(TimeSpan delay) => delay * (0.5 + (0.5 * random.NextDouble()));
#pragma warning restore CA5394
}
