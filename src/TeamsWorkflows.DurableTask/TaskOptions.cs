namespace TeamsWorkflows.DurableTask;

/// <summary>How an activity or sub-orchestration is to be called.</summary>
/// <param name="Retry">What to do when it fails; null: nothing, the failure goes to the orchestrator.</param>
/// <param name="InstanceId">
/// The identifier of a sub-orchestration; null: one derived from the caller's. An identifier that is taken fails the call
/// with <see cref="EngineErrors.OrchestrationAlreadyExists"/>, unless the caller's own sub-orchestration had it and has
/// ended: the new one takes its place, as a retry does. Ignored for activities.
/// </param>
public sealed record TaskOptions(TaskRetryOptions? Retry = null, string? InstanceId = null)
{
    /// <summary>Gets the version asked for; null: for a sub-orchestration the worker's default, for an activity none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values to attach to the activity or sub-orchestration.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Tries again as the policy says.</summary>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <inheritdoc cref="TaskRetryOptions.FromRetryHandler(Func{RetryContext, Task{bool}})"/>
    public static TaskOptions FromRetryHandler(Func<RetryContext, Task<bool>> handler) => new(TaskRetryOptions.FromRetryHandler(handler));

    /// <inheritdoc cref="TaskRetryOptions.FromRetryHandler(Func{RetryContext, Task{bool}})"/>
    public static TaskOptions FromRetryHandler(Func<RetryContext, bool> handler)
        => FromRetryHandler(context => Task.FromResult(handler(context)));

    /// <summary>The same options, for a sub-orchestration with an identifier of the caller's choice.</summary>
    public TaskOptions WithInstanceId(string instanceId) => this with { InstanceId = instanceId };
}
