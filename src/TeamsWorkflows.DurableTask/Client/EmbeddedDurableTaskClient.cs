using System.Globalization;
using System.Runtime.CompilerServices;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Client;

/// <summary>The client of the engine in this process.</summary>
public sealed class EmbeddedDurableTaskClient : DurableTaskClient
{
    private const int TurnsPerRead = 256;

    private readonly TaskHubWorker _worker;
    private readonly StoreReads _reads;
    private readonly DurableTaskRegistry _registry;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newGuid;
    private readonly TaskHubOptions _options;
    private readonly InstancePurge _purge;

    /// <summary>Makes a client of a hub that runs here.</summary>
    /// <param name="worker">Runs the hub; its options hold for the client's calls, too.</param>
    /// <param name="store">The worker's own store: lists, histories and states are read from it.</param>
    /// <param name="registry">Says how inputs and events become JSON.</param>
    /// <param name="time">The worker's clock.</param>
    /// <param name="newGuid">Makes identifiers of instances and executions.</param>
    public EmbeddedDurableTaskClient(
        TaskHubWorker worker, IPartitionStore store, DurableTaskRegistry registry, TimeProvider time, Func<Guid> newGuid)
    {
        ArgumentNullException.ThrowIfNull(worker);
        (_worker, _reads, _registry, _time, _newGuid, _options) = (worker, worker.Runtime.Reads, registry, time, newGuid, worker.Options);
        _purge = new InstancePurge(worker, store, time);
    }

    private TaskHubLimits Limits => _options.Limits;

    /// <inheritdoc/>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName name,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        options ??= new StartOrchestrationOptions();
        var json = _registry.Serialize(input);
        Demand(Limits.CheckName(name.Value), nameof(name));
        Demand(Limits.CheckPayload("The input", json), nameof(input));
        Demand(Limits.CheckTags(options.Tags), nameof(options));
        Demand(Limits.CheckVersion(options.Version), nameof(options));
        if (options.InstanceId is not null)
        {
            Demand(Limits.CheckInstanceId(options.InstanceId), nameof(options));
        }

        var instanceId = options.InstanceId ?? _worker.NewInstanceId(_newGuid);
        return await StartAsync(instanceId, name.Value, json, options, cancellation);
    }

    /// <inheritdoc/>
    public override async Task<bool> RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        var json = _registry.Serialize(eventPayload);
        Demand(Limits.CheckInstanceId(instanceId), nameof(instanceId));
        Demand(Limits.CheckName(eventName), nameof(eventName));
        Demand(Limits.CheckPayload("The event", json), nameof(eventPayload));
        Spans.Raised(eventName, instanceId);
        return await TellAsync(instanceId, new EventRaisedEvent(eventName, json) { Timestamp = _time.GetUtcNow() }, cancellation);
    }

    /// <inheritdoc/>
    public override Task<bool> TerminateInstanceAsync(
        string instanceId, string? reason = null, bool recursive = false, CancellationToken cancellation = default)
        => TellReasonAsync(instanceId, reason, new ExecutionTerminatedEvent(reason, recursive) { Timestamp = _time.GetUtcNow() }, cancellation);

    /// <inheritdoc/>
    public override Task<bool> SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => TellReasonAsync(instanceId, reason, new ExecutionSuspendedEvent(reason) { Timestamp = _time.GetUtcNow() }, cancellation);

    /// <inheritdoc/>
    public override Task<bool> ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => TellReasonAsync(instanceId, reason, new ExecutionResumedEvent(reason) { Timestamp = _time.GetUtcNow() }, cancellation);

    /// <inheritdoc/>
    public override async Task RewindInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        Demand(Limits.CheckPayload("The reason", reason), nameof(reason));
        var rewound = new ExecutionRewoundEvent(reason) { Timestamp = _time.GetUtcNow() };
        switch (await DeliverAsync(instanceId, rewound, cancellation))
        {
            case DeliveryOutcome.NotFound: throw new OrchestrationNotFoundException(instanceId);
            case DeliveryOutcome.NotAllowed: throw new InvalidOperationException($"The instance '{instanceId}' has not failed: there is nothing to rewind.");
            default: break;
        }
    }

    /// <inheritdoc/>
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        var old = await GetInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
        var options = new StartOrchestrationOptions
        {
            Version = old.Version,
            Tags = old.Tags,
            ReplaceableStatuses =
            [
                OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
            ],
        };
        try
        {
            var newId = restartWithNewInstanceId ? _newGuid().ToString("N") : instanceId;
            return await StartAsync(newId, old.Name, old.Input, options with { InstanceId = newId }, cancellation);
        }
        catch (OrchestrationAlreadyExistsException e)
        {
            throw new InvalidOperationException(
                $"The instance '{instanceId}' has not ended: terminate it first, or restart it with a new identifier.", e);
        }
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, bool recursive = false, CancellationToken cancellation = default)
        => new(await _purge.OneAsync(instanceId, recursive, cancellation));

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstancesAsync(
        IReadOnlyCollection<string> instanceIds, bool recursive = false, CancellationToken cancellation = default)
        => new(await _purge.ManyAsync(instanceIds, recursive, cancellation));

    /// <inheritdoc/>
    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, bool recursive = false, CancellationToken cancellation = default)
        => _purge.AllAsync(filter, recursive, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation = default)
        => _reads.RunAsync(store => store.LoadEnds(instanceId) is { } stored ? OrchestrationMetadata.From(stored) : null, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationPage> GetAllInstancesAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.PageSize, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.PageSize, OrchestrationQuery.MaxPageSize, nameof(query));
        if (!long.TryParse(query.ContinuationToken ?? "9223372036854775807", NumberStyles.None, CultureInfo.InvariantCulture, out var beforeKey))
        {
            throw new ArgumentException("The continuation token is not one that this task hub gave out.", nameof(query));
        }

        return _reads.RunAsync(store => ReadPage(store, query, beforeKey), cancellation);
    }

    /// <inheritdoc/>
    public override async Task<InstanceHistogram> CountInstancesAsync(
        OrchestrationQuery query, TimeSpan span, int max, CancellationToken cancellation = default)
    {
        CheckCount(query, span, max);
        var counts = await _reads.RunAsync(store => store.Count(query, span, max), cancellation);
        return new(counts, counts.Sum(static c => c.Count) < max);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<HistoryEvent> StreamInstanceHistoryAsync(
        string instanceId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ExecutionStartedEvent? first = null;
        for (var turn = 0; ; turn += TurnsPerRead)
        {
            cancellation.ThrowIfCancellationRequested();
            var stored = await _reads.RunAsync(store => store.Load(instanceId, turn, TurnsPerRead), cancellation);
            if (stored is null)
            {
                if (turn == 0)
                {
                    throw new OrchestrationNotFoundException(instanceId);
                }

                yield break; // purged while it was read
            }

            var events = stored.History.SelectMany(HistoryCodec.Decode).ToArray();
            first ??= events.OfType<ExecutionStartedEvent>().FirstOrDefault();
            if (turn > 0 && (await GetInstanceAsync(instanceId, cancellation))?.ExecutionId != first?.ExecutionId)
            {
                yield break; // it continued as new: what was just read may be of another generation
            }

            foreach (var e in events)
            {
                yield return e;
            }

            if (stored.History.Count < TurnsPerRead)
            {
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, CancellationToken cancellation = default)
        => _worker.WaitAsync(instanceId, forStart: true, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, CancellationToken cancellation = default)
        => _worker.WaitAsync(instanceId, forStart: false, cancellation);

    private async Task<string> StartAsync(
        string instanceId, string name, string? json, StartOrchestrationOptions options, CancellationToken cancellation)
    {
        using var span = Spans.StartCreation(name, options.Version, instanceId);
        var started = new ExecutionStartedEvent(name, json, _newGuid().ToString("N"))
        {
            Timestamp = _time.GetUtcNow(),
            Version = options.Version ?? _options.Versioning.DefaultVersion,
            ScheduledStartAt = options.StartAt,
            Tags = options.Tags,
            ParentTraceContext = Spans.Current(),
        };
        var outcome = await Answer(
            _worker.DeliverAsync(instanceId, started, isSurelyNew: options.InstanceId is null, options.ReplaceableStatuses), cancellation);
        return outcome == DeliveryOutcome.Accepted ? instanceId : throw new OrchestrationAlreadyExistsException(instanceId);
    }

    private static OrchestrationPage ReadPage(IPartitionStore store, OrchestrationQuery query, long beforeKey)
    {
        var rows = store.Query(query, beforeKey, query.PageSize);
        var next = rows.Count < query.PageSize ? null : rows[^1].Key.ToString(CultureInfo.InvariantCulture);
        return new OrchestrationPage(rows.Select(row => Describe(store, row, query.FetchInputsAndOutputs)).ToArray(), next);
    }

    private static OrchestrationMetadata Describe(IPartitionStore store, InstanceRow row, bool withPayloads)
        => withPayloads && store.LoadEnds(row.Id) is { } stored && stored.Row.Key == row.Key
            ? OrchestrationMetadata.From(stored)
            : OrchestrationMetadata.From(row, started: null, end: null);

    private async Task<bool> TellReasonAsync(string instanceId, string? reason, HistoryEvent historyEvent, CancellationToken cancellation)
    {
        Demand(Limits.CheckPayload("The reason", reason), nameof(reason));
        return await TellAsync(instanceId, historyEvent, cancellation);
    }

    private async Task<bool> TellAsync(string instanceId, HistoryEvent historyEvent, CancellationToken cancellation)
        => await DeliverAsync(instanceId, historyEvent, cancellation) == DeliveryOutcome.Accepted;

    private Task<DeliveryOutcome> DeliverAsync(string instanceId, HistoryEvent historyEvent, CancellationToken cancellation)
        => Answer(_worker.DeliverAsync(instanceId, historyEvent), cancellation);

    private static Task<DeliveryOutcome> Answer(Task<DeliveryOutcome> answer, CancellationToken cancellation)
        => cancellation.CanBeCanceled ? answer.WaitAsync(cancellation) : answer;

    private static void Demand(string? problem, string parameter)
    {
        if (problem is not null)
        {
            throw new ArgumentException(problem, parameter);
        }
    }
}
