using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>An instance in memory. Guarded by the partition's lock, except that a turn in progress owns the rest.</summary>
internal sealed class Instance(string id)
{
    public string Id => id;

    /// <summary>Gets the time in which the instance is in memory; null: there are no tenures.</summary>
    public Tenure? Tenure { get; init; }

    /// <summary>Gets or sets the row as last written; null before the first commit, or before it was loaded.</summary>
    public InstanceRow? Row { get; set; }

    /// <summary>Gets or sets what is open in the current execution; null when none runs, or it has to be loaded.</summary>
    public ExecutionState? State { get; set; }

    /// <summary>Gets or sets the history that the coroutine is to be rebuilt from; null when it is there, or nothing was loaded.</summary>
    public IReadOnlyList<HistoryEvent>? Past { get; set; }

    /// <summary>Gets or sets the coroutine; null when it has to be rebuilt, or has not begun.</summary>
    public OrchestrationReplay? Replay { get; set; }

    /// <summary>Gets or sets the execution that workers elsewhere play; null where the code runs here.</summary>
    public RemoteExecution? Remote { get; set; }

    /// <summary>Gets what a worker elsewhere was asked before the instance left memory; null: nothing.</summary>
    public OrchestratorWorkItem? AskedBefore { get; init; }

    /// <summary>Gets or sets what a worker elsewhere answered and no turn has taken yet.</summary>
    public WorkerAnswer? Answer { get; set; }

    /// <summary>Gets or sets what waits for the scheduled start, the start itself first; null when it is over or there is none.</summary>
    public IReadOnlyList<HistoryEvent>? Waiting { get; set; }

    /// <summary>Gets or sets the number of turns in history.</summary>
    public int TurnCount { get; set; }

    /// <summary>Gets or sets what arrived and no turn has taken yet.</summary>
    public List<InboxItem> Inbox { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether a turn of this instance is queued, running or being written.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Gets or sets a value indicating whether something other than the inbox asks for a turn (a timer, recovery).</summary>
    public bool IsWoken { get; set; }

    /// <summary>Gets or sets a value indicating whether the engine made the identifier up, so that no row can have it.</summary>
    public bool IsSurelyNew { get; set; }

    /// <summary>Gets or sets the turn that has been taken and is not durable yet.</summary>
    public Turn? Current { get; set; }

    public LinkedListNode<Instance>? IdleNode { get; set; }

    /// <summary>Gets or sets since when, as a timestamp of the time provider.</summary>
    public long IdleSince { get; set; }

    /// <summary>Gets a value indicating whether activities run whose results find the instance in memory alone.</summary>
    public bool HasOpenActivities => State is { OpenActivityCount: > 0 };

    /// <summary>Gets a value indicating whether there is something that events can be given to.</summary>
    public bool IsOpen => State is not null || Waiting is not null;

    public ExecutionStartedEvent? Started => State?.Started ?? Waiting?[0] as ExecutionStartedEvent;

    /// <summary>Forgets the execution: it has ended, or another one takes the identifier.</summary>
    public void Close()
    {
        Remote?.Withdraw();
        (State, Past, Replay, Waiting, Remote) = (null, null, null, null, null);
    }
}
