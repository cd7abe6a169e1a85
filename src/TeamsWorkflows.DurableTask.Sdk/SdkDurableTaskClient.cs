using System.Runtime.CompilerServices;
using Grpc.Core;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using Official = Microsoft.DurableTask;
using OfficialClient = Microsoft.DurableTask.Client;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>The official SDK's client as the one that our desks know.</summary>
/// <remarks>
/// The official calls do not say whether an order found an open instance, so it is looked for first: the answer may be a
/// moment old. What a list's query asks beyond them (name, tags, end) is sorted out here, so that a page may be short.
/// </remarks>
/// <param name="client">Gives the client; asked at each call, for a host may have it only once it has been called itself.</param>
/// <param name="newGuid">Makes identifiers of instances.</param>
public sealed class SdkDurableTaskClient(
    Func<OfficialClient.DurableTaskClient> client, DurableTaskRegistry registry, Func<Guid> newGuid) : DurableTaskClient
{
    private static readonly OrchestrationRuntimeStatus[] AllStatuses = Enum.GetValues<OrchestrationRuntimeStatus>();

    /// <inheritdoc/>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName name, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new StartOrchestrationOptions();
        var instanceId = options.InstanceId ?? newGuid().ToString("N");
        Official.StartOrchestrationOptions official = new(instanceId, options.StartAt)
        {
            Tags = new Dictionary<string, string>(options.Tags, StringComparer.Ordinal),
            Version = options.Version is { } version ? new Official.TaskVersion(version) : null,
            DedupeStatuses = [.. AllStatuses.Except(options.ReplaceableStatuses).Select(static s => s.ToString())],
        };
        try
        {
            return await client().ScheduleNewOrchestrationInstanceAsync(name.Value, registry.ToElement(input), official, cancellation);
        }
        catch (Exception e) when (IsTaken(e))
        {
            throw new OrchestrationAlreadyExistsException(instanceId);
        }
    }

    /// <inheritdoc/>
    public override Task<bool> RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
        => TellAsync(instanceId, c => c.RaiseEventAsync(instanceId, eventName, registry.ToElement(eventPayload), cancellation), cancellation);

    /// <inheritdoc/>
    public override Task<bool> TerminateInstanceAsync(
        string instanceId, string? reason = null, bool recursive = false, CancellationToken cancellation = default)
        => TellAsync(
            instanceId,
            c => c.TerminateInstanceAsync(instanceId, new OfficialClient.TerminateInstanceOptions(reason, recursive), cancellation),
            cancellation);

    /// <inheritdoc/>
    public override Task<bool> SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => TellAsync(instanceId, c => c.SuspendInstanceAsync(instanceId, reason, cancellation), cancellation);

    /// <inheritdoc/>
    public override Task<bool> ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => TellAsync(instanceId, c => c.ResumeInstanceAsync(instanceId, reason, cancellation), cancellation);

    /// <inheritdoc/>
    public override async Task RewindInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        var found = await FindAsync(instanceId, cancellation);
        if (found.Status != OrchestrationRuntimeStatus.Failed)
        {
            throw new InvalidOperationException($"Instance '{instanceId}' has not failed: it is {found.Status}.");
        }

        await client().RewindInstanceAsync(instanceId, reason ?? "", cancellation);
    }

    /// <inheritdoc/>
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        var found = await FindAsync(instanceId, cancellation);
        if (!restartWithNewInstanceId && !found.IsCompleted)
        {
            throw new InvalidOperationException($"Instance '{instanceId}' has not ended: it is {found.Status}.");
        }

        return await client().RestartAsync(instanceId, restartWithNewInstanceId, cancellation);
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, bool recursive = false, CancellationToken cancellation = default)
        => await GetInstanceAsync(instanceId, cancellation) is { IsCompleted: true }
            ? Read(await client().PurgeInstanceAsync(instanceId, new OfficialClient.PurgeInstanceOptions(recursive), cancellation))
            : new(0);

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstancesAsync(
        IReadOnlyCollection<string> instanceIds, bool recursive = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(instanceIds);

        var purged = 0;
        foreach (var instanceId in instanceIds)
        {
            purged += (await PurgeInstanceAsync(instanceId, recursive, cancellation)).PurgedInstanceCount;
        }

        return new(purged);
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, bool recursive = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);

        var statuses = filter.Statuses is { Count: > 0 } ? filter.Statuses.Select(SdkMetadata.ToOfficial).ToArray() : null;
        return Read(await client().PurgeAllInstancesAsync(
            new OfficialClient.PurgeInstancesFilter(filter.CreatedFrom, filter.CreatedTo, statuses) { Timeout = filter.Timeout },
            new OfficialClient.PurgeInstanceOptions(recursive),
            cancellation));
    }

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation = default)
        => await client().GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellation) is { } found ? SdkMetadata.From(found) : null;

    /// <inheritdoc/>
    public override async Task<OrchestrationPage> GetAllInstancesAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.PageSize, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.PageSize, OrchestrationQuery.MaxPageSize, nameof(query));

        var pages = client().GetAllInstancesAsync(SdkMetadata.ToOfficial(query)).AsPages(query.ContinuationToken, query.PageSize);
        await using var page = pages.GetAsyncEnumerator(cancellation);
        return await page.MoveNextAsync()
            ? new([.. page.Current.Values.Select(SdkMetadata.From).Where(found => SdkMetadata.Fits(query, found))], page.Current.ContinuationToken)
            : new([], ContinuationToken: null);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<HistoryEvent> StreamInstanceHistoryAsync(
        string instanceId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await FindAsync(instanceId, cancellation);
        foreach (var e in await client().GetOrchestrationHistoryAsync(instanceId, cancellation))
        {
            yield return SdkHistory.From(e);
        }
    }

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, CancellationToken cancellation = default)
    {
        await FindAsync(instanceId, cancellation);
        return SdkMetadata.From(await client().WaitForInstanceStartAsync(instanceId, getInputsAndOutputs: true, cancellation));
    }

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, CancellationToken cancellation = default)
    {
        await FindAsync(instanceId, cancellation);
        return SdkMetadata.From(await client().WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, cancellation));
    }

    private static PurgeResult Read(OfficialClient.PurgeResult result) => new(result.PurgedInstanceCount, result.IsComplete ?? true);

    // Hosts differ in how they say it: a status of gRPC, or an exception of the framework below.
    private static bool IsTaken(Exception e) => e
        is global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException
        or RpcException { StatusCode: StatusCode.AlreadyExists };

    private async Task<OrchestrationMetadata> FindAsync(string instanceId, CancellationToken cancellation)
        => await GetInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);

    private async Task<bool> TellAsync(
        string instanceId, Func<OfficialClient.DurableTaskClient, Task> tell, CancellationToken cancellation)
    {
        if (await GetInstanceAsync(instanceId, cancellation) is not { IsCompleted: false })
        {
            return false;
        }

        await tell(client());
        return true;
    }
}
