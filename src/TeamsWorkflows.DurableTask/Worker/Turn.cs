using System.Diagnostics;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>One turn on its way: taken from the partition, executed, written, and only then visible.</summary>
public sealed class Turn : IPendingCommit
{
    private StoreCommand? _command;
    private List<OutboundMessage>? _refusals;
    private List<RemoteAnswer>? _answers;
    private int _isClaimed;
    private volatile bool _isInCode;
    private bool _isSending; // of no instance: it only takes a message along

    internal Turn(Instance instance, IReadOnlyList<InboxItem> inbox)
    {
        (Instance, Inbox) = (instance, inbox);
        IsInMemory = instance.IsOpen;
    }

    /// <summary>Makes a turn of no instance, which sends a client's call to another process.</summary>
    internal static Turn Sending(StoredMessage call)
        => new(new Instance(call.InstanceId), []) { _isSending = true, _command = new RefuseMessages([], [call]) };

    /// <summary>Gets whose turn it is.</summary>
    public string InstanceId => Instance.Id;

    /// <summary>Gets a value indicating whether the turn changed anything that must be written.</summary>
    public bool HasCommand => _command is not null;

    /// <summary>Gets what to write; only when <see cref="HasCommand"/>.</summary>
    public StoreCommand Command => _command ?? throw new UnreachableException("A turn without a command is not written.");

    /// <summary>Gets a value indicating whether the turn counts for nothing: its process does not run the instance any more.</summary>
    internal bool IsOver => _isSending || Instance.Tenure is { IsOver: true };

    internal Instance Instance { get; }

    internal IReadOnlyList<InboxItem> Inbox { get; }

    /// <summary>Gets a value indicating whether the instance was in memory when the turn was taken.</summary>
    internal bool IsInMemory { get; }

    /// <summary>Gets or sets when the instance was to be woken before this turn.</summary>
    internal DateTimeOffset? TimerBefore { get; set; }

    // ---- What the turn read (Intake) ----

    /// <summary>Gets what the execution is to see.</summary>
    internal List<HistoryEvent> Events { get; } = [];

    /// <summary>Gets or sets the timers that are due, for the trace.</summary>
    internal IReadOnlyList<TimerCreatedEvent> Timers { get; set; } = [];

    /// <summary>Gets what senders must know of messages that nobody takes.</summary>
    internal IReadOnlyList<OutboundMessage> Refusals => _refusals ?? (IReadOnlyList<OutboundMessage>)[];

    /// <summary>Gets or sets the key of an instance that is purged, or that gives its identifier up.</summary>
    internal long? Gone { get; set; }

    /// <summary>Gets or sets the history of a failed execution that is to go on; null: none is.</summary>
    internal IReadOnlyList<HistoryEvent>? ToRewind { get; set; }

    /// <summary>Gets what a worker elsewhere answered; null: nothing.</summary>
    internal WorkerAnswer? Answered { get; init; }

    // ---- What the turn decided (TurnPlayer) ----

    /// <summary>Gets or sets the code, brought back to where it stood; null when it has not begun.</summary>
    internal OrchestrationReplay? Replay { get; set; }

    internal IReadOnlyList<ActivityWorkItem> Activities { get; set; } = [];

    internal IReadOnlyList<Delivery> Deliveries { get; set; } = [];

    /// <summary>Gets or sets the turn that workers elsewhere are to play, once this one is durable; null: none.</summary>
    internal OrchestratorWorkItem? Asks { get; set; }

    internal InstanceRow? NextRow { get; set; }

    /// <summary>Gets or sets how the execution began, for those who are told that it ended.</summary>
    internal ExecutionStartedEvent? Started { get; set; }

    internal ExecutionCompletedEvent? End { get; set; }

    // ---- Who is told ----

    /// <summary>Gets or sets who waits for the start or the end of the instance.</summary>
    internal IReadOnlyList<TaskCompletionSource<OrchestrationMetadata>> Waiters { get; set; } = [];

    /// <summary>Takes the right to say how the turn ended: its own code, or the watchdog that gave it up.</summary>
    internal bool TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;

    /// <summary>Gets or sets a value indicating whether the instance has been loaded, and its code may run.</summary>
    internal bool IsInCode
    {
        get => _isInCode;
        set => _isInCode = value;
    }

    /// <summary>Gets or sets a value indicating whether the watchdog has ended the turn.</summary>
    internal bool IsGivenUp { get; set; }

    internal void Write(StoreCommand command)
    {
        _command = command;
        if (Instance.Tenure is { } tenure)
        {
            (command.Tenure, command.Answers) = (tenure, _answers);
        }
    }

    internal void Refuse(OutboundMessage answer) => (_refusals ??= []).Add(answer);

    /// <summary>Tells a caller in another process, with the turn.</summary>
    internal void Tell(RemoteCall caller, DeliveryOutcome outcome) => (_answers ??= []).Add(new(caller, outcome));

    /// <summary>Tells the callers, now that it is durable.</summary>
    internal void Answer()
    {
        for (var i = 0; i < Inbox.Count; i++)
        {
            Inbox[i].Call?.Tell();
        }

        for (var i = 0; i < Waiters.Count; i++)
        {
            Waiters[i].TrySetResult(OrchestrationMetadata.From(NextRow!, Started, End));
        }
    }
}

/// <summary>An event for another instance of this partition, released when the turn that sent it is durable.</summary>
/// <param name="Receiver">The tenure in which it is handed over; when that has ended, its row finds the next owner.</param>
internal readonly record struct Delivery(string InstanceId, InboxItem Item, Tenure? Receiver);
