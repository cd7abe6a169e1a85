using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>One change to a partition. Closed: adding a case means teaching it to every store and to the conformance suite.</summary>
/// <remarks>
/// Nothing here can be refused: the partition's one owner knows what is true before it writes. The only failure is that
/// of the whole batch, and it ends the ownership.
/// </remarks>
public abstract record StoreCommand
{
    private protected StoreCommand()
    {
    }

    /// <summary>Gets whose time it belongs to: it is not written once that is over. Null: it is written whatever happens.</summary>
    public Tenure? Tenure { get; internal set; }

    /// <summary>Gets what callers in other processes are told once it is durable; null: nothing.</summary>
    public IReadOnlyList<RemoteAnswer>? Answers { get; internal set; }
}

/// <summary>Ends one turn of an orchestration: history, row and messages change together.</summary>
/// <param name="TurnNumber">Position in the instance's history, from 0.</param>
/// <param name="History">What the turn read and decided, encoded; null while the instance waits for its scheduled start.</param>
/// <param name="ReplacesHistory">Set by continue-as-new and rewind: everything before this turn goes.</param>
/// <param name="IsNew">Whether <paramref name="Row"/> is to be inserted.</param>
/// <param name="Row">The instance's row, or <see langword="null"/> when nothing in it changed (the common case).</param>
/// <param name="Sent">Events to other instances, starts of sub-orchestrations among them, kept until the turn that reads them.</param>
/// <param name="Consumed">Sequence numbers of the messages this turn read.</param>
/// <param name="Replaces">The key of an instance that gives its identifier up to this one: it goes first, with its history.</param>
public sealed record CommitTurn(
    long InstanceKey,
    int TurnNumber,
    byte[]? History,
    bool ReplacesHistory,
    bool IsNew,
    InstanceRow? Row,
    IReadOnlyList<StoredMessage> Sent,
    IReadOnlyList<long> Consumed,
    long? Replaces = null) : StoreCommand;

/// <summary>Forgets messages that nobody takes, and sends what their senders must know.</summary>
/// <param name="Purged">The key of an instance that goes at the same time, with its history; null: none.</param>
public sealed record RefuseMessages(
    IReadOnlyList<long> Consumed, IReadOnlyList<StoredMessage> Sent, long? Purged = null) : StoreCommand;

/// <summary>What a reader, and recovery, may know of an instance without its history.</summary>
/// <remarks>Key, identifier, name, tags, parent and creation never change; version does at a continue-as-new that says so.</remarks>
/// <param name="Key">Assigned in order of creation, so that what runs together lies together.</param>
/// <param name="IsActive">Whether activities are open, or a worker elsewhere has been asked: recovery must load it.</param>
/// <param name="TimerAt">When the earliest open timer, or the scheduled start, is due: recovery must wake it then.</param>
public sealed record InstanceRow(
    long Key,
    string Id,
    string Name,
    OrchestrationRuntimeStatus Status,
    bool IsActive,
    DateTimeOffset? TimerAt,
    string? CustomStatus,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Gets the version of the orchestration; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the instance that started this one and waits for it; null: none does.</summary>
    public string? ParentId { get; init; }

    /// <summary>Gets names and values that the starter attached.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets when the instance ended; null while it is open.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>
    /// Gets the encoded events that wait for the scheduled start, the start itself first, or for a worker elsewhere; null: none does.
    /// </summary>
    public byte[]? Waiting { get; init; }

    /// <summary>Says whether the code has had its first turn. A method, since what waits is decoded: a row is printed without that.</summary>
    public bool HasBegun() => Waiting is null
        || (Status != OrchestrationRuntimeStatus.Pending && HistoryCodec.Decode(Waiting).First() is not ExecutionStartedEvent);

    /// <summary>Gets a value indicating whether the instance has ended.</summary>
    public bool IsFinished => Status is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>An event on its way from one instance to another.</summary>
/// <param name="Sequence">Delivery order; assigned by the sender's partition.</param>
/// <param name="ExecutionId">The generation that may take it; null: any.</param>
/// <param name="ParentExecutionId">Whose child the instance must be to take it; null: anybody's.</param>
/// <param name="Event">One encoded event; empty: a call that asks for the instance to be purged.</param>
public sealed record StoredMessage(long Sequence, string InstanceId, string? ExecutionId, string? ParentExecutionId, byte[] Event)
{
    /// <summary>Gets the tenure in which the sending process hands it over in memory; null: it runs elsewhere, or there are no tenures.</summary>
    public Tenure? Receiver { get; init; }

    /// <summary>Gets the call that it carries, in <see cref="RemoteCall"/>'s words; null: none.</summary>
    public string? Call { get; init; }
}
