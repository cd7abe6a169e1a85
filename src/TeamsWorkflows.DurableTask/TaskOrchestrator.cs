namespace TeamsWorkflows.DurableTask;

/// <summary>A workflow written as ordinary async code that may be replayed any number of times.</summary>
/// <remarks>
/// The body must be deterministic: time, identifiers, randomness and I/O come only from
/// <see cref="TaskOrchestrationContext"/>. Breaking the rule fails the instance with
/// <see cref="NonDeterministicOrchestrationException"/>; it never corrupts its history.
/// </remarks>
public abstract class TaskOrchestrator<TInput, TOutput>
{
    /// <summary>Decides: from the beginning at each replay, until it has to wait.</summary>
    /// <param name="context">The only source of time, identifiers, waiting and calls.</param>
    /// <param name="input">What the instance, or this generation, was started with.</param>
    /// <returns>The output. An exception fails the instance.</returns>
    public abstract Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input);
}

/// <summary>One side effect. Runs at least once, so it must be idempotent.</summary>
public abstract class TaskActivity<TInput, TOutput>
{
    /// <summary>Acts. May come again after a crash, with the same task number.</summary>
    /// <param name="context">The call; its token fires when the host stops.</param>
    /// <param name="input">What the orchestrator passed.</param>
    /// <returns>The result. An exception goes to the orchestrator as a <see cref="TaskFailedException"/>.</returns>
    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);
}

/// <summary>What an activity may know of the call it serves.</summary>
/// <param name="Name">Registered name of the activity.</param>
/// <param name="InstanceId">Instance that scheduled the activity.</param>
/// <param name="TaskId">Position of the activity in that instance; stable across redeliveries, new on a retry. -1: the host does not say.</param>
/// <param name="CancellationToken">Fires when the host stops; the activity then runs again elsewhere or later.</param>
public sealed record TaskActivityContext(
    string Name, string InstanceId, int TaskId, CancellationToken CancellationToken)
{
    /// <summary>Gets the version that the orchestrator asked for; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values that the orchestrator attached to the call.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;
}
