using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Client;

/// <summary>Removes finished instances: each by a turn of its own, so that nothing that is being revived goes.</summary>
/// <remarks>
/// Children go before their parent: whoever is interrupted finds the parent, and with it the way to the rest, still there.
/// </remarks>
internal sealed class InstancePurge(TaskHubWorker worker, IPartitionStore store, TimeProvider time)
{
    private const int PageSize = 500;

    /// <returns>How many instances went.</returns>
    public async Task<int> OneAsync(string instanceId, bool recursive, CancellationToken cancellation)
    {
        var purged = 0;
        if (recursive && store.LoadEnds(instanceId) is { Row.IsFinished: true })
        {
            purged = await ManyAsync(ChildrenOf(instanceId), recursive, cancellation);
        }

        cancellation.ThrowIfCancellationRequested();
        return await worker.PurgeAsync(instanceId) == DeliveryOutcome.Accepted ? purged + 1 : purged;
    }

    public async Task<int> ManyAsync(IReadOnlyCollection<string> instanceIds, bool recursive, CancellationToken cancellation)
    {
        var purged = 0;
        foreach (var batch in instanceIds.Chunk(PageSize))
        {
            var counts = await Task.WhenAll(batch.Select(id => OneAsync(id, recursive, cancellation)));
            purged += counts.Sum();
        }

        return purged;
    }

    public async Task<PurgeResult> AllAsync(PurgeInstancesFilter filter, bool recursive, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        var query = new OrchestrationQuery(Finished(filter.Statuses), null, filter.CreatedFrom, filter.CreatedTo);
        var (purged, before) = (0, long.MaxValue);
        while (true)
        {
            var page = store.Query(query, before, PageSize);
            purged += await ManyAsync([.. page.Select(static row => row.Id)], recursive, cancellation);
            if (page.Count < PageSize)
            {
                return new(purged);
            }

            before = page[^1].Key;
            if (filter.Timeout is { } timeout && time.GetElapsedTime(since) > timeout)
            {
                return new(purged, IsComplete: false);
            }
        }
    }

    // Where nothing of what is asked for is finished, a status that no row has: an empty list would mean all.
    private static OrchestrationRuntimeStatus[] Finished(IReadOnlyCollection<OrchestrationRuntimeStatus>? asked)
    {
        OrchestrationRuntimeStatus[] finished =
        [
            OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
        ];
        return asked is not { Count: > 0 } ? finished : [.. finished.Where(asked.Contains), OrchestrationRuntimeStatus.ContinuedAsNew];
    }

    private string[] ChildrenOf(string instanceId)
        => store.Load(instanceId) is not { } stored ? [] : stored.History
            .SelectMany(HistoryCodec.Decode)
            .OfType<SubOrchestrationInstanceCreatedEvent>()
            .Select(static created => created.InstanceId)
            .Where(id => store.LoadEnds(id)?.Row.ParentId == instanceId)
            .ToArray();
}
