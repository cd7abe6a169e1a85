using System.Threading.Channels;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Live;

/// <summary>One client's line. It is bounded: a client that does not keep up is told to read everything anew.</summary>
/// <param name="start">What the client has seen already.</param>
internal sealed class Subscription(string who, IReadOnlySet<ChangeTopic> topics, FeedPosition start, Action<Subscription> leave) : IDisposable
{
    private const int MaxWaiting = 256;

    private readonly Lock _gate = new();
    private readonly Channel<FeedEvent> _line = Channel.CreateBounded<FeedEvent>(MaxWaiting);
    private bool _isBehind;
    private FeedPosition _position = start;
    private Task<bool>? _news;

    public string Who => who;

    /// <summary>Gets up to where the client has what it wants: it may go on from there, and misses nothing.</summary>
    public FeedPosition Position
    {
        get
        {
            lock (_gate)
            {
                return _position;
            }
        }
    }

    public void Offer(FeedEvent e)
    {
        lock (_gate)
        {
            if (e.Change is not { } change || topics.Contains(change.Topic))
            {
                _isBehind |= !_line.Writer.TryWrite(e);
            }
            else if (_line.Reader.Count == 0)
            {
                Pass(e.Position); // nothing for it, and nothing before it that waits
            }
        }
    }

    /// <returns>Whether there is news; false: there was none for that long.</returns>
    public async Task<bool> WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        _news ??= _line.Reader.WaitToReadAsync(CancellationToken.None).AsTask(); // one at a time, kept when patience ends
        try
        {
            await _news.WaitAsync(patience, time, cancellationToken);
            _news = null;
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <param name="reset">What to hand out in the place of what did not fit.</param>
    public IEnumerable<FeedEvent> Take(Func<FeedEvent> reset)
    {
        if (TakeReset(reset) is { } instead)
        {
            yield return instead;
        }

        while (TakeNext() is { } e)
        {
            yield return e;
        }
    }

    public void Dispose() => leave(this);

    private FeedEvent? TakeReset(Func<FeedEvent> reset)
    {
        lock (_gate)
        {
            if (!_isBehind)
            {
                return null;
            }

            _isBehind = false;
            while (_line.Reader.TryRead(out _))
            {
                // The reset stands for it.
            }

            return Taken(reset());
        }
    }

    private FeedEvent? TakeNext()
    {
        lock (_gate)
        {
            return _line.Reader.TryRead(out var e) ? Taken(e) : null;
        }
    }

    private FeedEvent Taken(FeedEvent e)
    {
        if (e.Change is null)
        {
            _position = e.Position; // from anywhere: what the client had seen may be of another process's life
        }
        else
        {
            Pass(e.Position);
        }

        return e;
    }

    // Forwards only: one that is handed out may be behind others that passed meanwhile.
    private void Pass(FeedPosition position) => _position = position.Number > _position.Number ? position : _position;
}
