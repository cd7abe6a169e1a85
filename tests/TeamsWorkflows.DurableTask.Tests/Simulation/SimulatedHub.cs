using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Simulation.Model;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>A task hub on one thread, driven by a seed: turns, commits, activities, clients, time and disasters in any order.</summary>
/// <remarks>
/// Everything that threads could do in another order is a step of its own here, and the seed says which comes next. Beside
/// the hub goes the <see cref="HubModel"/>; after each step the two are compared. A store that fails ends the partition, a
/// crash throws it away, and the next one begins with what is durable. At the end the disasters stop, and time passes
/// until everything that can end has ended.
/// </remarks>
internal sealed partial class SimulatedHub : IDisposable
{
    private const int MaxQuietSteps = 5_000;

    private readonly Random _random;
    private readonly CheckedStore _store;
    private readonly SimulatedClock _clock = new();
    private readonly TaskHubOptions _options;
    private readonly HubModel _model;
    private readonly ProgramSource _programs;
    private readonly DurableTaskRegistry _registry = Registry();

    private readonly List<(Turn Turn, IReadOnlyList<Arrival> Inbox)> _taken = []; // not executed yet
    private readonly List<(Turn Turn, ModelTurn Expected)> _queue = []; // executed, not durable yet
    private readonly List<ActivityWorkItem> _running = [];
    private PartitionRuntime _runtime;
    private string _last = "";
    private long _guids;

    public SimulatedHub(int seed, IPartitionStore store)
    {
        _random = new Random(seed);
        _store = new CheckedStore(store);
        _options = NextOptions();
        _model = new HubModel(_options);
        _programs = new ProgramSource(_random);
        _runtime = Recover();
    }

    /// <summary>Gets everything an observer saw, in order.</summary>
    public List<string> Trace { get; } = [];

    public Sightings Seen { get; } = new();

    /// <summary>Gets what was on disk of the instance whose turn came last: where to look first.</summary>
    public IEnumerable<HistoryEvent> LastHistory => _model.Instances.GetValueOrDefault(_last)?.History ?? [];

    public static DurableTaskRegistry Registry() => new DurableTaskRegistry(System.Text.Json.JsonSerializerOptions.Web)
        .AddOrchestrator(ProgramOrchestrator.Name, static () => new ProgramOrchestrator());

    public void Run()
    {
        for (var steps = _random.Next(50, 400); steps > 0; steps--)
        {
            Step();
            CheckRest();
        }

        ComeToRest();
        CheckEnd();
    }

    public void Dispose() => _store.Dispose();

    private void Step()
    {
        switch (_random.Next(40))
        {
            case < 8: TakeTurn(); break;
            case < 15: ExecuteTurn(); break;
            case < 21: Commit(_random.Next(1, 4), mayFail: true); break;
            case < 24: StartActivity(); break;
            case < 27: FinishActivity(); break;
            case < 34: Call(); break;
            case 34: GiveUpOrComeAgain(); break;
            case 35 or 36: PassTime(TimeSpan.FromSeconds(_random.Next(6) == 0 ? _random.Next(5_000) : _random.Next(1, 200))); break;
            case 37: StepClockBack(); break;
            case 38: Evict(); break;
            default: CrashPerhaps(); break;
        }
    }

    private void TakeTurn()
    {
        if (_runtime.TakeTurn() is { } turn)
        {
            Assert.DoesNotContain(_taken, t => t.Turn.InstanceId == turn.InstanceId); // one turn of an instance at a time
            Assert.DoesNotContain(_queue, t => t.Turn.InstanceId == turn.InstanceId);
            _taken.Add((turn, _model.Take(turn.InstanceId)));
        }
    }

    private void ExecuteTurn()
    {
        if (_taken.Count == 0)
        {
            return;
        }

        var (turn, inbox) = TakeAny(_taken);
        _last = turn.InstanceId;
        var guids = _guids;
        var expected = _model.Expect(turn.InstanceId, inbox, _clock.Now, () => GuidOf(guids++).ToString("N"));
        Trace.Add($"turn of {turn.InstanceId} reads {string.Join(", ", inbox.Select(static a => a.Event?.GetType().Name ?? "purge"))}");
        _runtime.Execute(turn);
        Check(turn, expected);
        Trace.Add($"  {expected.After?.Status} {expected.After?.History.Count}");
        if (turn.HasCommand)
        {
            _queue.Insert(_random.Next(_queue.Count + 1), (turn, expected)); // turns of different instances overtake each other
        }
        else
        {
            Tell([(turn, expected)]);
        }
    }

    private void Commit(int maxBatch, bool mayFail)
    {
        var batch = _queue.Take(maxBatch).ToArray();
        if (batch.Length == 0)
        {
            return;
        }

        _queue.RemoveRange(0, batch.Length);
        var failure = mayFail && _random.Next(30) == 0 ? (StoreFailure)_random.Next(1, 3) : StoreFailure.None;
        _store.Next = failure;
        try
        {
            _store.Commit([.. batch.Select(static t => t.Turn.Command)]);
        }
        catch (IOException e)
        {
            Trace.Add($"the commit failed: {failure}");
            Seen.Add($"commit failed: {failure}");
            if (failure == StoreFailure.AnswerLost)
            {
                MakeDurable(batch);
            }

            Fail(e);
            return;
        }

        MakeDurable(batch);
        if (mayFail && _random.Next(25) == 0)
        {
            Seen.Add("crash after the commit");
            _runtime = Recover();
            return;
        }

        Seen.Add(batch.Length > 1 ? "several turns in one commit" : "one turn in one commit");
        Tell(batch);
    }

    private void MakeDurable(IReadOnlyList<(Turn Turn, ModelTurn Expected)> batch)
    {
        foreach (var (turn, expected) in batch)
        {
            _model.Commit(expected, SentBy(turn));
            Remember(expected);
        }

        foreach (var (turn, _) in batch)
        {
            CheckStored(turn.InstanceId);
        }
    }

    private void Tell(IReadOnlyList<(Turn Turn, ModelTurn Expected)> batch)
    {
        _runtime.Committed([.. batch.Select(static t => t.Turn)]);
        foreach (var (turn, expected) in batch)
        {
            _model.Release(SentBy(turn).Select(static m => m.Sequence));
            CheckAnswers(expected);
            Seen.Watch(expected);
        }

        _calls.RemoveAll(static c => c.Answer.IsCompleted);
    }

    private void StartActivity()
    {
        if (_runtime.TakeActivity() is { } activity)
        {
            var task = (activity.ExecutionId, activity.Scheduled.EventId);
            Assert.Contains(task, _scheduled); // durable before visible
            Assert.True(_started.Add(task), "An activity was started twice.");
            Seen.Add(_everStarted.Add(task) ? "activity started" : "activity ran again");
            _running.Add(activity);
        }
    }

    private void FinishActivity()
    {
        if (_running.Count == 0)
        {
            return;
        }

        var activity = TakeAny(_running);
        var (id, taskId) = (activity.InstanceId, activity.Scheduled.EventId);
        HistoryEvent outcome = _random.Next(6) switch
        {
            0 or 1 => new TaskFailedEvent(taskId, new("Graph.Throttled", "429")) { Timestamp = _clock.Now },
            2 => new TaskFailedEvent(taskId, new("Graph.Forbidden", "403", IsNonRetriable: true)) { Timestamp = _clock.Now },
            _ => new TaskCompletedEvent(taskId, $"\"done {taskId}\"") { Timestamp = _clock.Now },
        };
        _runtime.Complete(activity, outcome);
        var isAwaited = _model.Instances.TryGetValue(id, out var instance)
            && instance.Started.ExecutionId == activity.ExecutionId && instance.OpenActivities.Contains(taskId);
        if (isAwaited || IsBusy(id))
        {
            _model.Arrive(id, new Arrival(outcome, activity.ExecutionId));
        }

        Seen.Add(isAwaited ? "activity finished" : "activity finished when nobody waited for it");
    }

    private void PassTime(TimeSpan time)
    {
        _clock.Pass(time);
        var pages = _store.TimerPages;
        _runtime.FireTimers();
        Seen.Add(_store.TimerPages > pages ? "page of timers read" : "timers fired from memory");
    }

    private void StepClockBack()
    {
        _clock.StepBack(TimeSpan.FromSeconds(_random.Next(1, 300)));
        _runtime.FireTimers();
        Seen.Add("clock went back");
    }

    private void Evict()
    {
        var before = _runtime.ResidentCount;
        _runtime.EvictIdle();
        Seen.Add(_runtime.ResidentCount < before ? "evicted" : "nothing to evict");
    }

    private void CrashPerhaps()
    {
        if (_random.Next(4) == 0)
        {
            Seen.Add(_queue.Count > 0 ? "crash before the commit" : _taken.Count > 0 ? "crash in a turn" : "crash at rest");
            _runtime = Recover();
        }
    }

    private PartitionRuntime Recover()
    {
        Trace.Add("recovery");
        _queue.Clear();
        _taken.Clear();
        _running.Clear();
        _started.Clear();
        _calls.Clear();
        _rooms.Clear();
        _waits.Clear();
        _model.Crash();
        return new PartitionRuntime(_store, _registry, NullLoggerFactory.Instance, _clock, () => GuidOf(_guids++), _options);
    }

    // No more disasters and no more clients, but for whoever resumes what is suspended.
    private void ComeToRest()
    {
        for (var step = 0; !IsAtRest || HasWork; step++)
        {
            Assert.True(step < MaxQuietSteps, "The hub does not come to rest.");
            QuietStep();
            CheckRest();
        }
    }

    private bool HasWork => _running.Count > 0 || _runtime.ActivityCount > 0 || _rooms.Count > 0 || _runtime.NextTimer is not null
        || _model.Instances.Values.Any(static i => !i.IsFinished);

    private void QuietStep()
    {
        if (!IsAtRest)
        {
            TakeTurn();
            ExecuteTurn();
            Commit(_random.Next(1, 9), mayFail: false);
        }
        else if (_running.Count > 0 || _runtime.ActivityCount > 0)
        {
            StartActivity();
            FinishActivity();
        }
        else if (_rooms.Find(static r => r.Room.IsCompleted) is { } call)
        {
            ComeAgain(call);
        }
        else if (_model.Instances.Values.FirstOrDefault(static i => i.Status == OrchestrationRuntimeStatus.Suspended) is { } suspended)
        {
            Deliver("resume", suspended.Id, new ExecutionResumedEvent("go on") { Timestamp = _clock.Now });
        }
        else
        {
            var next = _runtime.NextTimer ?? _clock.Now;
            PassTime(next > _clock.Now ? next - _clock.Now : TimeSpan.Zero);
        }
    }

    private bool IsBusy(string id)
        => _model.HasInbox(id) || _taken.Exists(t => t.Turn.InstanceId == id) || _queue.Exists(t => t.Turn.InstanceId == id);

    private TaskHubOptions NextOptions()
    {
        var options = new TaskHubOptions
        {
            MaxIdleInstances = _random.Next(5),
            MaxIdleTime = TimeSpan.FromSeconds(_random.Next(1, 30)),
            MaxTimersInMemory = _random.Next(2) == 0 ? _random.Next(1, 8) : 20_000,
            MaxPendingCalls = _random.Next(3) == 0 ? _random.Next(1, 4) : 10_000,
            MaxQueuedActivities = _random.Next(3) == 0 ? _random.Next(1, 4) : 100_000,
            MaxGenerationsPerTurn = _random.Next(2, 6),
        };
        options.Limits.MaxHistoryEvents = _random.Next(4) == 0 ? _random.Next(10, 30) : 100_000;
        options.Versioning.Version = "5";
        options.Versioning.MatchStrategy = VersionMatchStrategy.CurrentOrOlder;
        options.Versioning.DefaultVersion = _random.Next(2) == 0 ? "1" : null;
        return options;
    }

    private T TakeAny<T>(List<T> list)
    {
        var index = _random.Next(list.Count);
        var taken = list[index];
        list.RemoveAt(index);
        return taken;
    }

    private static Guid GuidOf(long number) => new(0x5eed, 0, 0, BitConverter.GetBytes(number));
}
