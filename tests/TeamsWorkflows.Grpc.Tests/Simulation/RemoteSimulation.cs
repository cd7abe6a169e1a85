using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Simulation;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Grpc.Tests.Simulation;

/// <summary>A hub whose code runs in workers that come and go, on one thread, in the order that a seed dictates.</summary>
/// <remarks>
/// Engine and broker are the real ones, and so is the code that the workers play; what threads, connections and workers
/// could do in another order is a step of its own. The broker answers on the thread pool: a step waits for that, so that
/// the same seed is the same run. At the end the disasters stop, and everything that was started must come to an end that
/// its own history explains.
/// </remarks>
internal sealed partial class RemoteSimulation : IDisposable
{
    private const int MaxQuietSteps = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TurnTimeLimit = TimeSpan.FromSeconds(40);

    private readonly Random _random;
    private readonly CheckedStore _store = new(new InMemoryPartitionStore());
    private readonly SteppedClock _clock = new();
    private readonly TaskHubOptions _options;
    private readonly ProgramSource _programs;
    private readonly DurableTaskRegistry _registry = new DurableTaskRegistry(System.Text.Json.JsonSerializerOptions.Web)
        .AddOrchestrator(ProgramOrchestrator.Name, static () => new ProgramOrchestrator());

    private readonly OrchestrationExecutor _code;
    private readonly List<Turn> _taken = []; // not executed yet
    private readonly List<Turn> _queue = []; // executed, not durable yet
    private readonly List<Played> _plays = [];
    private readonly List<(ActivityWorkItem Item, Task<HistoryEvent?> Outcome)> _runs = [];
    private WorkBroker _broker = null!;
    private PartitionRuntime _runtime = null!;
    private long _guids;

    public RemoteSimulation(int seed)
    {
        _random = new Random(seed);
        _options = new TaskHubOptions
        {
            MaxIdleInstances = _random.Next(4),
            MaxIdleTime = TimeSpan.FromSeconds(_random.Next(1, 30)),
            MaxQueuedActivities = _random.Next(3) == 0 ? _random.Next(1, 6) : 100_000,
        };
        _options.Limits.MaxWaitingEvents = _random.Next(3) == 0 ? _random.Next(2, 5) : 10_000;
        _options.Versioning.Version = "5";
        _options.Versioning.MatchStrategy = VersionMatchStrategy.CurrentOrOlder;
        _programs = new ProgramSource(_random);
        _code = new OrchestrationExecutor(_registry, NullLoggerFactory.Instance, _options.Versioning);
        Recover();
    }

    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets everything an observer saw, in order.</summary>
    public List<string> Trace { get; } = [];

    public void Run()
    {
        for (var steps = _random.Next(100, 600); steps > 0; steps--)
        {
            Step();
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
            case < 23: StartActivity(); break;
            case < 30: Work(); break;
            case < 35: Call(); break;
            case 35: ComeOrGo(); break;
            case 36: PassTime(TimeSpan.FromSeconds(_random.Next(4) == 0 ? _random.Next(500) : _random.Next(1, 60))); break;
            case 37: Evict(); break;
            case 38: AnswerLate(); break;
            default: CrashPerhaps(); break;
        }
    }

    private void TakeTurn()
    {
        if (_runtime.TakeTurn() is { } turn)
        {
            Assert.DoesNotContain(_taken.Concat(_queue), t => t.InstanceId == turn.InstanceId);
            _taken.Add(turn);
        }
    }

    private void ExecuteTurn()
    {
        if (_taken.Count == 0)
        {
            return;
        }

        var turn = TakeAny(_taken);
        _runtime.Execute(turn);
        Settle();
        Trace.Add($"turn of {turn.InstanceId} reads {string.Join(", ", turn.Events.Select(static e => e.GetType().Name))}{(turn.Asks is null ? "" : " and asks")}");
        if (turn.HasCommand)
        {
            _queue.Insert(_random.Next(_queue.Count + 1), turn);
        }
        else
        {
            Tell([turn]);
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
        _store.Next = mayFail && _random.Next(40) == 0 ? (StoreFailure)_random.Next(1, 3) : StoreFailure.None;
        try
        {
            _store.Commit([.. batch.Select(static t => t.Command)]);
        }
        catch (IOException e)
        {
            _runtime.Fail(e);
            Crash("commit failed");
            return;
        }

        if (mayFail && _random.Next(40) == 0)
        {
            Crash("crash after the commit");
            return;
        }

        Tell(batch);
    }

    // What is durable is visible: callers are answered, workers are asked.
    private void Tell(IReadOnlyList<Turn> batch)
    {
        _runtime.Committed(batch);
        CheckAnswers();
        foreach (var asked in batch.Select(static t => t.Asks).OfType<OrchestratorWorkItem>())
        {
            Assert.DoesNotContain(_plays, p => p.Item.InstanceId == asked.InstanceId && !p.Item.IsWithdrawn); // one question at a time
            _plays.Add(new(asked, _broker.PlayAsync(asked, CancellationToken.None)));
            Seen.Add("asked");
        }

        Settle();
    }

    private void StartActivity()
    {
        if (_runtime.TakeActivity() is { } activity)
        {
            _runs.Add((activity, _broker.ExecuteAsync(activity, CancellationToken.None)));
            Settle();
        }
    }

    private void PassTime(TimeSpan time)
    {
        _clock.Pass(time);
        _runtime.FireTimers();
        Settle();
    }

    private void Evict()
    {
        var before = _plays.Count(static p => p.Item.IsLoaded);
        _runtime.EvictIdle();
        if (_plays.Count(static p => p.Item.IsLoaded) < before)
        {
            Seen.Add("left memory while a worker was asked");
        }
    }

    private void CrashPerhaps()
    {
        if (_random.Next(4) == 0)
        {
            Crash(_plays.Count > 0 ? "crash with questions out" : "crash");
        }
    }

    private void Crash(string how)
    {
        Seen.Add(how);
        Trace.Add(how);
        _broker.Stop();
        Recover();
    }

    private void Recover()
    {
        _taken.Clear();
        _queue.Clear();
        _plays.Clear();
        _runs.Clear();
        _calls.Clear();
        LoseAllWorkers();
        _broker = new WorkBroker(_clock, NewGuid, TurnTimeLimit);
        _runtime = new PartitionRuntime(_store, _registry, NullLoggerFactory.Instance, _clock, NewGuid, _options, isRemote: true);
    }

    // Takes everything that the broker has answered to the engine, in the order it was asked.
    private void Settle()
    {
        Drain();
        foreach (var play in _plays.Where(IsAnswered).ToArray())
        {
            var answer = Of(play.Answer);
            _plays.Remove(play);
            _runtime.Complete(play.Item, answer);
            if (play.Item.IsWithdrawn)
            {
                Seen.Add(play.Work is null ? "withdrawn before a worker had it" : "withdrawn when a worker had it");
            }
        }
    }

    private static bool IsAnswered(Played play) => play.IsTaken
        || (play.Item.IsWithdrawn && play.Work is not { Holder: not null })
        || play.Work is { OverrunCount: >= WorkBroker.MaxOverruns };

    private static T Of<T>(Task<T> task)
    {
#pragma warning disable VSTHRD002 // a thread of the run's own
        Assert.True(task.Wait(Patience), "The broker does not answer.");
        return task.Result;
#pragma warning restore VSTHRD002
    }

    private Guid NewGuid() => new(0x5eed, 0, 0, BitConverter.GetBytes(_guids++));

    private T TakeAny<T>(List<T> list)
    {
        var index = _random.Next(list.Count);
        var taken = list[index];
        list.RemoveAt(index);
        return taken;
    }

    private sealed class Played(OrchestratorWorkItem item, Task<OrchestratorResponse?> answer)
    {
        public OrchestratorWorkItem Item => item;

        public Task<OrchestratorResponse?> Answer => answer;

        /// <summary>Gets or sets what the broker made of it; null: no worker has had it.</summary>
        public Work? Work { get; set; }

        public bool IsTaken { get; set; }
    }
}
