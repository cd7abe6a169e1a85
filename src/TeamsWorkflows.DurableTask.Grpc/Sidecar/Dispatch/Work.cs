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
    private HashSet<WorkerStream>? _refusedBy; // most work is never refused, and much of it may wait
    private List<OrchestratorAction>? _parts;
    private HashSet<WorkerStream>? _overranBy; // most turns are never late

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

    /// <summary>Gets or sets since when, as a timestamp of the time provider.</summary>
    public long HeldSince { get; set; }

    /// <summary>Gets how many workers have kept it for too long; one that did so twice counts once.</summary>
    public int OverrunCount => _overranBy?.Count ?? 0;

    /// <summary>Gets the parts of an answer that comes in parts.</summary>
    public IReadOnlyList<OrchestratorAction> Parts => _parts ?? (IReadOnlyList<OrchestratorAction>)[];

    public Task<object?> Answered => _answer.Task;

    /// <summary>Gets a value indicating whether nobody waits for the answer any more.</summary>
    public bool IsWithdrawn => Turn is { IsWithdrawn: true };

    public void Answer(object? answer) => _answer.TrySetResult(answer);

    public void AddOverrun(WorkerStream worker) => (_overranBy ??= []).Add(worker);

    public void AddParts(IEnumerable<OrchestratorAction> actions) => (_parts ??= []).AddRange(actions);

    /// <summary>Keeps a worker from being asked that has given it back undone: there may be others.</summary>
    public void Refuse(WorkerStream worker) => (_refusedBy ??= []).Add(worker);

    public void ForgetRefusal(WorkerStream worker) => _refusedBy?.Remove(worker);

    public bool IsRefusedBy(WorkerStream worker) => _refusedBy is not null && _refusedBy.Contains(worker);

    /// <summary>Takes it from its holder, with what that one has sent of an answer.</summary>
    public void TakeBack() => (Holder, Token, _parts) = (null, "", null);
}

/// <summary>Work on its way to a worker. The token is that of this handing out: work that was taken away has another one.</summary>
internal readonly record struct Handout(Work Work, string Token);
