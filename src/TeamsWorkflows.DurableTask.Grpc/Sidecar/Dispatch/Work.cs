using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;

/// <summary>What kind of code a worker is asked to run.</summary>
internal enum WorkKind
{
    Turn,
    Activity,
}

/// <summary>What a filter decides upon.</summary>
internal readonly record struct WorkKey(WorkKind Kind, string Name, string Version);

/// <summary>One thing to do, on its way to a worker or held by one. Guarded by the broker's lock.</summary>
internal sealed class Work(WorkKey key, string instanceId, long order)
{
    private readonly TaskCompletionSource<object?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkKey Key => key;

    public string InstanceId => instanceId;

    /// <summary>Gets its place in line; what comes back from a lost worker keeps it.</summary>
    public long Order => order;

    /// <summary>Gets the turn; null for an activity.</summary>
    public OrchestratorWorkItem? Turn { get; init; }

    /// <summary>Gets the activity; null for a turn.</summary>
    public ActivityWorkItem? Activity { get; init; }

    /// <summary>Gets or sets who holds it; null: nobody.</summary>
    public WorkerStream? Holder { get; set; }

    /// <summary>Gets or sets the token of its holder: a new one each time it is handed out.</summary>
    public string Token { get; set; } = "";

    /// <summary>Gets the workers that have given it back undone; they are not asked while there may be others.</summary>
    public HashSet<WorkerStream> RefusedBy { get; } = [];

    /// <summary>Gets the parts of an answer that comes in parts.</summary>
    public List<OrchestratorAction> Parts { get; } = [];

    public Task<object?> Answered => _answer.Task;

    /// <summary>Gets a value indicating whether nobody waits for the answer any more.</summary>
    public bool IsWithdrawn => Turn is { IsWithdrawn: true };

    public void Answer(object? answer) => _answer.TrySetResult(answer);
}
