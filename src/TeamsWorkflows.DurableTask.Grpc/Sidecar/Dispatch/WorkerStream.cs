using System.Threading.Channels;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;

/// <summary>One connected worker: what it takes, how much at a time, and what is on its way to it.</summary>
internal sealed class WorkerStream(WorkFilter filter, int maxTurns, int maxActivities)
{
    private readonly Channel<Handout> _outgoing = Channel.CreateUnbounded<Handout>(new UnboundedChannelOptions { SingleReader = true });
    private int _turns;
    private int _activities;

    /// <summary>Gets what to send; never more than the worker takes at a time.</summary>
    public ChannelReader<Handout> Outgoing => _outgoing.Reader;

    public bool Takes(WorkKey key) => filter.Takes(key)
        && (key.Kind == WorkKind.Turn ? _turns < maxTurns : _activities < maxActivities);

    public void Give(Work work)
    {
        Count(work.Key.Kind, 1);
        _outgoing.Writer.TryWrite(new(work, work.Token));
    }

    public void Release(WorkKind kind) => Count(kind, -1);

    public void Close() => _outgoing.Writer.TryComplete();

    private void Count(WorkKind kind, int change)
    {
        if (kind == WorkKind.Turn)
        {
            _turns += change;
        }
        else
        {
            _activities += change;
        }
    }
}
