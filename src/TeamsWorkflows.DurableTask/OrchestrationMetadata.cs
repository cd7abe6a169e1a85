using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask;

/// <summary>What a client may know of an instance. Inputs and outputs are JSON text, as the registry's options write it.</summary>
/// <param name="Output">The result as JSON; for a terminated instance the reason, as plain text.</param>
/// <param name="Status">The runtime status; <see cref="OrchestrationRuntimeStatus.Pending"/> until a scheduled start.</param>
/// <param name="LastUpdatedAt">When the instance's row last changed; a turn that changes nothing in it does not count.</param>
/// <param name="Failure">Why the instance failed; null otherwise.</param>
public sealed record OrchestrationMetadata(
    string InstanceId,
    string Name,
    OrchestrationRuntimeStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUpdatedAt,
    string? Input,
    string? Output,
    string? CustomStatus,
    TaskFailureDetails? Failure)
{
    /// <summary>Gets the version that the instance was started with; null: none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the instance that started this one and waits for it; null: none does.</summary>
    public string? ParentInstanceId { get; init; }

    /// <summary>Gets the generation: 32 hex digits, new at each continue-as-new; null where inputs were not asked for.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>Gets when the first turn may run, or might have (UTC); null: at once, or inputs were not asked for.</summary>
    public DateTimeOffset? ScheduledStartAt { get; init; }

    /// <summary>Gets when the instance ended; null while it is open.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Gets names and values that the starter attached.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets a value indicating whether the instance has ended.</summary>
    public bool IsCompleted => CompletedAt is not null;

    internal static OrchestrationMetadata From(InstanceRow row, ExecutionStartedEvent? started, ExecutionCompletedEvent? end) => new(
        row.Id, row.Name, row.Status, row.CreatedAt, row.UpdatedAt, started?.Input, end?.Result, row.CustomStatus, end?.Failure)
    {
        Version = row.Version,
        ParentInstanceId = row.ParentId,
        ExecutionId = started?.ExecutionId,
        ScheduledStartAt = started?.ScheduledStartAt,
        CompletedAt = row.CompletedAt,
        Tags = row.Tags,
    };

    internal static OrchestrationMetadata From(StoredInstance stored)
    {
        var first = stored.History.Count > 0 ? stored.History[0] : stored.Row.Waiting;
        var last = stored.History.Count > 0 ? stored.History[^1] : null;
        var started = first is null ? null : HistoryCodec.Decode(first).OfType<ExecutionStartedEvent>().FirstOrDefault();
        var end = last is null ? null : HistoryCodec.Decode(last).OfType<ExecutionCompletedEvent>().LastOrDefault();
        return From(stored.Row, started, end);
    }
}

/// <summary>Which instances to list, newest first. Every condition must hold; one that is not given holds.</summary>
/// <param name="Statuses">Only these; empty: all.</param>
/// <param name="InstanceIdPrefix">Only identifiers that begin so (ordinal); null: all.</param>
/// <param name="CreatedFrom">Only those created at or after this time (UTC).</param>
/// <param name="CreatedBefore">Only those created before this time (UTC).</param>
/// <param name="PageSize">Most rows to return, 1 to 1,000.</param>
/// <param name="ContinuationToken">From the page before; null: the first page.</param>
public sealed record OrchestrationQuery(
    IReadOnlyCollection<OrchestrationRuntimeStatus> Statuses,
    string? InstanceIdPrefix = null,
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedBefore = null,
    int PageSize = 100,
    string? ContinuationToken = null)
{
    /// <summary>The largest page: 1,000 rows.</summary>
    public const int MaxPageSize = 1_000;

    /// <summary>Gets the orchestrator's name (compared case-insensitively); null: any.</summary>
    public string? Name { get; init; }

    /// <summary>Gets names of orchestrators that are left out (compared case-insensitively); empty: none.</summary>
    public IReadOnlyCollection<string> NotNames { get; init; } = [];

    /// <summary>Gets the earliest end (UTC); open instances are left out.</summary>
    public DateTimeOffset? CompletedFrom { get; init; }

    /// <summary>Gets the time before which an instance must have ended (UTC); open instances are left out.</summary>
    public DateTimeOffset? CompletedBefore { get; init; }

    /// <summary>Gets the tags that an instance must carry, each with this very value.</summary>
    public ValueMap<string> Tags { get; init; } = ValueMap<string>.Empty;

    /// <summary>Gets a value indicating whether inputs, outputs and failures are read, too: one more read per instance.</summary>
    public bool FetchInputsAndOutputs { get; init; }
}

/// <param name="Instances">With inputs and outputs only when the query asked for them.</param>
/// <param name="ContinuationToken">Asks for the next page; null: this is the last.</param>
public sealed record OrchestrationPage(IReadOnlyList<OrchestrationMetadata> Instances, string? ContinuationToken);
