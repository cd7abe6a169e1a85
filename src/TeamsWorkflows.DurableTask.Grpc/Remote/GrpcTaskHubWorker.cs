using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Protocol;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>Runs the registry's orchestrators and activities for a hub of another engine.</summary>
/// <remarks>The turn is the same pure function as everywhere (<see cref="OrchestrationExecutor"/>); nothing is kept between two of them.</remarks>
public sealed partial class GrpcTaskHubWorker : IAsyncDisposable
{
    private readonly RemoteHub _hub;
    private readonly ILogger _logger;
    private readonly GrpcWorkItemSource _source;
    private readonly OrchestrationExecutor _orchestrators;
    private readonly ActivityExecutor _activities;
    private readonly SemaphoreSlim _turnSlots;
    private readonly SemaphoreSlim _activitySlots;
    private readonly HashSet<Task> _inHand = [];
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _reading = Task.CompletedTask;
    private int _isDisposed;

    /// <param name="hub">Whose work is done; it outlives the worker.</param>
    public GrpcTaskHubWorker(RemoteHub hub, DurableTaskRegistry registry, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(hub);

        (_hub, _logger) = (hub, loggers.CreateLogger<GrpcTaskHubWorker>());
        _source = new GrpcWorkItemSource(hub, _logger);
        _orchestrators = new OrchestrationExecutor(registry, loggers, hub.Options.Versioning);
        _activities = new ActivityExecutor(registry, hub.Time, hub.Options.Limits);
        _turnSlots = new SemaphoreSlim(hub.Options.MaxConcurrentTurns);
        _activitySlots = new SemaphoreSlim(hub.Options.MaxConcurrentActivities);
    }

    /// <summary>Gets why no work comes from the engine at the moment, as its gRPC status; null: the engine is there.</summary>
    public string? Trouble => _source.Trouble;

    /// <summary>Begins to take work; an engine that is not there yet is waited for.</summary>
    public void Start() => _reading = Task.Run(() => ReadAsync(_stopping.Token), CancellationToken.None);

    /// <summary>Takes no more work, lets what is in hand end for as long as the options say, and gives back the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _draining.CancelAsync();
        await Task.WhenAny(WhenDoneAsync(), Task.Delay(_hub.Options.DrainTimeout, _hub.Time, CancellationToken.None));
        await _stopping.CancelAsync(); // what an activity gave up is given back, and only then the stream ends
        await WhenDoneAsync();
        await _reading;
        _stopping.Dispose();
        _draining.Dispose();
        _turnSlots.Dispose();
        _activitySlots.Dispose();
    }

    private async Task ReadAsync(CancellationToken stopping)
    {
        await foreach (var item in _source.ReadAsync(stopping))
        {
            lock (_inHand)
            {
                var task = Task.Run(() => RunAsync(item), CancellationToken.None);
                _inHand.Add(task);
                _ = task.ContinueWith(Done, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private void Done(Task task)
    {
        lock (_inHand)
        {
            _inHand.Remove(task);
        }
    }

    private Task WhenDoneAsync()
    {
        lock (_inHand)
        {
            return Task.WhenAll(_inHand);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: work that cannot even be read goes back to the engine; a newer worker may do it.")]
    private async Task RunAsync(WorkItem item)
    {
        var slots = item.RequestCase == WorkItem.RequestOneofCase.ActivityRequest ? _activitySlots : _turnSlots;
        await slots.WaitAsync(CancellationToken.None);
        try
        {
            if (_draining.IsCancellationRequested || !await TryRunAsync(item))
            {
                await _source.AbandonAsync(item, _stopping.Token);
            }
        }
        catch (Exception e)
        {
            Log.CannotRun(_logger, item.RequestCase, e);
            await _hub.BackOffAsync(1, _stopping.Token);
            await _source.AbandonAsync(item, _stopping.Token);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <returns>False when the work is to be given back.</returns>
    private async Task<bool> TryRunAsync(WorkItem item)
    {
        switch (item.RequestCase)
        {
            case WorkItem.RequestOneofCase.OrchestratorRequest:
                await PlayAsync(item.OrchestratorRequest, item.CompletionToken);
                return true;
            case WorkItem.RequestOneofCase.ActivityRequest:
                return await ExecuteAsync(item.ActivityRequest, item.CompletionToken);
            default:
                return false; // entities: nobody here runs them
        }
    }

    private async Task PlayAsync(Protocol.OrchestratorRequest request, string token)
    {
        if (request.RequiresHistoryStreaming)
        {
            request.PastEvents.Add(await _source.HistoryAsync(request, _stopping.Token));
        }

        var response = ProtoMapper.ToProto(_orchestrators.Execute(ProtoMapper.FromProto(request)), token);
        await _source.CompleteAsync(response, _stopping.Token);
    }

    private async Task<bool> ExecuteAsync(ActivityRequest request, string token)
    {
        ActivityWorkItem item = new(
            request.OrchestrationInstance?.InstanceId ?? "",
            request.OrchestrationInstance?.ExecutionId ?? "",
            new Core.TaskScheduledEvent(request.Name, request.Input)
            {
                EventId = request.TaskId,
                Timestamp = _hub.Time.GetUtcNow(),
                Version = request.Version,
                Tags = ProtoMapper.FromProto(request.Tags),
            },
            request.ParentTraceContext is { TraceParent.Length: > 0 } trace ? ProtoMapper.FromProto(trace) : null);
        if (await _activities.ExecuteAsync(item, _stopping.Token) is not { } outcome)
        {
            return false;
        }

        ActivityResponse response = new() { InstanceId = item.InstanceId, TaskId = request.TaskId, CompletionToken = token };
        if (outcome is Core.TaskFailedEvent failed)
        {
            response.FailureDetails = ProtoMapper.ToProto(failed.Failure);
        }
        else
        {
            response.Result = ((Core.TaskCompletedEvent)outcome).Result;
        }

        await _source.CompleteAsync(response, _stopping.Token);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Work of kind {Kind} cannot be run here and goes back to the engine")]
        public static partial void CannotRun(ILogger logger, WorkItem.RequestOneofCase kind, Exception fault);
    }
}
