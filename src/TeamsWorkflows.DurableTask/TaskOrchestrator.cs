namespace TeamsWorkflows.DurableTask;

/// <summary>A workflow written as ordinary async code that may be replayed any number of times.</summary>
/// <remarks>
/// The body must be deterministic: time, identifiers, randomness and I/O come only from
/// <see cref="TaskOrchestrationContext"/>. Breaking the rule fails the instance with
/// <see cref="NonDeterministicOrchestrationException"/>; it never corrupts its history.
/// </remarks>
public abstract class TaskOrchestrator<TInput, TOutput>
{
    public abstract Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input);
}

/// <summary>One side effect. Runs at least once, so it must be idempotent.</summary>
public abstract class TaskActivity<TInput, TOutput>
{
    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);
}

/// <summary>What an activity may know of the call it serves.</summary>
/// <param name="Name">Registered name of the activity.</param>
/// <param name="InstanceId">Instance that scheduled the activity.</param>
/// <param name="TaskId">Position of the activity in that instance; stable across redeliveries, new on a retry.</param>
/// <param name="CancellationToken">Fires when the host stops; the activity then runs again elsewhere or later.</param>
public sealed record TaskActivityContext(
    string Name, string InstanceId, int TaskId, CancellationToken CancellationToken)
{
    /// <summary>Gets the version that the orchestrator asked for; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values that the orchestrator attached to the call.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;
}
