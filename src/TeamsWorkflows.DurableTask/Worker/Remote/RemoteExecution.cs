using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>An execution whose code runs elsewhere: its history, and what it has not been shown yet.</summary>
/// <remarks>What arrives is durable at once (<see cref="InstanceRow.Waiting"/>), and becomes history with the answer to it.</remarks>
internal sealed class RemoteExecution
{
    /// <summary>
    /// The size of what one turn reads, in bytes. With the history that is sent along (at most 1 MiB, or else it is
    /// streamed) it stays below the 4 MiB that a gRPC client takes by default. One event is always shown, however large.
    /// </summary>
    internal const int MaxTurnBytes = 2 * 1024 * 1024;

    public List<HistoryEvent> History { get; } = [];

    /// <summary>Gets what arrived and no answer has covered yet, in order.</summary>
    public List<HistoryEvent> Pending { get; } = [];

    /// <summary>Gets the turn that a worker is to answer; null: none.</summary>
    public OrchestratorWorkItem? Asked { get; private set; }

    /// <summary>Gets or sets the span that workers hand on from turn to turn; kept in memory alone.</summary>
    public OrchestrationSpan? Span { get; set; }

    /// <summary>Gets or sets a value indicating whether the instance has had its first turn, in this generation or an earlier one.</summary>
    public bool HasBegun { get; set; }

    /// <param name="asked">What a worker was asked before the execution left memory; null: nothing.</param>
    public static RemoteExecution Of(StoredInstance stored, OrchestratorWorkItem? asked)
    {
        RemoteExecution execution = new() { Asked = asked, Span = asked?.Span };
        execution.History.AddRange(stored.History.SelectMany(HistoryCodec.Decode));
        execution.Pending.AddRange(stored.Row.Waiting is { } waiting ? HistoryCodec.Decode(waiting) : []);
        execution.HasBegun = execution.History.Count > 0 || stored.Row.Status == OrchestrationRuntimeStatus.Running;
        return execution;
    }

    public ExecutionState ToState() => ExecutionState.Of(History.Concat(Pending));

    /// <summary>Gets when the first turn may run, if that is later than now.</summary>
    public DateTimeOffset? StartsAt(DateTimeOffset now)
        => Pending.Count > 0 && Pending[0] is ExecutionStartedEvent { ScheduledStartAt: { } startAt } && startAt > now ? startAt : null;

    /// <param name="reload">Reads the turn again once it was let go of.</param>
    public OrchestratorWorkItem Ask(
        string instanceId, ExecutionStartedEvent started, DateTimeOffset now, Func<OrchestratorWorkItem, OrchestratorTurn?> reload)
        => Asked = new(instanceId, started, Turn(now, FittingCount()), reload) { Span = Span };

    /// <summary>Gets what a turn reads that has been asked for.</summary>
    public OrchestratorTurn Turn(OrchestratorWorkItem asked) => Turn(asked.AskedAt, asked.ArrivedCount);

    /// <summary>Takes what the worker was asked out of what is pending: it has been answered.</summary>
    /// <param name="processed">How many of the events it read, the first one among them that says when the turn began.</param>
    /// <returns>The events that the turn read.</returns>
    public IReadOnlyList<HistoryEvent> TakeAsked(int processed)
    {
        var asked = Asked!;
        Asked = null;
        var read = new List<HistoryEvent> { Began(asked.AskedAt) };
        var left = Math.Min(processed - 1, asked.ArrivedCount);
        var count = 0;
        for (; count < Pending.Count && (left > 0 || !IsForWorkers(Pending[count])); count++)
        {
            left -= IsForWorkers(Pending[count]) ? 1 : 0;
            read.Add(Pending[count]);
        }

        Pending.RemoveRange(0, count);
        return read;
    }

    /// <summary>Lets nobody answer what was asked.</summary>
    public void Withdraw()
    {
        Asked?.Withdraw();
        Asked = null;
    }

    private OrchestratorTurn Turn(DateTimeOffset at, int arrived)
        => new([.. History.Where(IsForWorkers)], [Began(at), .. Pending.Where(IsForWorkers).Take(arrived)]);

    private int FittingCount()
    {
        var (count, size) = (0, 0L);
        foreach (var e in Pending.Where(IsForWorkers))
        {
            if ((size += HistoryCodec.SizeOf(e)) > MaxTurnBytes && count > 0)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private static OrchestratorStartedEvent Began(DateTimeOffset at) => new() { Timestamp = at };

    // Workers would carry a rewind out themselves, each SDK in its own way; here the history has been rewound already.
    private static bool IsForWorkers(HistoryEvent e) => e is not ExecutionRewoundEvent;
}
