using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Live;

/// <summary>What changes, told to whoever looks: from where it is committed, without asking any database.</summary>
/// <remarks>
/// Changes are gathered for <see cref="Window"/> and told once each. The last <see cref="Kept"/> are kept for clients that
/// come back after a short break. Nothing is gathered before the first client comes, or other nodes are to be told.
/// An event says that something has changed and never what it is now: whoever may see that asks for it.
/// </remarks>
internal sealed class ChangeFeed : IDisposable
{
    /// <summary>Most clients of this process.</summary>
    public const int MaxClients = 256;

    /// <summary>Most clients of one caller.</summary>
    public const int MaxOfOne = 16;

    /// <summary>How many events a client may have missed and still be told.</summary>
    public const int Kept = 1_024;

    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Queue<FeedEvent> _kept = new();
    private readonly List<Subscription> _clients = [];
    private readonly PendingChanges _pending = new();
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly string _epoch;
    private readonly ITimer _timer;
    private long _last;
    private volatile bool _isListening;

    public ChangeFeed(Database database, TimeProvider time, Func<Guid> newGuid)
    {
        (_database, _time, _epoch) = (database, time, newGuid().ToString("N")[^8..]);
        _timer = time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets or sets who tells other nodes what has changed here; null: there are none.</summary>
    public Action<IReadOnlyList<DataChange>>? Elsewhere { get; set; }

    /// <summary>Gathers from now on.</summary>
    public void Listen()
    {
        _database.Committed = Note;
        _isListening = true;
    }

    public void InstancesChanged(IReadOnlyCollection<string> instanceIds)
    {
        if (_isListening)
        {
            Note([.. instanceIds.Select(static id => new DataChange(ChangeTopic.Orchestrations, id))]);
        }
    }

    /// <summary>Tells this node's clients what has changed on another one.</summary>
    public void Tell(IReadOnlyList<DataChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                Append(change);
            }
        }
    }

    /// <summary>Tells every client that something may have been missed.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            Append(change: null);
        }
    }

    /// <param name="since">What the client has seen last; null: it begins.</param>
    /// <returns>Null when there are too many clients, or too many of this caller.</returns>
    public Subscription? Subscribe(string who, IReadOnlySet<ChangeTopic> topics, FeedPosition? since)
    {
        lock (_gate)
        {
            if (_clients.Count >= MaxClients || _clients.Count(c => c.Who == who) >= MaxOfOne)
            {
                return null;
            }

            if (!_isListening)
            {
                Listen();
            }

            var client = new Subscription(who, topics, since ?? Position, Leave);
            if (since is { } seen)
            {
                Resume(client, seen);
            }

            _clients.Add(client);
            return client;
        }
    }

    /// <summary>Makes the event that says that something may have been missed.</summary>
    public FeedEvent NewReset() => new(Position, _time.GetUtcNow(), Change: null);

    public FeedPosition Position => new(_epoch, Interlocked.Read(ref _last));

    public void Dispose() => _timer.Dispose();

    private void Resume(Subscription client, FeedPosition seen)
    {
        if (seen.Epoch != _epoch || seen.Number > _last || seen.Number < _last - _kept.Count)
        {
            client.Offer(NewReset());
            return;
        }

        foreach (var missed in _kept.Where(e => e.Position.Number > seen.Number))
        {
            client.Offer(missed);
        }
    }

    private void Note(IReadOnlyCollection<DataChange> changes)
    {
        lock (_gate)
        {
            var isFirst = _pending.IsEmpty;
            foreach (var change in changes)
            {
                _pending.Add(change);
            }

            if (isFirst)
            {
                _timer.Change(Window, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Flush()
    {
        IReadOnlyList<DataChange> changes;
        lock (_gate)
        {
            changes = _pending.Take();
            foreach (var change in changes)
            {
                Append(change);
            }
        }

        Elsewhere?.Invoke(changes);
    }

    private void Append(DataChange? change)
    {
        var e = new FeedEvent(new(_epoch, Interlocked.Increment(ref _last)), _time.GetUtcNow(), change);
        _kept.Enqueue(e);
        if (_kept.Count > Kept)
        {
            _kept.Dequeue();
        }

        foreach (var client in _clients)
        {
            client.Offer(e);
        }
    }

    private void Leave(Subscription client)
    {
        lock (_gate)
        {
            _clients.Remove(client);
        }
    }
}
