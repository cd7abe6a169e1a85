using System.Diagnostics;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>One turn on its way: taken from the partition, executed, written, and only then visible.</summary>
public sealed class Turn : IPendingCommit
{
    private readonly bool[] _isAccepted;
    private StoreCommand? _command;

    internal Turn(Instance instance, IReadOnlyList<InboxItem> inbox)
    {
        (Instance, Inbox) = (instance, inbox);
        _isAccepted = new bool[inbox.Count];
    }

    public string InstanceId => Instance.Id;

    /// <summary>Gets a value indicating whether the turn changed anything that must be written.</summary>
    public bool HasCommand => _command is not null;

    public StoreCommand Command => _command ?? throw new UnreachableException("A turn without a command is not written.");

    internal Instance Instance { get; }

    internal IReadOnlyList<InboxItem> Inbox { get; }

    internal IReadOnlyList<ActivityWorkItem> Activities { get; set; } = [];

    internal IReadOnlyList<Delivery> Deliveries { get; set; } = [];

    internal InstanceRow? NextRow { get; set; }

    /// <summary>Gets or sets the instance's input, for those who are told that it ended.</summary>
    internal string? Input { get; set; }

    internal ExecutionCompletedEvent? End { get; set; }

    /// <summary>Gets or sets who waits for the end of the instance.</summary>
    internal TaskCompletionSource<OrchestrationMetadata>? Waiter { get; set; }

    internal void Accept(int index) => _isAccepted[index] = true;

    internal void Write(StoreCommand command) => _command = command;

    /// <summary>Tells the callers, now that it is durable.</summary>
    internal void Answer()
    {
        for (var i = 0; i < Inbox.Count; i++)
        {
            Inbox[i].Answer?.TrySetResult(_isAccepted[i]);
        }

        Waiter?.TrySetResult(OrchestrationMetadata.From(NextRow!, Input, End));
    }
}

/// <summary>An event for another instance of this partition, released when the turn that sent it is durable.</summary>
internal readonly record struct Delivery(string InstanceId, InboxItem Item);
