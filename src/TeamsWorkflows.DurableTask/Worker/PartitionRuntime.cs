using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Everything that can run in one partition, in memory: inboxes, live replays, open activities, due timers.</summary>
/// <remarks>
/// A passive state machine, so that a simulation can drive it step by step: no thread, no timer, no commit of its own.
/// <code>
///   DeliverAsync, Complete, FireTimers -> inbox -> TakeTurn -> Execute -> (the caller commits) -> Committed
///        ^                                                                                          |
///        +-------- messages, timers, TakeActivity  &lt;----- only after the commit is durable ---------+
/// </code>
/// Rules: one turn of an instance at a time, from take to durable, so what arrives meanwhile shares the next turn.
/// What a turn reads need not be durable yet; what it causes waits for its commit. An activity's result, a raised event
/// and a start have no row of their own: they become durable with the turn that reads them, and a client's call is
/// answered then. What one instance sends to another is a stored message: it is caused by one turn and read by another.
/// </remarks>
public sealed class PartitionRuntime
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Instance> _resident = new(StringComparer.Ordinal);
    private readonly Queue<Instance> _runnable = new();
    private readonly Queue<ActivityWorkItem> _activities = new();
    private readonly DueTimers _timers = new();
    private readonly CompletionWaiters _waiters = new();
    private readonly IdleInstances _idle;
    private readonly IPartitionStore _store;
    private readonly TimeProvider _time;
    private readonly TurnRunner _runner;
    private int _busyCount; // instances from runnable to durable
    private int _openActivityCount; // activities from released to completed
    private TaskCompletionSource? _quiet;
    private Exception? _fault;

    /// <summary>Takes over the partition and everything that was open in it.</summary>
    public PartitionRuntime(
        IPartitionStore store,
        DurableTaskRegistry registry,
        ILoggerFactory loggers,
        TimeProvider time,
        Func<Guid> newGuid,
        PartitionOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);

        (_store, _time, _idle) = (store, time, new IdleInstances(options));
        var recovered = store.Recover();
        var sequences = new Sequences(recovered.LastKey, recovered.LastSequence);
        _runner = new TurnRunner(store, registry, loggers, time, newGuid, options, sequences);
        foreach (var (timerAt, instanceId) in recovered.Timers)
        {
            _timers.Move(instanceId, null, timerAt);
        }

        foreach (var instanceId in recovered.Active)
        {
            Wake(GetOrAdd(instanceId));
        }

        foreach (var message in recovered.Messages)
        {
            var historyEvent = HistoryCodec.Decode(message.Event).Single();
            Post(GetOrAdd(message.InstanceId), new InboxItem(historyEvent, message.ExecutionId, message.Sequence));
        }
    }

    public int RunnableCount => _runnable.Count;

    public int ActivityCount => _activities.Count;

    public int ResidentCount => _resident.Count;

    /// <summary>Gets a value indicating whether only a timer or a caller can make something happen.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _busyCount == 0 && _openActivityCount == 0;
            }
        }
    }

    /// <summary>Gets the time at which <see cref="FireTimers"/> has something to do.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            lock (_gate)
            {
                return _timers.Next;
            }
        }
    }

    /// <summary>Waits until no turn is queued, running or being written; activities may still run.</summary>
    public Task WhenQuietAsync()
    {
        lock (_gate)
        {
            if (_busyCount == 0 || _fault is not null)
            {
                return Task.CompletedTask;
            }

            _quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task;
        }
    }

    /// <summary>Puts an event into an instance's inbox.</summary>
    /// <param name="isSurelyNew">Whether the identifier was made up just now, which saves looking for it on disk.</param>
    /// <returns>Once durable: whether the instance took it (a start: whether the identifier was free).</returns>
    /// <exception cref="InvalidOperationException">The partition has stopped.</exception>
    public Task<bool> DeliverAsync(string instanceId, HistoryEvent historyEvent, bool isSurelyNew = false)
    {
        TaskCompletionSource<bool> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ThrowIfFaulted();
            var instance = GetOrAdd(instanceId);
            instance.IsSurelyNew |= isSurelyNew;
            Post(instance, new InboxItem(historyEvent, Answer: answer));
        }

        return answer.Task;
    }

    public Turn? TakeTurn()
    {
        lock (_gate)
        {
            if (_fault is not null || !_runnable.TryDequeue(out var instance))
            {
                return null;
            }

            var turn = new Turn(instance, instance.Inbox);
            (instance.Current, instance.Inbox, instance.IsWoken) = (turn, [], false);
            return turn;
        }
    }

    /// <summary>Runs the orchestrator's code. Different turns may run at the same time.</summary>
    public void Execute(Turn turn) => _runner.Execute(turn);

    /// <summary>Makes visible what is durable now: activities, messages, timers, answers.</summary>
    public void Committed(IReadOnlyList<Turn> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);

        lock (_gate)
        {
            var now = _time.GetUtcNow();
            for (var i = 0; i < turns.Count; i++)
            {
                Settle(turns[i], now);
            }

            Evict(now);
            TellIfQuiet();
        }

        // Outside the lock: waking callers is the dearest part of a commit, and nobody else needs to wait for it.
        for (var i = 0; i < turns.Count; i++)
        {
            turns[i].Answer();
        }
    }

    public ActivityWorkItem? TakeActivity()
    {
        lock (_gate)
        {
            return _fault is null && _activities.TryDequeue(out var activity) ? activity : null;
        }
    }

    /// <summary>Gives an activity's result to its instance; one that ended meanwhile does not need it.</summary>
    public void Complete(ActivityWorkItem activity, HistoryEvent outcome)
    {
        ArgumentNullException.ThrowIfNull(activity);

        lock (_gate)
        {
            _openActivityCount--;
            if (_resident.TryGetValue(activity.InstanceId, out var instance))
            {
                Post(instance, new InboxItem(outcome, activity.ExecutionId));
            }
        }
    }

    /// <summary>Wakes every instance that has a due timer.</summary>
    public void FireTimers()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (_timers.TryTakeDue(now, out var instanceId))
            {
                Wake(GetOrAdd(instanceId));
            }
        }
    }

    /// <summary>Drops the replays of instances that have been idle for too long.</summary>
    public void EvictIdle()
    {
        lock (_gate)
        {
            Evict(_time.GetUtcNow());
        }
    }

    /// <summary>Waits for the end of an instance; told, not polled.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public async Task<OrchestrationMetadata> WaitForCompletionAsync(string instanceId, CancellationToken cancellationToken)
    {
        Task<OrchestrationMetadata> end;
        lock (_gate)
        {
            ThrowIfFaulted();
            end = _waiters.Join(instanceId);
        }

        try
        {
            var stored = IsResident(instanceId) ? null : _store.LoadEnds(instanceId);
            if (stored is { Row.IsFinished: true })
            {
                return OrchestrationMetadata.From(stored);
            }

            if (stored is null && !IsResident(instanceId) && !end.IsCompleted)
            {
                // It may have ended between the two looks; whoever ends it takes the waiter first.
                stored = _store.LoadEnds(instanceId) ?? throw new OrchestrationNotFoundException(instanceId);
                if (stored.Row.IsFinished)
                {
                    return OrchestrationMetadata.From(stored);
                }
            }

            return await end.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Leave(instanceId, end);
            }
        }
    }

    /// <summary>Ends the ownership: memory may be ahead of the disk, so nothing goes on and everyone is told.</summary>
    public void Fail(Exception fault)
    {
        lock (_gate)
        {
            _fault ??= fault;
            _waiters.Fail(fault);
            foreach (var item in _resident.Values.SelectMany(i => i.Inbox.Concat(i.Current?.Inbox ?? [])))
            {
                item.Answer?.TrySetException(fault);
            }

            TellIfQuiet();
        }
    }

    private void Settle(Turn turn, DateTimeOffset now)
    {
        var instance = turn.Instance;
        (instance.Current, instance.IsBusy, instance.IsSurelyNew) = (null, false, false);
        _busyCount--;
        for (var i = 0; i < turn.Activities.Count; i++)
        {
            _activities.Enqueue(turn.Activities[i]);
            _openActivityCount++;
        }

        var timerBefore = instance.Row?.TimerAt;
        instance.Row = turn.NextRow ?? instance.Row;
        _timers.Move(instance.Id, timerBefore, instance.Row?.TimerAt);
        if (turn.End is not null)
        {
            instance.Replay = null;
            turn.Waiter = _waiters.Take(instance.Id);
        }

        for (var i = 0; i < turn.Deliveries.Count; i++)
        {
            Post(GetOrAdd(turn.Deliveries[i].InstanceId), turn.Deliveries[i].Item);
        }

        if (instance.Inbox.Count > 0 || instance.IsWoken)
        {
            Schedule(instance);
        }
        else if (instance.Replay is null)
        {
            _resident.Remove(instance.Id); // ended, waits for its start, or never was
        }
        else if (!instance.Row!.IsActive)
        {
            _idle.Add(instance, now);
        }
    }

    private void TellIfQuiet()
    {
        if (_busyCount == 0 || _fault is not null)
        {
            _quiet?.TrySetResult();
            _quiet = null;
        }
    }

    private bool IsResident(string instanceId)
    {
        lock (_gate)
        {
            return _resident.ContainsKey(instanceId);
        }
    }

    private Instance GetOrAdd(string instanceId)
    {
        if (!_resident.TryGetValue(instanceId, out var instance))
        {
            instance = new Instance(instanceId);
            _resident.Add(instanceId, instance);
        }

        return instance;
    }

    private void Post(Instance instance, InboxItem item)
    {
        instance.Inbox.Add(item);
        Schedule(instance);
    }

    private void Wake(Instance instance)
    {
        instance.IsWoken = true;
        Schedule(instance);
    }

    private void Schedule(Instance instance)
    {
        if (!instance.IsBusy)
        {
            Debug.Assert(instance.Current is null, "One uncommitted turn per instance.");
            instance.IsBusy = true;
            _busyCount++;
            _idle.Remove(instance);
            _runnable.Enqueue(instance);
        }
    }

    private void Evict(DateTimeOffset now)
    {
        while (_idle.TryTakeSurplus(now, out var surplus))
        {
            _resident.Remove(surplus!.Id);
        }
    }

    private void ThrowIfFaulted()
    {
        if (_fault is not null)
        {
            throw new InvalidOperationException("The partition has stopped.", _fault);
        }
    }
}
