using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Brings an instance back that recovery, a message or a timer found on disk only.</summary>
internal sealed class InstanceLoader(IPartitionStore store, bool isRemote = false)
{
    public void Load(Turn turn)
    {
        var instance = turn.Instance;
        if (instance is { IsOpen: false, IsSurelyNew: false, Row: not { IsFinished: true } }
            && store.Load(instance.Id) is { } stored)
        {
            instance.Row = stored.Row;
            if (stored.Row.IsFinished)
            {
                return;
            }

            instance.TurnCount = stored.History.Count;
            if (isRemote)
            {
                instance.Remote = RemoteExecution.Of(stored, instance.AskedBefore);
                instance.State = instance.Remote.ToState();
            }
            else if (stored.Row.Waiting is { } waiting)
            {
                instance.Waiting = [.. HistoryCodec.Decode(waiting)];
            }
            else
            {
                instance.Past = [.. stored.History.SelectMany(HistoryCodec.Decode)];
                instance.State = ExecutionState.Of(instance.Past);
            }
        }

        turn.TimerBefore = instance.Row?.TimerAt;
    }

    /// <summary>Reads the whole history of an instance.</summary>
    public IReadOnlyList<HistoryEvent> History(string instanceId)
        => store.Load(instanceId) is { } stored ? [.. stored.History.SelectMany(HistoryCodec.Decode)] : [];

    /// <summary>Reads once more what a worker elsewhere was asked; null: the instance has ended meanwhile.</summary>
    public OrchestratorTurn? Reload(OrchestratorWorkItem asked)
        => store.Load(asked.InstanceId) is { Row.IsFinished: false } stored ? RemoteExecution.Of(stored, asked).Turn(asked) : null;

    /// <summary>Reads how a finished instance began and ended.</summary>
    public (ExecutionStartedEvent? Started, ExecutionCompletedEvent? End) Ends(string instanceId)
    {
        HistoryEvent[] ends = store.LoadEnds(instanceId) is { } stored ? [.. stored.History.SelectMany(HistoryCodec.Decode)] : [];
        return (ends.OfType<ExecutionStartedEvent>().FirstOrDefault(), ends.OfType<ExecutionCompletedEvent>().LastOrDefault());
    }
}
