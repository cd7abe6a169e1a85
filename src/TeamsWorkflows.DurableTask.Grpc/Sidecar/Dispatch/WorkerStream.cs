using System.Threading.Channels;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;

/// <summary>One connected worker: what it takes, how much at a time, and what is on its way to it.</summary>
internal sealed class WorkerStream(WorkFilter filter, int maxTurns, int maxActivities)
{
    private readonly Channel<Work> _outgoing = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private int _turns;
    private int _activities;

    /// <summary>Gets what to send; never more than the worker takes at a time.</summary>
    public ChannelReader<Work> Outgoing => _outgoing.Reader;

    public bool Takes(WorkKey key) => filter.Takes(key)
        && (key.Kind == WorkKind.Turn ? _turns < maxTurns : _activities < maxActivities);

    public void Give(Work work)
    {
        Count(work, 1);
        _outgoing.Writer.TryWrite(work);
    }

    public void Release(Work work) => Count(work, -1);

    public void Close() => _outgoing.Writer.TryComplete();

    private void Count(Work work, int change)
    {
        if (work.Key.Kind == WorkKind.Turn)
        {
            _turns += change;
        }
        else
        {
            _activities += change;
        }
    }
}
