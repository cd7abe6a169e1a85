using System.Globalization;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Client;

/// <summary>The client of the engine in this process.</summary>
public sealed class EmbeddedDurableTaskClient(
    TaskHubWorker worker, IPartitionStore store, DurableTaskRegistry registry, TimeProvider time, Func<Guid> newGuid)
    : DurableTaskClient
{
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName name,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        var instanceId = options?.InstanceId ?? newGuid().ToString("N");
        var started = new ExecutionStartedEvent(
            name.Value, registry.Serialize(input), newGuid().ToString("N"), ScheduledStartAt: options?.StartAt)
        {
            Timestamp = time.GetUtcNow(),
        };
        var isCreated = await Answer(
            worker.DeliverAsync(instanceId, started, isSurelyNew: options?.InstanceId is null), cancellation);
        return isCreated ? instanceId : throw new OrchestrationAlreadyExistsException(instanceId);
    }

    public override Task<bool> RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        var raised = new EventRaisedEvent(eventName, registry.Serialize(eventPayload)) { Timestamp = time.GetUtcNow() };
        return Answer(worker.DeliverAsync(instanceId, raised), cancellation);
    }

    public override Task<bool> TerminateInstanceAsync(
        string instanceId, string? reason = null, CancellationToken cancellation = default)
        => Answer(
            worker.DeliverAsync(instanceId, new ExecutionTerminatedEvent(reason) { Timestamp = time.GetUtcNow() }), cancellation);

    public override Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation = default)
        => Task.FromResult(store.LoadEnds(instanceId) is { } stored ? OrchestrationMetadata.From(stored) : null);

    public override Task<OrchestrationPage> GetAllInstancesAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.PageSize, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.PageSize, OrchestrationQuery.MaxPageSize, nameof(query));
        if (!long.TryParse(query.ContinuationToken ?? "9223372036854775807", CultureInfo.InvariantCulture, out var beforeKey))
        {
            throw new ArgumentException("The continuation token is not one that this task hub gave out.", nameof(query));
        }

        var rows = store.Query(query, beforeKey);
        var next = rows.Count < query.PageSize ? null : rows[^1].Key.ToString(CultureInfo.InvariantCulture);
        return Task.FromResult(new OrchestrationPage(
            rows.Select(static row => OrchestrationMetadata.From(row, input: null, end: null)).ToArray(), next));
    }

    public override Task<IReadOnlyList<HistoryEvent>?> GetInstanceHistoryAsync(
        string instanceId, CancellationToken cancellation = default)
        => Task.FromResult<IReadOnlyList<HistoryEvent>?>(
            store.Load(instanceId)?.History.SelectMany(HistoryCodec.Decode).ToArray());

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, CancellationToken cancellation = default)
        => worker.Runtime.WaitForCompletionAsync(instanceId, cancellation);

    private static Task<bool> Answer(Task<bool> answer, CancellationToken cancellation)
        => cancellation.CanBeCanceled ? answer.WaitAsync(cancellation) : answer;
}
