using System.Threading.Channels;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Live;

/// <summary>One client's line. It is bounded: a client that does not keep up is told to read everything anew.</summary>
internal sealed class Subscription(string who, IReadOnlySet<ChangeTopic> topics, Action<Subscription> leave) : IDisposable
{
    private const int MaxWaiting = 256;

    private readonly Channel<FeedEvent> _line = Channel.CreateBounded<FeedEvent>(MaxWaiting);
    private volatile bool _isBehind;
    private Task<bool>? _news;

    public string Who => who;

    public void Offer(FeedEvent e)
    {
        if ((e.Change is not { } change || topics.Contains(change.Topic)) && !_line.Writer.TryWrite(e))
        {
            _isBehind = true;
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
        if (_isBehind)
        {
            _isBehind = false;
            while (_line.Reader.TryRead(out _))
            {
                // The reset stands for it.
            }

            yield return reset();
        }

        while (_line.Reader.TryRead(out var e))
        {
            yield return e;
        }
    }

    public void Dispose() => leave(this);
}
