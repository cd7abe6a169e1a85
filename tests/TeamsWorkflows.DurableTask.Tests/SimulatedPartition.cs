using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>Drives a <see cref="PartitionRuntime"/> by hand; a crash throws it away and recovers from the store.</summary>
internal sealed class SimulatedPartition
{
    private const int QuietFrom = 300; // later steps call nobody who is not expecting it, so that only timers and recovery help

    private static readonly (string Name, string Input)[] Workflows =
    [
        ("Post", "\"m\""), ("Parent", "\"m\""), ("Counter", "0"), ("Fan", "5"), ("Generations", "\"first\""), ("Child", "\"later\""),
    ];

    private readonly Random _random;
    private readonly IPartitionStore _store;
    private readonly FakeTimeProvider _time = new();
    private readonly DurableTaskRegistry _registry = SampleWorkflows.Registry();
    private readonly Queue<Turn> _queued = new(); // executed, not durable yet
    private readonly List<ActivityWorkItem> _running = [];
    private readonly HashSet<string> _everRun = new(StringComparer.Ordinal);
    private readonly List<(Task<DeliveryOutcome> Answer, string InstanceId, HistoryEvent Event)> _calls = [];
    private readonly List<string> _trace = [];
    private PartitionRuntime _runtime;
    private int _step;

    public SimulatedPartition(int seed, IPartitionStore store)
    {
        (_random, _store) = (new Random(seed), store);
        _runtime = Recover();
    }

    /// <returns>Everything an observer saw, in order.</returns>
    public List<string> Run()
    {
        for (_step = 0; !IsFinished(); _step++)
        {
            Assert.True(_step < 20_000, "The partition does not make progress.");
            Step();
        }

        AssertNothingIsLeftOpen();

        for (var i = 0; i < Workflows.Length; i++)
        {
            Check($"i{i}", (Workflows[i].Name, Workflows[i].Input));
        }

        return _trace;
    }

    private void Step()
    {
        switch (_random.Next(12))
        {
            case 0 or 1 or 2: ExecuteTurn(); break;
            case 3 or 4 or 5: Commit(_random.Next(1, 4)); break;
            case 6 or 7: StartActivity(); break;
            case 8: FinishActivity(); break;
            case 9: Call(); break;
            case 10: PassTime(); break;
            default: Crash(); break;
        }
    }

    private void ExecuteTurn()
    {
        if (_runtime.TakeTurn() is { } turn)
        {
            _runtime.Execute(turn);
            if (turn.HasCommand)
            {
                _queued.Enqueue(turn);
            }
            else
            {
                _runtime.Committed([turn]);
            }
        }
    }

    private void Commit(int maxBatch)
    {
        List<Turn> batch = [];
        while (batch.Count < maxBatch && _queued.TryDequeue(out var turn))
        {
            batch.Add(turn);
        }

        if (batch.Count == 0)
        {
            return;
        }

        _store.Commit([.. batch.Select(t => t.Command)]);
        if (_random.Next(20) == 0)
        {
            _trace.Add("crash after the commit"); // durable, and nobody was told
            _runtime = Recover();
            return;
        }

        _runtime.Committed(batch);
        foreach (var call in _calls.Where(c => c.Answer.IsCompleted))
        {
            _trace.Add(Answer(call.Answer) ? "answered true" : "answered false");
            if (Answer(call.Answer))
            {
                Assert.Contains(call.Event, History(call.InstanceId)); // answered means durable
            }
        }

        _calls.RemoveAll(static c => c.Answer.IsCompleted);
    }

    private void StartActivity()
    {
        if (_runtime.TakeActivity() is { } activity)
        {
            if (activity.InstanceId == "i4" && Started("i4")?.ExecutionId != activity.ExecutionId)
            {
                _trace.Add("activity of an earlier generation");
                _running.Add(activity);
                return;
            }

            var scheduled = History(activity.InstanceId).OfType<TaskScheduledEvent>();
            Assert.Contains(activity.Scheduled.EventId, scheduled.Select(static s => s.EventId)); // durable before visible
            _running.Add(activity);
            if (!_everRun.Add($"{activity.InstanceId}#{activity.Scheduled.EventId}"))
            {
                _trace.Add("activity ran again");
            }
        }
    }

    private void FinishActivity()
    {
        if (_running.Count > 0)
        {
            var index = _random.Next(_running.Count);
            var (activity, now) = (_running[index], _time.GetUtcNow());
            _running.RemoveAt(index);
            var id = activity.Scheduled.EventId;
            var isUnforgiving = activity.InstanceId is "i3" or "i4" or "i5"; // no retries there
            _runtime.Complete(activity, !isUnforgiving && _random.Next(4) == 0
                ? new TaskFailedEvent(id, new("Graph.Throttled", "429")) { Timestamp = now }
                : new TaskCompletedEvent(id, activity.InstanceId == "i4" ? activity.Scheduled.Input : "\"ok\"") { Timestamp = now });
        }
    }

    private void Call()
    {
        var (i, now) = (_random.Next(Workflows.Length), _time.GetUtcNow());
        var isRestarting = i is 2 or 4; // continue-as-new forgets events by design
        if (_step > QuietFrom && !isRestarting && _store.Load($"i{i}") is not null)
        {
            return;
        }

        HistoryEvent call = (_random.Next(3), i) switch
        {
            (0, _) => Start(i, now),
            (_, 2) => new EventRaisedEvent("add", "1") { Timestamp = now },
            (_, 4) => new EventRaisedEvent("next", null) { Timestamp = now },
            _ => new EventRaisedEvent("approval", _random.Next(2) == 0 ? "true" : "false") { Timestamp = now },
        };
        Assert.True(_runtime.TryDeliver($"i{i}", call, isSurelyNew: false, [], out var answer));
        if (!isRestarting)
        {
            _calls.Add((answer, $"i{i}", call));
        }
    }

    private ExecutionStartedEvent Start(int i, DateTimeOffset now) => new(
        Workflows[i].Name, Workflows[i].Input, NewGuid().ToString("N"))
    {
        ScheduledStartAt = i == 5 ? now.AddSeconds(300) : null,
        Timestamp = now,
    };

    private Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private void PassTime()
    {
        _time.Advance(TimeSpan.FromSeconds(_random.Next(1, 120)));
        _runtime.FireTimers();
        var before = _runtime.ResidentCount;
        _runtime.EvictIdle();
        if (_runtime.ResidentCount < before)
        {
            _trace.Add("evicted");
        }
    }

    private void Crash()
    {
        if (_random.Next(6) == 0)
        {
            _trace.Add(_queued.Count > 0 ? "crash before the commit" : "crash");
            _runtime = Recover();
        }
    }

    private PartitionRuntime Recover()
    {
        _queued.Clear();
        _running.Clear();
        _calls.Clear();
        _store.Dispose();
        return new PartitionRuntime(
            _store, _registry, NullLoggerFactory.Instance, _time, NewGuid, new TaskHubOptions { MaxIdleInstances = 2 });
    }

    private void AssertNothingIsLeftOpen()
    {
        _runtime = Recover();
        while (_runtime.RunnableCount > 0)
        {
            ExecuteTurn();
            Commit(maxBatch: 1);
        }

        _runtime = Recover();
        Assert.Equal((0, 0, null), (_runtime.RunnableCount, _runtime.ActivityCount, _runtime.NextTimer));
    }

    private void Check(string id, (string Name, string Input) workflow)
    {
        var end = OrchestrationMetadata.From(_store.Load(id)!);
        _trace.Add(end.Status == OrchestrationRuntimeStatus.Failed ? "Failed" : $"{end.Status} {end.Output}");

        HistoryEvent[] history = [.. History(id)];
        if (Started(id)!.ScheduledStartAt is { } startAt)
        {
            Assert.True(history[0].Timestamp >= startAt, "A scheduled start came too early.");
        }

        Assert.Single(history.OfType<ExecutionStartedEvent>());
        Assert.Single(history.OfType<ExecutionCompletedEvent>());
        Assert.Equal(workflow.Name, end.Name);
        var scheduled = history.OfType<TaskScheduledEvent>().Select(e => e.EventId).ToArray();
        Assert.Equal(scheduled.Length, scheduled.Distinct().Count());
        Assert.True(history.OfType<TaskCompletedEvent>().Select(e => e.TaskScheduledId).All(scheduled.Contains));

        // The live replay decided what a fresh replay of the same history decides.
        var last = Array.FindLastIndex(history, static e => e is OrchestratorStartedEvent);
        var again = new OrchestrationExecutor(_registry, NullLoggerFactory.Instance).Execute(
            new(id, history[..last], [.. history[last..].TakeWhile(static e => e is not ExecutionCompletedEvent)]));
        var decided = again.Actions.OfType<CompleteOrchestrationAction>().Single();
        Assert.Equal((end.Status, end.Output), (decided.Status, decided.Result));
        _trace.AddRange(history.Select(static e => e.ToString()));
    }

    private IEnumerable<HistoryEvent> History(string id) => _store.Load(id) is not { } stored ? []
        : stored.Row.Waiting is { } waiting ? HistoryCodec.Decode(waiting)
        : stored.History.SelectMany(HistoryCodec.Decode);

    private ExecutionStartedEvent? Started(string id) => History(id).OfType<ExecutionStartedEvent>().SingleOrDefault();

    private bool IsFinished() => Enumerable.Range(0, Workflows.Length).All(i => _store.Load($"i{i}") is { Row.IsFinished: true });

#pragma warning disable VSTHRD002 // completed
    private static bool Answer(Task<DeliveryOutcome> answer) => answer.Result == DeliveryOutcome.Accepted;
#pragma warning restore VSTHRD002
}
