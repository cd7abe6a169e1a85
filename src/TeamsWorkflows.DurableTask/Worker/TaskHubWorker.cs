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
    private readonly Lock _alarmGate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Exception> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TaskHubOptions _options;
    private readonly IRemoteWorkers? _elsewhere;
    private readonly ActivityExecutor _executor;
    private readonly GroupCommitWriter<Turn> _writer;
    private readonly WorkPump<Turn> _turns;
    private readonly WorkPump<ActivityWorkItem> _activities;
    private readonly Alarm _alarm;
    private readonly ITimer _housekeeping;
    private readonly TurnWatch _watch;
    private readonly Retention _retention;
    private readonly RemoteWaits? _waits;
    private readonly RemoteCalls? _remote; // null: all partitions run here
    private bool _isStarted;
    private int _isKeepingHouse;
    private int _isDisposed;

    /// <param name="remote">Who runs orchestrators and activities in place of the registry's code; null: this process.</param>
    /// <exception cref="IOException">Another process owns the task hub.</exception>
    public TaskHubWorker(
        IPartitionStore store,
        DurableTaskRegistry registry,
        ILoggerFactory loggers,
        TimeProvider time,
        Func<Guid> newGuid,
        TaskHubOptions options,
        Tenures? tenures = null,
        IRemoteWorkers? remote = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(options);

        (_time, _options, _elsewhere, _logger) = (time, options, remote, loggers.CreateLogger<TaskHubWorker>());
        Tenures = tenures;
        _executor = new ActivityExecutor(registry, time, options.Limits);
        Runtime = new PartitionRuntime(store, registry, loggers, time, newGuid, options, tenures, remote is not null);
        _waits = tenures is null ? null : new RemoteWaits(store, tenures, time);
        _remote = tenures is null ? null : new RemoteCalls(Runtime, tenures, Write, time, options);
        _writer = new GroupCommitWriter<Turn>(store, OnDurable, Fail, options.MaxCommitBatch);
        _turns = new(Runtime.TakeTurn, () => Runtime.RunnableCount, RunTurn, options.MaxConcurrentTurns, int.MaxValue);
        _activities = new(
            Runtime.TakeActivity,
            () => Runtime.ActivityCount,
            RunActivityAsync,
            options.MaxConcurrentActivities,
            options.MaxConcurrentActivities);
        _watch = new TurnWatch(time, 8 * options.MaxConcurrentTurns);
        _retention = new Retention(store, PurgeAsync, time, options, _logger, survivesOutages: tenures is not null);
        Runtime.TurnReady = PumpTurns;
        _alarm = Alarm.Create(time, OnTimersDue);
        _housekeeping = time.CreateTimer(_ => KeepHouse(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets what the worker drives; for tests and figures.</summary>
    public PartitionRuntime Runtime { get; }

    /// <summary>Gets what the worker was made with.</summary>
    public TaskHubOptions Options => _options;

    /// <summary>Gets or sets whom to tell which instances have changed, once for each transaction that has become durable here; null: nobody.</summary>
    /// <remarks>Must return at once, and must not throw.</remarks>
    public Action<IReadOnlyCollection<string>>? InstancesChanged { get; set; }

    /// <summary>Gets the number of transactions, and of commands in them.</summary>
    public (long Commits, long Commands) Written => (_writer.CommitCount, _writer.CommandCount);

    /// <summary>Gets a task that completes, with the reason, when the worker can not go on: the host should restart the process.</summary>
    public Task<Exception> Fault => _fault.Task;

    /// <summary>Begins to run what was open and what comes.</summary>
    public void Start()
    {
        _isStarted = true;
        _writer.Start();
        EnsureHousekeeping();
        _retention.Start();
        _turns.Pump();
        ArmTimer();
    }

    /// <summary>Starts no more activities, lets the running ones finish for as long as the options say, writes what is decided.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _alarm.DisposeAsync();
        await _housekeeping.DisposeAsync();
        await _retention.DisposeAsync();
        var enough = Task.Delay(_options.DrainTimeout, _time, CancellationToken.None);
        var drained = _activities.StopAsync();
        await Task.WhenAny(drained, enough);
        await _stopping.CancelAsync();
        foreach (var tenure in Tenures?.Current ?? [])
        {
            tenure.Cancel();
        }

        await drained; // a cancelled activity ends by itself; one that ignores its token keeps the host's stop waiting
        if (_isStarted)
        {
            await Task.WhenAny(Runtime.WhenQuietAsync(), enough);
        }

        await Task.WhenAny(_turns.StopAsync(), enough); // a turn that was given up may never come back
        _writer.Dispose();
        Runtime.Fail(new ObjectDisposedException(nameof(TaskHubWorker)));
        _remote?.Stop(new ObjectDisposedException(nameof(TaskHubWorker)));
        await (_waits?.DisposeAsync() ?? ValueTask.CompletedTask);
        _stopping.Dispose();
    }

    private void PumpTurns()
    {
        if (_isStarted)
        {
            _turns.Pump();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: a turn that cannot even fail (disk, bug) stops the partition.")]
    private ValueTask RunTurn(Turn turn)
    {
        EnsureHousekeeping();
        var watched = _watch.Enter(turn);
        try
        {
            Runtime.Execute(turn);
        }
        catch (Exception e)
        {
            if (!TryLose(turn.Instance.Tenure is { } tenure ? [tenure] : null, e))
            {
                Fail(e);
            }

            return ValueTask.CompletedTask;
        }
        finally
        {
            _watch.Leave(watched);
        }

        if (turn.IsGivenUp)
        {
            _turns.AddLoops(-1); // it came back after all, and its stand-in is not needed any more
        }
        else
        {
            Write(turn);
        }

        return ValueTask.CompletedTask;
    }

    private void Write(Turn turn)
    {
        if (turn.HasCommand)
        {
            _writer.Enqueue(turn);
        }
        else
        {
            OnDurable([turn]);
        }
    }

    private async ValueTask RunActivityAsync(ActivityWorkItem activity)
    {
        var stopping = activity.Tenure?.End ?? _stopping.Token;
        var running = _elsewhere?.ExecuteAsync(activity, stopping) ?? _executor.ExecuteAsync(activity, stopping);
        if (await running is not { } outcome)
        {
            Runtime.Abandon(activity);
            return;
        }

        if (outcome is TaskFailedEvent { Failure: var failure })
        {
            Log.ActivityFailed(
                _logger, LogText.Of(activity.Scheduled.Name), LogText.Of(activity.InstanceId), LogText.Of(failure.ErrorType), LogText.Of(failure.ErrorMessage));
        }

        Runtime.Complete(activity, outcome);
        _turns.PumpHere();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: nobody awaits the question, so a fault of it stops the partition like a turn's.")]
    private async Task AskAsync(IRemoteWorkers remote, OrchestratorWorkItem asked)
    {
        try
        {
            Runtime.Complete(asked, await remote.PlayAsync(asked, _stopping.Token));
            _turns.PumpHere();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void OnDurable(IReadOnlyList<Turn> turns)
    {
        List<string>? changed = InstancesChanged is null ? null : new(turns.Count);
        var settled = 0;
        for (var i = 0; i < turns.Count; i++)
        {
            if (turns[i].IsOver)
            {
                continue; // it was refused, or ended just now: whoever runs the instance tells
            }

            settled++;
            changed?.Add(turns[i].InstanceId);
            Spans.Report(turns[i]);
            EngineMetrics.Report(turns[i]);
            if (turns[i].End is { Failure: { } failure })
            {
                Log.OrchestrationFailed(_logger, LogText.Of(turns[i].InstanceId), LogText.Of(failure.ErrorType), LogText.Of(failure.ErrorMessage));
            }
        }

        Runtime.Committed(turns);
        for (var i = 0; _elsewhere is not null && i < turns.Count; i++)
        {
            if (turns[i] is { IsOver: false, Asks: { } asked })
            {
                _ = AskAsync(_elsewhere, asked);
            }
        }

        _activities.Pump();
        _turns.Pump();
        ArmTimer();
        EngineMetrics.Committed(settled);
        if (changed is not null)
        {
            InstancesChanged?.Invoke(changed); // whoever looks waits for the work, not the work for whoever looks
        }
    }

    private void Fail(Exception fault)
    {
        Log.Stopped(_logger, fault);
        Runtime.Fail(fault);
        _remote?.Stop(fault);
        _fault.TrySetResult(fault);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "The task hub has stopped: what it holds in memory may be ahead of the disk. Restart the process.")]
        public static partial void Stopped(ILogger logger, Exception fault);

        [LoggerMessage(2, LogLevel.Warning, "Activity {Name} of {InstanceId} failed: {ErrorType}: {ErrorMessage}")]
        public static partial void ActivityFailed(ILogger logger, string name, string instanceId, string errorType, string errorMessage);

        [LoggerMessage(4, LogLevel.Debug, "The wait for {InstanceId} goes on elsewhere")]
        public static partial void WaitGoesOn(ILogger logger, string instanceId, Exception reason);

        [LoggerMessage(3, LogLevel.Error, "Orchestration {InstanceId} failed: {ErrorType}: {ErrorMessage}")]
        public static partial void OrchestrationFailed(ILogger logger, string instanceId, string errorType, string errorMessage);
    }
}
