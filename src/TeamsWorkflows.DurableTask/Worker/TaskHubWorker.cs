using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Runs a task hub's orchestrations and activities in this process: threads for a <see cref="PartitionRuntime"/>.</summary>
/// <remarks>
/// Few loops drain turns and activities, one thread commits, one timer wakes what is due. The constructor takes the
/// partition over; nothing runs before <see cref="Start"/>.
/// </remarks>
public sealed partial class TaskHubWorker : IAsyncDisposable
{
    private static readonly TimeSpan EvictionInterval = TimeSpan.FromSeconds(1);

    // A timer counts from the moment it is set and does not follow a clock that is put forward: look again now and then.
    private static readonly TimeSpan MaxTimerDelay = TimeSpan.FromMinutes(1);

    private readonly Lock _timerGate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Exception> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly PartitionOptions _options;
    private readonly ActivityExecutor _executor;
    private readonly GroupCommitWriter<Turn> _writer;
    private readonly WorkPump<Turn> _turns;
    private readonly WorkPump<ActivityWorkItem> _activities;
    private readonly ITimer _timer;
    private readonly ITimer _eviction;
    private DateTimeOffset? _armedFor;
    private bool _isStarted;
    private int _isDisposed;

    /// <exception cref="IOException">Another process owns the task hub.</exception>
    public TaskHubWorker(
        IPartitionStore store,
        DurableTaskRegistry registry,
        ILoggerFactory loggers,
        TimeProvider time,
        Func<Guid> newGuid,
        PartitionOptions options)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(options);

        (_time, _options, _logger) = (time, options, loggers.CreateLogger<TaskHubWorker>());
        _executor = new ActivityExecutor(registry, time);
        Runtime = new PartitionRuntime(store, registry, loggers, time, newGuid, options);
        _writer = new GroupCommitWriter<Turn>(store, OnDurable, Fail, options.MaxCommitBatch);
        _turns = new(Runtime.TakeTurn, () => Runtime.RunnableCount, RunTurn, options.MaxConcurrentTurns, int.MaxValue);
        _activities = new(
            Runtime.TakeActivity, () => Runtime.ActivityCount, RunActivityAsync, Environment.ProcessorCount, options.MaxConcurrentActivities);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _eviction = time.CreateTimer(_ => Runtime.EvictIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public PartitionRuntime Runtime { get; }

    /// <summary>Gets the number of transactions, and of commands in them.</summary>
    public (long Commits, long Commands) Written => (_writer.CommitCount, _writer.CommandCount);

    /// <summary>Gets a task that completes, with the reason, when the worker can not go on: the host should restart the process.</summary>
    public Task<Exception> Fault => _fault.Task;

    /// <summary>Begins to run what was open and what comes.</summary>
    public void Start()
    {
        _isStarted = true;
        _writer.Start();
        _eviction.Change(EvictionInterval, EvictionInterval);
        _turns.Pump();
        ArmTimer();
    }

    /// <inheritdoc cref="PartitionRuntime.DeliverAsync"/>
    public Task<bool> DeliverAsync(string instanceId, HistoryEvent historyEvent, bool isSurelyNew = false)
    {
        var answer = Runtime.DeliverAsync(instanceId, historyEvent, isSurelyNew);
        if (_isStarted)
        {
            _turns.Pump();
        }

        return answer;
    }

    /// <summary>Starts no more activities, lets the running ones finish for as long as the options say, writes what is decided.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _timer.DisposeAsync();
        await _eviction.DisposeAsync();
        var enough = Task.Delay(_options.DrainTimeout, _time, CancellationToken.None);
        var drained = _activities.StopAsync();
        await Task.WhenAny(drained, enough);
        await _stopping.CancelAsync();
        await drained; // a cancelled activity ends by itself; one that ignores its token keeps the host's stop waiting
        if (_isStarted)
        {
            await Task.WhenAny(Runtime.WhenQuietAsync(), enough);
        }

        await _turns.StopAsync();
        _writer.Dispose();
        Runtime.Fail(new ObjectDisposedException(nameof(TaskHubWorker)));
        _stopping.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: a turn that cannot even fail (disk, bug) stops the partition.")]
    private ValueTask RunTurn(Turn turn)
    {
        try
        {
            Runtime.Execute(turn);
            if (turn.HasCommand)
            {
                _writer.Enqueue(turn);
            }
            else
            {
                OnDurable([turn]);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask RunActivityAsync(ActivityWorkItem activity)
    {
        if (await _executor.ExecuteAsync(activity, _stopping.Token) is not { } outcome)
        {
            return;
        }

        if (outcome is TaskFailedEvent { Failure: var failure })
        {
            Log.ActivityFailed(_logger, activity.Scheduled.Name, activity.InstanceId, failure.ErrorType, failure.ErrorMessage);
        }

        Runtime.Complete(activity, outcome);
        _turns.PumpHere();
    }

    private void OnDurable(IReadOnlyList<Turn> turns)
    {
        for (var i = 0; i < turns.Count; i++)
        {
            if (turns[i].End is { Failure: { } failure })
            {
                Log.OrchestrationFailed(_logger, turns[i].InstanceId, failure.ErrorType, failure.ErrorMessage);
            }
        }

        Runtime.Committed(turns);
        _activities.Pump();
        _turns.Pump();
        ArmTimer();
    }

    private void Fail(Exception fault)
    {
        Log.Stopped(_logger, fault);
        Runtime.Fail(fault);
        _fault.TrySetResult(fault);
    }

    private void OnTimer()
    {
        lock (_timerGate)
        {
            _armedFor = null;
        }

        Runtime.FireTimers();
        ArmTimer();
        _turns.Pump();
    }

    // Reading the next due time and setting the timer are one step: two threads must not overtake each other in between.
    private void ArmTimer()
    {
        lock (_timerGate)
        {
            if (Runtime.NextTimer is { } next && next != _armedFor)
            {
                _armedFor = next;
                var delay = next - _time.GetUtcNow();
                _timer.Change(
                    delay < TimeSpan.Zero ? TimeSpan.Zero : delay > MaxTimerDelay ? MaxTimerDelay : delay,
                    Timeout.InfiniteTimeSpan);
                if (_time.GetUtcNow() >= next)
                {
                    _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan); // the clock moved while the timer was being set
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "The task hub has stopped: what it holds in memory may be ahead of the disk. Restart the process.")]
        public static partial void Stopped(ILogger logger, Exception fault);

        [LoggerMessage(2, LogLevel.Warning, "Activity {Name} of {InstanceId} failed: {ErrorType}: {ErrorMessage}")]
        public static partial void ActivityFailed(ILogger logger, string name, string instanceId, string errorType, string errorMessage);

        [LoggerMessage(3, LogLevel.Error, "Orchestration {InstanceId} failed: {ErrorType}: {ErrorMessage}")]
        public static partial void OrchestrationFailed(ILogger logger, string instanceId, string errorType, string errorMessage);
    }
}
