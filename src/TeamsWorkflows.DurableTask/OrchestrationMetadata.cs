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
    internal static OrchestrationMetadata From(InstanceRow row, string? input, ExecutionCompletedEvent? end) => new(
        row.Id, row.Name, row.Status, row.CreatedAt, row.UpdatedAt, input, end?.Result, row.CustomStatus, end?.Failure);

    internal static OrchestrationMetadata From(StoredInstance stored)
    {
        var first = stored.History.Count > 0 ? stored.History[0] : stored.Row.Waiting;
        var last = stored.History.Count > 0 ? stored.History[^1] : null;
        var input = first is null ? null : HistoryCodec.Decode(first).OfType<ExecutionStartedEvent>().FirstOrDefault()?.Input;
        var end = last is null ? null : HistoryCodec.Decode(last).OfType<ExecutionCompletedEvent>().LastOrDefault();
        return From(stored.Row, input, end);
    }
}

/// <summary>Which instances to list, newest first.</summary>
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
    public const int MaxPageSize = 1_000;
}

/// <param name="Instances">Without inputs and outputs: ask for those one by one.</param>
/// <param name="ContinuationToken">Asks for the next page; null: this is the last.</param>
public sealed record OrchestrationPage(IReadOnlyList<OrchestrationMetadata> Instances, string? ContinuationToken);
