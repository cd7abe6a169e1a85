using System.Runtime.CompilerServices;
using Grpc.Core;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Protocol;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>The client of a hub that another engine runs.</summary>
/// <remarks>
/// The protocol does not say whether an order found an open instance, so it is looked for first: the answer may be a moment
/// old. What a list's query asks beyond the protocol (name, tags, end) is sorted out here, so that a page may be short.
/// </remarks>
/// <param name="newGuid">Makes identifiers of instances.</param>
public sealed class GrpcDurableTaskClient(RemoteHub hub, DurableTaskRegistry registry, Func<Guid> newGuid) : DurableTaskClient
{
    private TaskHubLimits Limits => hub.Options.Limits;

    private TaskHubSidecarService.TaskHubSidecarServiceClient Service => hub.Service;

    /// <inheritdoc/>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName name, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new StartOrchestrationOptions();
        var json = registry.Serialize(input);
        Demand(Limits.CheckName(name.Value), nameof(name));
        Demand(Limits.CheckPayload("The input", json), nameof(input));
        Demand(Limits.CheckTags(options.Tags) ?? Limits.CheckVersion(options.Version), nameof(options));
        Demand(options.InstanceId is null ? null : Limits.CheckInstanceId(options.InstanceId), nameof(options));
        var instanceId = options.InstanceId ?? newGuid().ToString("N");
        using var span = Spans.StartCreation(name.Value, options.Version, instanceId);
        CreateInstanceRequest request = new()
        {
            InstanceId = instanceId,
            Name = name.Value,
            Version = options.Version ?? hub.Options.Versioning.DefaultVersion,
            Input = json,
            ScheduledStartTimestamp = options.StartAt is { } startAt ? ProtoMapper.ToProto(startAt) : null,
            ParentTraceContext = Spans.Current() is { } trace ? ProtoMapper.ToProto(trace) : null,
            RequestTime = ProtoMapper.ToProto(hub.Time.GetUtcNow()),
        };
        ProtoMapper.Copy(options.Tags, request.Tags);
        if (options.ReplaceableStatuses.Count > 0)
        {
            request.OrchestrationIdReusePolicy = new() { ReplaceableStatus = { options.ReplaceableStatuses.Select(ProtoMapper.ToProto) } };
        }

        return (await CallAsync(instanceId, Service.StartInstanceAsync(request, cancellationToken: cancellation))).InstanceId;
    }

    /// <inheritdoc/>
    public override async Task<bool> RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        var json = registry.Serialize(eventPayload);
        Demand(Limits.CheckInstanceId(instanceId), nameof(instanceId));
        Demand(Limits.CheckName(eventName), nameof(eventName));
        Demand(Limits.CheckPayload("The event", json), nameof(eventPayload));
        Spans.Raised(eventName, instanceId);
        return await TellAsync(instanceId, () => Service.RaiseEventAsync(
            new() { InstanceId = instanceId, Name = eventName, Input = json }, cancellationToken: cancellation), cancellation);
    }

    /// <inheritdoc/>
    public override Task<bool> TerminateInstanceAsync(
        string instanceId, string? reason = null, bool recursive = false, CancellationToken cancellation = default)
        => TellAsync(instanceId, () => Service.TerminateInstanceAsync(
            new() { InstanceId = instanceId, Output = reason, Recursive = recursive }, cancellationToken: cancellation), cancellation);

    /// <inheritdoc/>
    public override Task<bool> SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => TellAsync(instanceId, () => Service.SuspendInstanceAsync(
            new() { InstanceId = instanceId, Reason = reason }, cancellationToken: cancellation), cancellation);

    /// <inheritdoc/>
    public override Task<bool> ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => TellAsync(instanceId, () => Service.ResumeInstanceAsync(
            new() { InstanceId = instanceId, Reason = reason }, cancellationToken: cancellation), cancellation);

    /// <inheritdoc/>
    public override Task RewindInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => CallAsync(instanceId, Service.RewindInstanceAsync(new() { InstanceId = instanceId, Reason = reason }, cancellationToken: cancellation));

    /// <inheritdoc/>
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
        => (await CallAsync(instanceId, Service.RestartInstanceAsync(
            new() { InstanceId = instanceId, RestartWithNewInstanceId = restartWithNewInstanceId }, cancellationToken: cancellation))).InstanceId;

    /// <inheritdoc/>
    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, bool recursive = false, CancellationToken cancellation = default)
        => PurgeAsync(new() { InstanceId = instanceId, Recursive = recursive }, cancellation);

    /// <inheritdoc/>
    public override Task<PurgeResult> PurgeInstancesAsync(
        IReadOnlyCollection<string> instanceIds, bool recursive = false, CancellationToken cancellation = default)
        => PurgeAsync(new() { InstanceBatch = new() { InstanceIds = { instanceIds } }, Recursive = recursive }, cancellation);

    /// <inheritdoc/>
    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, bool recursive = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);

        PurgeInstanceFilter asked = new()
        {
            CreatedTimeFrom = RemoteWire.Time(filter.CreatedFrom),
            CreatedTimeTo = RemoteWire.Time(filter.CreatedTo),
            Timeout = filter.Timeout is { } timeout ? Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(timeout) : null,
            RuntimeStatus = { filter.Statuses?.Select(ProtoMapper.ToProto) ?? [] },
        };
        return PurgeAsync(new() { PurgeInstanceFilter = asked, Recursive = recursive }, cancellation);
    }

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation = default)
        => RemoteWire.Read(await CallAsync(instanceId, Service.GetInstanceAsync(Asked(instanceId), cancellationToken: cancellation)));

    /// <inheritdoc/>
    public override async Task<OrchestrationPage> GetAllInstancesAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.PageSize, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.PageSize, OrchestrationQuery.MaxPageSize, nameof(query));
        var answer = await CallAsync("", Service.QueryInstancesAsync(new() { Query = RemoteWire.ToProto(query) }, cancellationToken: cancellation));
        return new(
            [.. answer.OrchestrationState.Select(RemoteWire.Read).Where(found => RemoteWire.Fits(query, found))],
            string.IsNullOrEmpty(answer.ContinuationToken) ? null : answer.ContinuationToken);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<Core.HistoryEvent> StreamInstanceHistoryAsync(
        string instanceId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (await GetInstanceAsync(instanceId, cancellation) is null)
        {
            throw new OrchestrationNotFoundException(instanceId);
        }

        using var stream = Service.StreamInstanceHistory(new() { InstanceId = instanceId }, cancellationToken: cancellation);
        await foreach (var chunk in stream.ResponseStream.ReadAllAsync(cancellation))
        {
            foreach (var e in chunk.Events)
            {
                yield return ProtoMapper.FromProto(e);
            }
        }
    }

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, CancellationToken cancellation = default)
        => WaitAsync(instanceId, () => Service.WaitForInstanceStartAsync(Asked(instanceId), cancellationToken: cancellation), cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, CancellationToken cancellation = default)
        => WaitAsync(instanceId, () => Service.WaitForInstanceCompletionAsync(Asked(instanceId), cancellationToken: cancellation), cancellation);

    private static GetInstanceRequest Asked(string instanceId) => new() { InstanceId = instanceId, GetInputsAndOutputs = true };

    private static void Demand(string? problem, string parameter)
    {
        if (problem is not null)
        {
            throw new ArgumentException(problem, parameter);
        }
    }

    private async Task<PurgeResult> PurgeAsync(PurgeInstancesRequest request, CancellationToken cancellation)
    {
        var answer = await CallAsync(request.InstanceId, Service.PurgeInstancesAsync(request, cancellationToken: cancellation));
        return new(answer.DeletedInstanceCount, answer.IsComplete ?? true);
    }

    private async Task<bool> TellAsync<T>(string instanceId, Func<AsyncUnaryCall<T>> call, CancellationToken cancellation)
    {
        if (await GetInstanceAsync(instanceId, cancellation) is not { IsCompleted: false })
        {
            return false;
        }

        await CallAsync(instanceId, call());
        return true;
    }

    // A wait may take days: the engine, or a proxy, ends the call now and then, and it is asked again.
    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<AsyncUnaryCall<GetInstanceResponse>> call, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return RemoteWire.Read(await call()) ?? throw new OrchestrationNotFoundException(instanceId);
            }
            catch (RpcException e) when (GrpcWorkItemSource.IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                await hub.BackOffAsync(tries, cancellation);
                cancellation.ThrowIfCancellationRequested();
            }
            catch (RpcException e) when (RemoteWire.IsRefusal(e))
            {
                throw RemoteWire.Refusal(e, instanceId, cancellation);
            }
        }
    }

    private static async Task<T> CallAsync<T>(string instanceId, AsyncUnaryCall<T> call)
    {
        try
        {
            return await call;
        }
        catch (RpcException e) when (RemoteWire.IsRefusal(e))
        {
            throw RemoteWire.Refusal(e, instanceId, CancellationToken.None);
        }
    }
}
