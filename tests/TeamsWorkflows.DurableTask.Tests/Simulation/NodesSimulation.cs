using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>Several nodes over one store, on one thread: partitions move, are taken away unnoticed, nodes die, mail is late.</summary>
/// <remarks>
/// The runtimes are the real ones; the store is the reference, with what <c>NodeStore</c> adds: a commit proves the fences
/// of all partitions of its node, one that is stale ends those tenures, one whose outcome is unknown ends all of them. A
/// message to another node lies in the receiver's mail until somebody brings it, or a takeover reads it. At the end the
/// disasters stop, and everything must come to an end that its own history explains.
/// </remarks>
internal sealed partial class NodesSimulation : IDisposable
{
    private const int Partitions = 4;
    private const int MaxQuietSteps = 40_000;

    private readonly Random _random;
    private readonly CheckedStore _store = new(new InMemoryPartitionStore());
    private readonly SimulatedClock _clock = new();
    private readonly TaskHubOptions _options = new() { MaxIdleInstances = 2 };
    private readonly ProgramSource _programs;
    private readonly DurableTaskRegistry _registry = SimulatedHub.Registry();
    private readonly List<SimulatedNode> _nodes = [];
    private readonly (SimulatedNode? Owner, long Fence)[] _leases = new (SimulatedNode?, long)[Partitions];
    private readonly List<StoredMessage>[] _mail = [.. Enumerable.Range(0, Partitions).Select(static _ => new List<StoredMessage>())];
    private readonly HashSet<(Tenure Tenure, string ExecutionId, int TaskId)> _started = [];
    private readonly HashSet<(string ExecutionId, int TaskId)> _everStarted = [];
    private long _guids;
    private int _names;

    public NodesSimulation(int seed)
    {
        _random = new Random(seed);
        _options.Versioning.Version = "5";
        _options.Versioning.MatchStrategy = VersionMatchStrategy.CurrentOrOlder;
        _programs = new ProgramSource(_random);
        Join();
        Join();
    }

    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    public List<string> Trace { get; } = [];

    public void Run()
    {
        for (var steps = _random.Next(200, 900); steps > 0; steps--)
        {
            Step(_nodes[_random.Next(_nodes.Count)]);
        }

        ComeToRest();
    }

    public void Dispose() => _store.Dispose();

    private void Step(SimulatedNode node)
    {
        switch (_random.Next(60))
        {
            case < 14: TakeTurn(node); break;
            case < 26: ExecuteTurn(node); break;
            case < 36: Commit(node, _random.Next(1, 4), mayFail: true); break;
            case < 40: StartActivity(node); break;
            case < 44: FinishActivity(node); break;
            case < 49: Call(); break;
            case < 53: BringMail(_random.Next(Partitions)); break;
            case < 55: AcquireFree(); break;
            case 55: PassTime(TimeSpan.FromSeconds(_random.Next(1, 200))); break;
            case 56: Leave(_random.Next(Partitions)); break;
            case 57: Steal(_random.Next(Partitions)); break;
            case 58: node.Runtime.EvictIdle(); break;
            default: DieOrJoin(node); break;
        }
    }

    private static void TakeTurn(SimulatedNode node)
    {
        if (node.Runtime.TakeTurn() is { } turn)
        {
            node.Taken.Add(turn);
        }
    }

    private void ExecuteTurn(SimulatedNode node)
    {
        if (node.Taken.Count == 0)
        {
            return;
        }

        var turn = TakeAny(node.Taken);
        node.Runtime.Execute(turn);
        Trace.Add($"{node.Name}: {turn.InstanceId} reads {string.Join(", ", turn.Events.Select(static e => e.GetType().Name))}");
        if (turn.HasCommand)
        {
            node.Queue.Insert(_random.Next(node.Queue.Count + 1), turn);
        }
        else
        {
            Tell(node, [turn]);
        }
    }

    // As NodeStore does it: what is over is left out, stale fences end their tenures, and the rest is written once more.
    private void Commit(SimulatedNode node, int maxBatch, bool mayFail)
    {
        var batch = node.Queue.Take(maxBatch).ToArray();
        node.Queue.RemoveRange(0, batch.Length);
        while (batch.Any(static t => t.Command.Tenure is { IsOver: false }))
        {
            var stale = node.Tenures.Current.Where(t => _leases[t.Partition].Fence != t.Fence).ToArray();
            if (stale.Length == 0)
            {
                Write(node, [.. batch.Select(static t => t.Command).Where(static c => c.Tenure is { IsOver: false })], mayFail);
                break;
            }

            Seen.Add("stale fence refused");
            Array.ForEach(stale, t => End(node, t));
        }

        Tell(node, batch);
    }

    private void Write(SimulatedNode node, IReadOnlyList<StoreCommand> valid, bool mayFail)
    {
        var proved = node.Tenures.Current;
        _store.Next = mayFail && _random.Next(40) == 0 ? (StoreFailure)_random.Next(1, 3) : StoreFailure.None;
        var failure = _store.Next;
        try
        {
            _store.Commit(valid);
        }
        catch (IOException)
        {
            Seen.Add($"commit failed: {failure}");
            if (failure == StoreFailure.AnswerLost)
            {
                Post(valid);
            }

            foreach (var tenure in proved)
            {
                End(node, tenure);
            }

            return;
        }

        Post(valid);
    }

    // What is not handed over in memory has to be brought.
    private void Post(IReadOnlyList<StoreCommand> commands)
    {
        var sent = commands.SelectMany(static c => c is CommitTurn turn ? turn.Sent : ((RefuseMessages)c).Sent);
        foreach (var message in sent.Where(static m => m.Receiver is not { IsOver: false }))
        {
            _mail[PartitionOf(message.InstanceId)].Add(message);
        }
    }

    private void BringMail(int partition)
    {
        var mail = _mail[partition];
        if (mail.Count > 0 && _leases[partition].Owner is { } owner && owner.TenureOf(partition) is { IsLeaving: false })
        {
            var brought = mail.Take(_random.Next(1, mail.Count + 1)).ToArray();
            mail.RemoveRange(0, brought.Length);
            owner.Runtime.Deliver(brought);
            Seen.Add("message from another node");
        }
    }

    private void Tell(SimulatedNode node, IReadOnlyList<Turn> batch)
    {
        node.Runtime.Committed(batch);
        CheckAnswers();
        Settle();
    }

    private void StartActivity(SimulatedNode node)
    {
        if (node.Runtime.TakeActivity() is { } activity)
        {
            Assert.True(_started.Add((activity.Tenure!, activity.ExecutionId, activity.Scheduled.EventId)), "An activity was started twice in one tenure.");
            Seen.Add(_everStarted.Add((activity.ExecutionId, activity.Scheduled.EventId)) ? "activity started" : "activity ran again elsewhere, or later");
            node.Running.Add(activity);
        }
    }

    private void FinishActivity(SimulatedNode node)
    {
        if (node.Running.Count == 0)
        {
            return;
        }

        var activity = TakeAny(node.Running);
        var id = activity.Scheduled.EventId;
        if (activity.Tenure!.IsOver && _random.Next(2) == 0)
        {
            node.Runtime.Abandon(activity); // it was cancelled in time
            return;
        }

        node.Runtime.Complete(activity, _random.Next(5) == 0
            ? new TaskFailedEvent(id, new("Graph.Throttled", "429")) { Timestamp = _clock.Now }
            : new TaskCompletedEvent(id, $"\"done {id}\"") { Timestamp = _clock.Now });
        Settle();
    }

    private void PassTime(TimeSpan time)
    {
        _clock.Pass(time);
        _nodes.ForEach(static n => n.Runtime.FireTimers());
    }

    // A node that leaves a partition keeps it until nothing of it is on its way there.
    private void Settle()
    {
        for (var p = 0; p < Partitions; p++)
        {
            if (_leases[p].Owner is { } owner && owner.TenureOf(p) is null)
            {
                _leases[p].Owner = null;
                Seen.Add("partition given back");
            }
        }
    }

    private void End(SimulatedNode node, Tenure tenure)
    {
        node.Runtime.End(tenure, new PartitionLostException("lost", [tenure.Partition]));
        Settle();
    }

    private static int PartitionOf(string instanceId) => InstancePartition.Of(instanceId, Partitions);

    private T TakeAny<T>(List<T> list)
    {
        var index = _random.Next(list.Count);
        var taken = list[index];
        list.RemoveAt(index);
        return taken;
    }

    private Guid NewGuid() => new(0x5eed, 0, 0, BitConverter.GetBytes(_guids++));

    private sealed record SimulatedNode(string Name, Tenures Tenures, PartitionRuntime Runtime)
    {
        public List<Turn> Taken { get; } = [];

        public List<Turn> Queue { get; } = [];

        public List<ActivityWorkItem> Running { get; } = [];

        public Tenure? TenureOf(int partition) => Tenures.Current.FirstOrDefault(t => t.Partition == partition);
    }
}
