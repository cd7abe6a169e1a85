using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Client;

/// <summary>Starts, signals, observes and repairs orchestrations; the same from every host.</summary>
/// <remarks>A token stops the waiting, never the call: what was handed over may already be on disk.</remarks>
public abstract class DurableTaskClient
{
    /// <summary>Starts an orchestration; returns when the start is durable.</summary>
    /// <returns>The instance identifier: <paramref name="options"/>'s, or a new one.</returns>
    /// <exception cref="OrchestrationAlreadyExistsException">
    /// The identifier is taken. Callers that derived it from an idempotency key treat that as success.
    /// </exception>
    /// <exception cref="ArgumentException">A name, identifier, tag or the input is outside <see cref="TaskHubLimits"/>.</exception>
    /// <exception cref="TaskHubBusyException">Too much is going on.</exception>
    public abstract Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName name,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default);

    /// <summary>Sends an event to an instance; returns when it is durable. Events of one name are taken in the order they came.</summary>
    /// <returns>False when no open instance has that identifier; the event is then dropped.</returns>
    /// <exception cref="ArgumentException">The name or the payload is outside <see cref="TaskHubLimits"/>.</exception>
    public abstract Task<bool> RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Ends an instance where it stands; its running activities are not interrupted, their results are dropped.</summary>
    /// <param name="reason">Becomes the instance's output.</param>
    /// <param name="recursive">Whether its open sub-orchestrations end too, and theirs.</param>
    /// <returns>False when no open instance has that identifier.</returns>
    public abstract Task<bool> TerminateInstanceAsync(
        string instanceId, string? reason = null, bool recursive = false, CancellationToken cancellation = default);

    /// <summary>Stops an instance's code; results and events are kept until it is resumed. A suspended one can be suspended again.</summary>
    /// <returns>False when no open instance has that identifier.</returns>
    public abstract Task<bool> SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Lets a suspended instance go on with everything that came meanwhile, in order.</summary>
    /// <returns>False when no open instance has that identifier.</returns>
    public abstract Task<bool> ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>
    /// Lets a failed instance go on: activities and sub-orchestrations whose failure led to the end run again, everything
    /// else is kept, and today's code decides what follows.
    /// </summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has not failed.</exception>
    public abstract Task RewindInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Starts a finished instance once more, with its name, version, input and tags.</summary>
    /// <param name="restartWithNewInstanceId">Whether the old instance stays; otherwise the new one takes its place.</param>
    /// <returns>The identifier of the new instance.</returns>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The identifier is to be used again, and the instance has not ended.</exception>
    public abstract Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default);

    /// <summary>Removes a finished instance with its history.</summary>
    /// <param name="recursive">Whether the finished sub-orchestrations of its last generation go too, and theirs.</param>
    /// <returns>How many instances went: none when there is no such instance, or it has not ended.</returns>
    public abstract Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, bool recursive = false, CancellationToken cancellation = default);

    /// <summary>Removes the finished instances among those given.</summary>
    public abstract Task<PurgeResult> PurgeInstancesAsync(
        IReadOnlyCollection<string> instanceIds, bool recursive = false, CancellationToken cancellation = default);

    /// <summary>Removes the finished instances that a filter selects, page by page.</summary>
    public abstract Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, bool recursive = false, CancellationToken cancellation = default);

    /// <summary>Reads an instance as its last durable turn left it, with input and output.</summary>
    /// <returns>Null when there is no such instance.</returns>
    public abstract Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Lists instances, newest first. A page never repeats or skips one that was there before the first page was read.</summary>
    /// <exception cref="ArgumentException">The page size is out of range, or the continuation token is not one of ours.</exception>
    public abstract Task<OrchestrationPage> GetAllInstancesAsync(OrchestrationQuery query, CancellationToken cancellation = default);

    /// <summary>Counts the newest instances that a query selects, by their status and by the span of time in which they were created.</summary>
    /// <remarks>An engine that cannot count has its instances listed, and of those 10,000 at most.</remarks>
    /// <param name="query">Its page size and continuation token do not matter.</param>
    /// <param name="span">How long each span is, at least a second.</param>
    /// <param name="max">Most instances to count.</param>
    public virtual async Task<InstanceHistogram> CountInstancesAsync(
        OrchestrationQuery query, TimeSpan span, int max, CancellationToken cancellation = default)
    {
        const int mostListed = 10_000;
        CheckCount(query, span, max);
        List<(DateTimeOffset, OrchestrationRuntimeStatus)> listed = [];
        string? token = null;
        do
        {
            var page = await GetAllInstancesAsync(
                query with { PageSize = OrchestrationQuery.MaxPageSize, ContinuationToken = token, FetchInputsAndOutputs = false }, cancellation);
            listed.AddRange(page.Instances.Select(static i => (i.CreatedAt, i.Status)));
            token = page.ContinuationToken;
        }
        while (token is not null && listed.Count < Math.Min(max, mostListed));
        return new(InstanceCount.Of(listed.Take(max), span), token is null && listed.Count <= max);
    }

    /// <summary>Reads what an instance's current execution has done so far, turn by turn: memory holds a part at a time.</summary>
    /// <returns>Nothing until a scheduled start. Ends early when the instance continues as new meanwhile.</returns>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public abstract IAsyncEnumerable<HistoryEvent> StreamInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default);

    /// <returns>The instance once its first turn is durable; told, not polled.</returns>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public abstract Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, CancellationToken cancellation = default);

    /// <returns>The instance once it has ended and that is durable; told, not polled.</returns>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public abstract Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, CancellationToken cancellation = default);

    /// <summary>Reads the whole history of an instance's current execution.</summary>
    /// <returns>Empty until a scheduled start; null when there is no such instance.</returns>
    public async Task<IReadOnlyList<HistoryEvent>?> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        try
        {
            List<HistoryEvent> history = [];
            await foreach (var e in StreamInstanceHistoryAsync(instanceId, cancellation))
            {
                history.Add(e);
            }

            return history;
        }
        catch (OrchestrationNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Does the same with every instance that a query selects: terminate, suspend, resume, rewind, raise an event, …</summary>
    /// <param name="query">Its page size says how many are done at the same time.</param>
    /// <param name="operation">Returns whether it had an effect; an exception counts as a failure of that instance.</param>
    /// <param name="progress">Told after each page.</param>
    public async Task<BulkResult> ForEachInstanceAsync(
        OrchestrationQuery query,
        Func<OrchestrationMetadata, CancellationToken, Task<bool>> operation,
        IProgress<BulkResult>? progress = null,
        CancellationToken cancellation = default)
    {
        var result = new BulkResult(0, 0, []);
        var page = new OrchestrationPage([], query.ContinuationToken);
        do
        {
            page = await GetAllInstancesAsync(query with { ContinuationToken = page.ContinuationToken }, cancellation);
            var outcomes = await Task.WhenAll(page.Instances.Select(i => BulkResult.TryAsync(i, operation, cancellation)));
            result = outcomes.Aggregate(result, static (sum, next) => sum.Add(next));
            progress?.Report(result);
        }
        while (page.ContinuationToken is not null);
        return result;
    }

    private protected static void CheckCount(OrchestrationQuery query, TimeSpan span, int max)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
    }
}
