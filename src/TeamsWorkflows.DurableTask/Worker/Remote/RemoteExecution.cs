using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>An execution whose code runs elsewhere: its history, and what it has not been shown yet.</summary>
/// <remarks>What arrives is durable at once (<see cref="InstanceRow.Waiting"/>), and becomes history with the answer to it.</remarks>
internal sealed class RemoteExecution
{
    public List<HistoryEvent> History { get; } = [];

    /// <summary>Gets what arrived and no answer has covered yet, in order.</summary>
    public List<HistoryEvent> Pending { get; } = [];

    /// <summary>Gets the turn that a worker is to answer; null: none.</summary>
    public OrchestratorWorkItem? Asked { get; private set; }

    /// <summary>Gets or sets the span that workers hand on from turn to turn; kept in memory alone.</summary>
    public OrchestrationSpan? Span { get; set; }

    /// <summary>Gets or sets a value indicating whether the instance has had its first turn, in this generation or an earlier one.</summary>
    public bool HasBegun { get; set; }

    public static RemoteExecution Of(StoredInstance stored)
    {
        RemoteExecution execution = new();
        execution.History.AddRange(stored.History.SelectMany(HistoryCodec.Decode));
        execution.Pending.AddRange(stored.Row.Waiting is { } waiting ? HistoryCodec.Decode(waiting) : []);
        execution.HasBegun = execution.History.Count > 0 || stored.Row.Status == OrchestrationRuntimeStatus.Running;
        return execution;
    }

    public ExecutionState ToState() => ExecutionState.Of(History.Concat(Pending));

    /// <summary>Gets when the first turn may run, if that is later than now.</summary>
    public DateTimeOffset? StartsAt(DateTimeOffset now)
        => Pending.Count > 0 && Pending[0] is ExecutionStartedEvent { ScheduledStartAt: { } startAt } && startAt > now ? startAt : null;

    public OrchestratorWorkItem Ask(string instanceId, ExecutionStartedEvent started, DateTimeOffset now) => Asked = new(
        instanceId,
        started,
        [.. History.Where(IsForWorkers)],
        [new OrchestratorStartedEvent { Timestamp = now }, .. Pending.Where(IsForWorkers)])
    {
        Span = Span,
    };

    /// <summary>Takes what the worker was asked out of what is pending: it has been answered.</summary>
    /// <returns>The events that the turn read.</returns>
    public IReadOnlyList<HistoryEvent> TakeAsked(int processed)
    {
        var asked = Asked!;
        Asked = null;
        var read = new List<HistoryEvent> { asked.New[0] };
        var left = Math.Min(processed, asked.New.Count) - 1;
        while (Pending.Count > 0 && (left > 0 || !IsForWorkers(Pending[0])))
        {
            left -= IsForWorkers(Pending[0]) ? 1 : 0;
            read.Add(Pending[0]);
            Pending.RemoveAt(0);
        }

        return read;
    }

    /// <summary>Lets nobody answer what was asked.</summary>
    public void Withdraw()
    {
        Asked?.Withdraw();
        Asked = null;
    }

    // Workers would carry a rewind out themselves, each SDK in its own way; here the history has been rewound already.
    private static bool IsForWorkers(HistoryEvent e) => e is not ExecutionRewoundEvent;
}
