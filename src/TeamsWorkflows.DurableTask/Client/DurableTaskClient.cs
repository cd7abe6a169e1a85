using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Client;

/// <summary>Starts, signals and observes orchestrations; the same from every host.</summary>
/// <remarks>A token stops the waiting, never the call: what was handed over may already be on disk.</remarks>
public abstract class DurableTaskClient
{
    /// <summary>Starts an orchestration; returns when the start is durable.</summary>
    /// <returns>The instance identifier: <paramref name="options"/>'s, or a new one.</returns>
    /// <exception cref="OrchestrationAlreadyExistsException">
    /// The identifier is taken. Callers that derived it from an idempotency key treat that as success.
    /// </exception>
    public abstract Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName name,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default);

    /// <summary>Sends an event to an instance; returns when it is durable.</summary>
    /// <returns>False when no open instance has that identifier; the event is then dropped.</returns>
    public abstract Task<bool> RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Ends an instance where it stands; its running activities are not interrupted, their results are dropped.</summary>
    /// <returns>False when no open instance has that identifier.</returns>
    public abstract Task<bool> TerminateInstanceAsync(
        string instanceId, string? reason = null, CancellationToken cancellation = default);

    public abstract Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Lists instances, newest first.</summary>
    /// <exception cref="ArgumentException">The page size is out of range, or the continuation token is not one of ours.</exception>
    public abstract Task<OrchestrationPage> GetAllInstancesAsync(OrchestrationQuery query, CancellationToken cancellation = default);

    /// <summary>Reads what an instance's current execution has done so far.</summary>
    /// <returns>Empty until a scheduled start; null when there is no such instance.</returns>
    public abstract Task<IReadOnlyList<HistoryEvent>?> GetInstanceHistoryAsync(
        string instanceId, CancellationToken cancellation = default);

    /// <returns>The instance once it has ended and that is durable; told, not polled.</returns>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public abstract Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, CancellationToken cancellation = default);
}

/// <param name="InstanceId">Null: a new identifier.</param>
/// <param name="StartAt">When the first turn may run (UTC); null or a time that has passed: at once.</param>
public sealed record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null);

public sealed class OrchestrationAlreadyExistsException(string instanceId)
    : Exception($"An orchestration instance with the identifier '{instanceId}' already exists.")
{
    public string InstanceId { get; } = instanceId;
}

public sealed class OrchestrationNotFoundException(string instanceId)
    : Exception($"There is no orchestration instance with the identifier '{instanceId}'.")
{
    public string InstanceId { get; } = instanceId;
}
