using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Client;

/// <param name="InstanceId">Null: a new identifier.</param>
/// <param name="StartAt">When the first turn may run (UTC); null or a time that has passed: at once.</param>
public sealed record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
{
    /// <summary>Gets the version to start; null: the worker's default.</summary>
    public string? Version { get; init; }

    /// <summary>Gets names and values to attach; instances can be listed by them.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>
    /// Gets the statuses in which an existing instance gives its identifier up: it goes with its history, and if it had not
    /// ended, its sub-orchestrations go on alone. Empty: none does, the start is refused.
    /// </summary>
    public IReadOnlyCollection<OrchestrationRuntimeStatus> ReplaceableStatuses { get; init; } = [];
}

/// <summary>Which instances to purge. Only finished ones are, whatever the filter says.</summary>
/// <param name="CreatedFrom">Only those created at or after this time (UTC).</param>
/// <param name="CreatedTo">Only those created before this time (UTC).</param>
/// <param name="Statuses">Only these; empty: all finished ones.</param>
/// <param name="Timeout">Stops after this time, with what was done until then; null: goes on to the end.</param>
public sealed record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses = null,
    TimeSpan? Timeout = null);

/// <param name="PurgedInstanceCount">How many instances went.</param>
/// <param name="IsComplete">False when time ran out before everything selected was looked at.</param>
public sealed record PurgeResult(int PurgedInstanceCount, bool IsComplete = true);

/// <summary>What an operation on many instances came to.</summary>
/// <param name="Succeeded">How many it had an effect on.</param>
/// <param name="Skipped">How many it had none on: the status did not allow it (any more).</param>
/// <param name="Failures">Where it failed.</param>
public sealed record BulkResult(int Succeeded, int Skipped, IReadOnlyList<BulkFailure> Failures)
{
    internal BulkResult Add(BulkResult other)
        => new(Succeeded + other.Succeeded, Skipped + other.Skipped, [.. Failures, .. other.Failures]);

    [SuppressMessage("Design", "CA1031", Justification = "Edge: what went wrong with one instance is a result; the others go on.")]
    internal static async Task<BulkResult> TryAsync(
        OrchestrationMetadata instance,
        Func<OrchestrationMetadata, CancellationToken, Task<bool>> operation,
        CancellationToken cancellation)
    {
        try
        {
            return await operation(instance, cancellation) ? new(1, 0, []) : new(0, 1, []);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return new(0, 0, [new(instance.InstanceId, e.Message)]);
        }
    }
}

/// <summary>One instance where an operation on many failed; the others went on.</summary>
public sealed record BulkFailure(string InstanceId, string Message);
