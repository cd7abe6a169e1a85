using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Something that an instance is to read.</summary>
/// <param name="Event">Null: the instance is to be purged, or the call is a question.</param>
/// <param name="ExecutionId">The generation that may take it; null: any.</param>
/// <param name="ParentExecutionId">Whose child the instance must be to take it; null: anybody's.</param>
/// <param name="Sequence">The stored message it came from; null for what exists in memory alone until a turn commits it.</param>
/// <param name="Call">Who wants to know, once durable, what became of it.</param>
internal readonly record struct InboxItem(
    HistoryEvent? Event,
    string? ExecutionId = null,
    string? ParentExecutionId = null,
    long? Sequence = null,
    ClientCall? Call = null);

/// <summary>A call from outside that is answered when the turn that reads it is durable.</summary>
internal sealed class ClientCall
{
    private readonly TaskCompletionSource<DeliveryOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the statuses in which an existing instance gives its identifier up to the one that is started.</summary>
    public IReadOnlyCollection<OrchestrationRuntimeStatus> Replaceable { get; init; } = [];

    /// <summary>Gets where the caller is; null: in this process.</summary>
    public RemoteCall? Remote { get; init; }

    /// <summary>Gets a value indicating whether the call only asks if there is such an instance.</summary>
    public bool IsQuestion { get; init; }

    public Task<DeliveryOutcome> Answer => _answer.Task;

    /// <summary>Gets or sets what the turn made of the call; not told before the turn is durable.</summary>
    public DeliveryOutcome Outcome { get; set; }

    public void Tell()
    {
        if (Outcome == DeliveryOutcome.Full)
        {
            Fail(new TaskHubBusyException("Too many events wait for the instance: it takes no turn at the moment."));
        }
        else
        {
            _answer.TrySetResult(Outcome);
        }
    }

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}

/// <summary>What an instance made of what was delivered to it.</summary>
public enum DeliveryOutcome
{
    /// <summary>Taken, and durable.</summary>
    Accepted,

    /// <summary>There is no such instance.</summary>
    NotFound,

    /// <summary>The identifier of the instance to start is taken.</summary>
    AlreadyExists,

    /// <summary>The instance's status does not allow it.</summary>
    NotAllowed,

    /// <summary>Too much waits for the instance already: the caller is told by a <see cref="TaskHubBusyException"/>.</summary>
    Full,
}

/// <summary>One activity to run.</summary>
/// <param name="ParentTraceContext">The span of the orchestration; null when it is not traced.</param>
public sealed record ActivityWorkItem(
    string InstanceId, string ExecutionId, TaskScheduledEvent Scheduled, TraceContext? ParentTraceContext = null)
{
    /// <summary>Gets or sets the time in which it is to run; null: there are no tenures.</summary>
    internal Tenure? Tenure { get; set; }
}
