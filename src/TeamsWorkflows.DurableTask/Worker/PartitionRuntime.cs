using System.Diagnostics;
using Microsoft.Extensions.Logging;
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
public sealed partial class PartitionRuntime
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Instance> _resident = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OrchestratorWorkItem> _asked = new(StringComparer.Ordinal); // of instances that left memory
    private readonly RunQueue _runnable = new();
    private readonly Queue<ActivityWorkItem> _activities = new();
    private readonly DueTimers _timers;
    private readonly InstanceWaiters _waiters = new();
    private readonly Admission _admission;
    private readonly IdleInstances _idle;
    private readonly IPartitionStore _store;
    private readonly StoreReads _reads;
    private readonly TimeProvider _time;
    private readonly TurnRunner _runner;
    private readonly Sequences _sequences;
    private readonly Tenures? _tenures; // null: all partitions are this process's for ever
    private readonly int _timersPerPage;
    private readonly bool _isRemote;
    private int _busyCount; // instances from runnable to durable
    private int _openActivityCount; // activities from released to completed
    private int _questionCount; // turns from asked for to answered, where code runs elsewhere
    private TaskCompletionSource? _quiet;
    private Exception? _fault;

    /// <summary>Takes over the partition and everything that was open in it.</summary>
    /// <param name="isRemote">Whether orchestrators run in workers elsewhere: turns then ask, and take answers.</param>
    public PartitionRuntime(
        IPartitionStore store,
        DurableTaskRegistry registry,
        ILoggerFactory loggers,
        TimeProvider time,
        Func<Guid> newGuid,
        TaskHubOptions options,
        Tenures? tenures = null,
        bool isRemote = false)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);

        (_store, _reads, _time, _idle, _admission) = (store, new StoreReads(store), time, new IdleInstances(options, time), new Admission(options));
        (_tenures, _isRemote, _timersPerPage) = (tenures, isRemote, Math.Max(1, options.MaxTimersInMemory / 2));
        var recovered = store.Recover(_timersPerPage);
        _sequences = new Sequences(recovered.LastKey, recovered.LastSequence, tenures is null ? null : time);
        _timers = new DueTimers(_timersPerPage);
        _timers.Fill(TimerPage.Of(recovered.Timers, _timersPerPage, store));

        var loader = new InstanceLoader(store, isRemote);
        var limits = new TurnLimits(options.Limits);
        var commit = new TurnCommit(_sequences, tenures);
        var code = new OrchestratorCode(registry, loggers, options.Versioning);
        _runner = new TurnRunner(
            loader,
            new Intake(loader, newGuid, options.Limits),
            new TurnPlayer(code, limits, newGuid, options, WakeStrayed),
            commit,
            isRemote ? new RemoteTurns(loader, limits, commit, newGuid) : null,
            time);

        TakeOver(recovered);
    }

    /// <summary>Gets or sets what to call when a turn became runnable by itself, outside every call of this class.</summary>
    public Action? TurnReady { get; set; }

    /// <summary>Gets the number of instances that wait for a turn.</summary>
    public int RunnableCount => _runnable.Count;

    /// <summary>Gets who reads the store on behalf of clients.</summary>
    internal StoreReads Reads => _reads;

    /// <summary>Gets the number of activities that nobody runs yet.</summary>
    public int ActivityCount => _activities.Count;

    /// <summary>Gets the number of turns that workers elsewhere have not answered yet.</summary>
    public int QuestionCount => _questionCount;

    /// <summary>Gets how many timers a takeover reads at once.</summary>
    public int TimersPerPage => _timersPerPage;

    /// <summary>Gets the number of instances in memory.</summary>
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

    /// <summary>Takes the instance whose turn it is, with all that has arrived for it.</summary>
    /// <returns>Null when nothing is runnable, or the partition has stopped.</returns>
    public Turn? TakeTurn()
    {
        lock (_gate)
        {
            if (_fault is not null || !_runnable.TryDequeue(out var instance))
            {
                return null;
            }

            var turn = new Turn(instance, instance.Inbox) { Answered = instance.Answer };
            (instance.Current, instance.Inbox, instance.IsWoken, instance.Answer) = (turn, [], false, null);
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
            for (var i = 0; i < turns.Count; i++)
            {
                if (!turns[i].IsOver)
                {
                    Settle(turns[i]);
                }
            }

            _admission.Release(QueuedCount);

            Evict();
            TellIfQuiet();
        }

        // Outside the lock: waking callers is the dearest part of a commit, and nobody else needs to wait for it.
        for (var i = 0; i < turns.Count; i++)
        {
            turns[i].Answer();
        }
    }

    /// <summary>Takes the activity that has waited for longest.</summary>
    /// <returns>Null when none waits, or the partition has stopped.</returns>
    public ActivityWorkItem? TakeActivity()
    {
        lock (_gate)
        {
            if (_fault is not null || !TryDequeue(out var activity))
            {
                return null;
            }

            _admission.Release(QueuedCount); // no turn may follow: the instance may have ended
            return activity;
        }
    }

    /// <summary>Gives an activity's result to its instance; one that ended meanwhile does not need it.</summary>
    public void Complete(ActivityWorkItem activity, HistoryEvent outcome)
    {
        ArgumentNullException.ThrowIfNull(activity);

        lock (_gate)
        {
            Close(activity);
            if (_resident.TryGetValue(activity.InstanceId, out var instance))
            {
                Post(instance, new InboxItem(outcome, activity.ExecutionId));
            }

            EndIfQuiet(activity.Tenure);
        }
    }

    /// <summary>Gives a remote worker's answer to its instance; an instance that has gone on without it does not need it.</summary>
    /// <param name="response">Null: there is none, and will be none.</param>
    public void Complete(OrchestratorWorkItem asked, OrchestratorResponse? response)
    {
        ArgumentNullException.ThrowIfNull(asked);

        lock (_gate)
        {
            _questionCount--;
            if (response is not null && !asked.IsWithdrawn
                && (_resident.ContainsKey(asked.InstanceId) || _asked.ContainsKey(asked.InstanceId))
                && Reach(asked.InstanceId) is { } instance)
            {
                instance.Answer = new(asked, response);
                Wake(instance);
            }

            _admission.Release(QueuedCount);
        }
    }

    /// <summary>Drops the replays of instances that have been idle for too long.</summary>
    public void EvictIdle()
    {
        lock (_gate)
        {
            Evict();
        }
    }

    /// <summary>Ends the instances whose code has kept a turn for too long.</summary>
    /// <returns>Whether the turn is to be written.</returns>
    public bool GiveUp(Turn turn, TimeSpan limit) => _runner.GiveUp(turn, limit);

    /// <summary>Ends the ownership: memory may be ahead of the disk, so nothing goes on and everyone is told.</summary>
    public void Fail(Exception fault)
    {
        lock (_gate)
        {
            _fault ??= fault;
            _waiters.Fail(fault);
            foreach (var item in _resident.Values.SelectMany(i => i.Inbox.Concat(i.Current?.Inbox ?? [])))
            {
                item.Call?.Fail(fault);
            }

            _admission.Fail();

            TellIfQuiet();
        }
    }

    private void Settle(Turn turn)
    {
        var instance = turn.Instance;
        (instance.Current, instance.IsBusy, instance.IsSurelyNew) = (null, false, false);
        _busyCount--;
        for (var i = 0; i < turn.Inbox.Count; i++)
        {
            if (turn.Inbox[i].Call is { Remote: null })
            {
                _admission.Leave();
            }
        }

        for (var i = 0; i < turn.Activities.Count; i++)
        {
            Release(turn.Activities[i], instance.Tenure);
        }

        _questionCount += turn.Asks is null ? 0 : 1;
        instance.Row = turn.NextRow ?? instance.Row;
        _timers.Move(instance.Id, turn.TimerBefore, instance.Row?.TimerAt);
        if (!_waiters.IsEmpty && turn.NextRow?.HasBegun() is true)
        {
            turn.Waiters = _waiters.Take(instance.Id, hasEnded: turn.End is not null);
        }

        for (var i = 0; i < turn.Deliveries.Count; i++)
        {
            if (Reach(turn.Deliveries[i].InstanceId) is { } receiver && receiver.Tenure == turn.Deliveries[i].Receiver)
            {
                Post(receiver, turn.Deliveries[i].Item);
            }
        }

        if (instance.Inbox.Count > 0 || instance.IsWoken)
        {
            Schedule(instance);
        }
        else if (instance.State is null || (instance is { Replay: null, Remote: null } && !instance.Row!.IsActive))
        {
            _resident.Remove(instance.Id); // ended, waits for its start, never was, or was looked at in vain
        }
        else if (!instance.HasOpenActivities)
        {
            _idle.Add(instance);
        }

        if (instance.Tenure is { } tenure)
        {
            tenure.BusyCount--;
            EndIfQuiet(tenure);
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

    private void WakeStrayed(string instanceId)
    {
        lock (_gate)
        {
            if (_resident.TryGetValue(instanceId, out var instance))
            {
                Wake(instance);
            }
        }

        TurnReady?.Invoke();
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
            if (instance.Tenure is { } tenure)
            {
                tenure.BusyCount++;
            }

            _idle.Remove(instance);
            _runnable.Enqueue(instance);
        }
    }

    private void Evict()
    {
        while (_idle.TryTakeSurplus(out var surplus))
        {
            _resident.Remove(surplus!.Id);
            if (surplus.Remote?.Asked is { } asked)
            {
                asked.Forget();
                _asked.Add(surplus.Id, asked);
            }
        }
    }

    // What holds starts back: work that is there already and that nobody does. Elsewhere, who knows: all without an answer.
    private int QueuedCount => _isRemote ? _openActivityCount + _questionCount : _activities.Count;

    private void ThrowIfFaulted()
    {
        if (_fault is not null)
        {
            throw new InvalidOperationException("The partition has stopped.", _fault);
        }
    }
}
