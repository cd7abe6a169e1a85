using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Client;
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
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(1);

    // A timer counts from the moment it is set and does not follow a clock that is put forward: look again now and then.
    private static readonly TimeSpan MaxTimerDelay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MinTimerDelay = TimeSpan.FromMilliseconds(1);

    private readonly Lock _timerGate = new();
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
    private readonly ITimer _timer;
    private readonly ITimer _housekeeping;
    private readonly TurnWatch _watch;
    private readonly Retention _retention;
    private readonly RemoteWaits? _waits;
    private readonly RemoteCalls? _remote; // null: all partitions run here
    private DateTimeOffset? _armedFor;
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
        Runtime.TurnReady = () => _turns.Pump();
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _housekeeping = time.CreateTimer(_ => KeepHouse(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private delegate bool Call(out Task<DeliveryOutcome> answer);

    /// <summary>Gets what the worker drives; for tests and figures.</summary>
    public PartitionRuntime Runtime { get; }

    /// <summary>Gets what the worker was made with.</summary>
    public TaskHubOptions Options => _options;

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

    /// <summary>Puts an event into an instance's inbox; waits while too much is going on.</summary>
    /// <param name="isSurelyNew">Whether the identifier was made up just now, which saves looking for it on disk.</param>
    /// <param name="replaceable">For a start: statuses in which an existing instance gives its identifier up.</param>
    /// <returns>Once durable: what the instance made of it.</returns>
    /// <exception cref="TaskHubBusyException">There was no room for <see cref="TaskHubOptions.MaxAdmissionWait"/>.</exception>
    /// <exception cref="InvalidOperationException">The hub has stopped.</exception>
    public Task<DeliveryOutcome> DeliverAsync(
        string instanceId,
        HistoryEvent historyEvent,
        bool isSurelyNew = false,
        IReadOnlyCollection<OrchestrationRuntimeStatus>? replaceable = null)
    {
        return _remote is { } remote && !remote.IsHere(instanceId)
            ? remote.CallAsync(instanceId, historyEvent, replaceable ?? [])
            : CallAsync(Deliver, historyEvent is ExecutionStartedEvent);

        bool Deliver(out Task<DeliveryOutcome> answer)
            => Runtime.TryDeliver(instanceId, historyEvent, isSurelyNew, replaceable ?? [], out answer);
    }

    /// <summary>Removes a finished instance with its history; waits while too much is going on.</summary>
    /// <returns>Once durable: what came of it.</returns>
    /// <exception cref="TaskHubBusyException">There was no room for <see cref="TaskHubOptions.MaxAdmissionWait"/>.</exception>
    /// <exception cref="InvalidOperationException">The hub has stopped.</exception>
    public Task<DeliveryOutcome> PurgeAsync(string instanceId)
    {
        return _remote is { } remote && !remote.IsHere(instanceId)
            ? remote.CallAsync(instanceId, null, [])
            : CallAsync(Purge, isStart: false);

        bool Purge(out Task<DeliveryOutcome> answer) => Runtime.TryPurge(instanceId, out answer);
    }

    /// <inheritdoc cref="PartitionRuntime.WaitAsync"/>
    public Task<OrchestrationMetadata> WaitAsync(string instanceId, bool forStart, CancellationToken cancellationToken)
        => _waits is null
            ? WaitHereAsync(instanceId, forStart, cancellationToken)
            : WaitAnywhereAsync(_waits, instanceId, forStart, cancellationToken);

    private async Task<OrchestrationMetadata> WaitHereAsync(string instanceId, bool forStart, CancellationToken cancellationToken)
    {
        var told = Runtime.WaitAsync(instanceId, forStart, cancellationToken);
        PumpTurns();
        return await told;
    }

    /// <summary>Starts no more activities, lets the running ones finish for as long as the options say, writes what is decided.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _timer.DisposeAsync();
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
        _remote?.FailAll(new ObjectDisposedException(nameof(TaskHubWorker)));
        await (_waits?.DisposeAsync() ?? ValueTask.CompletedTask);
        _stopping.Dispose();
    }

    private Task<DeliveryOutcome> CallAsync(Call call, bool isStart)
    {
        if (!call(out var answer))
        {
            return CallWhenThereIsRoomAsync(call, isStart);
        }

        PumpTurns();
        return answer;
    }

    private async Task<DeliveryOutcome> CallWhenThereIsRoomAsync(Call call, bool isStart)
    {
        using var patience = new CancellationTokenSource(_options.MaxAdmissionWait, _time);
        while (true)
        {
            try
            {
                await Runtime.RoomAsync(isStart, patience.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TaskHubBusyException(_options.MaxAdmissionWait, e);
            }

            if (call(out var answer))
            {
                PumpTurns();
                return await answer;
            }
        }
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

    // Once a second while anything is in memory; an idle hub does not tick.
    private void EnsureHousekeeping()
    {
        if (Volatile.Read(ref _isKeepingHouse) == 0 && Interlocked.Exchange(ref _isKeepingHouse, 1) == 0)
        {
            _housekeeping.Change(HousekeepingInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void KeepHouse()
    {
        Volatile.Write(ref _isKeepingHouse, 0);
        Runtime.EvictIdle();
        GiveUpOverdueTurns();
        if (Runtime.ResidentCount > 0)
        {
            EnsureHousekeeping();
        }
    }

    private void GiveUpOverdueTurns()
    {
        foreach (var turn in _watch.Overdue(_options.TurnTimeLimit))
        {
            if (Runtime.GiveUp(turn, _options.TurnTimeLimit))
            {
                _turns.AddLoops(1);
                Write(turn);
                _turns.Pump();
            }
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
            Log.ActivityFailed(_logger, activity.Scheduled.Name, activity.InstanceId, failure.ErrorType, failure.ErrorMessage);
        }

        Runtime.Complete(activity, outcome);
        _turns.PumpHere();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: nobody awaits the question, so a fault of it stops the partition like a turn's.")]
    private async Task AskAsync(IRemoteWorkers remote, OrchestratorWorkItem asked)
    {
        try
        {
            if (await remote.PlayAsync(asked, _stopping.Token) is { } response)
            {
                Runtime.Complete(asked, response);
                _turns.PumpHere();
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void OnDurable(IReadOnlyList<Turn> turns)
    {
        for (var i = 0; i < turns.Count; i++)
        {
            if (turns[i].IsOver)
            {
                continue; // it was refused, or ended just now: whoever runs the instance tells
            }

            Spans.Report(turns[i]);
            if (turns[i].End is { Failure: { } failure })
            {
                Log.OrchestrationFailed(_logger, turns[i].InstanceId, failure.ErrorType, failure.ErrorMessage);
            }
        }

        Runtime.Committed(turns);
        for (var i = 0; _elsewhere is not null && i < turns.Count; i++)
        {
            if (turns[i].Asks is { } asked)
            {
                _ = AskAsync(_elsewhere, asked);
            }
        }

        _activities.Pump();
        _turns.Pump();
        ArmTimer();
    }

    private void Fail(Exception fault)
    {
        Log.Stopped(_logger, fault);
        Runtime.Fail(fault);
        _remote?.FailAll(fault);
        _fault.TrySetResult(fault);
    }

    private void OnTimer()
    {
        lock (_timerGate)
        {
            _armedFor = null;
        }

        FireTimers();
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
                _timer.Change(TimerDelay(next - _time.GetUtcNow()), Timeout.InfiniteTimeSpan);
                if (_time.GetUtcNow() >= next)
                {
                    _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan); // the clock moved while the timer was being set
                }
            }
        }
    }

    // Timers count in whole milliseconds, rounded down: one that is set for less comes at once, and again, until it is time.
    private static TimeSpan TimerDelay(TimeSpan left)
        => left <= TimeSpan.Zero ? TimeSpan.Zero : left < MinTimerDelay ? MinTimerDelay : left > MaxTimerDelay ? MaxTimerDelay : left;

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
