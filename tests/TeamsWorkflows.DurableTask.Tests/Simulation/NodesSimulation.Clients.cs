using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Simulation.Model;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <content>What clients do and are promised, and what must be true at the end.</content>
internal sealed partial class NodesSimulation
{
    // Numbers of keys and messages are microseconds in 53 bits; programs that sleep for decades may outlive them.
    private const int LastYear = 2250;

    private static readonly string[] Instances = [.. ProgramSource.Ids, "f", "g", "h", "i", "j"];

    private readonly List<(SimulatedNode Node, string Id, HistoryEvent? Event, Task<DeliveryOutcome> Answer)> _calls = [];
    private int _events;

    private void Call()
    {
        var (id, now) = (Instances[_random.Next(Instances.Length)], _clock.Now);
        switch (_random.Next(10))
        {
            case < 5: Start(id); break;
            case < 7:
                Deliver(id, new EventRaisedEvent(ProgramSource.Events[_random.Next(ProgramSource.Events.Length)], $"\"event {++_events}\"") { Timestamp = now });
                break;
            case 7: Deliver(id, new ExecutionSuspendedEvent("wait") { Timestamp = now }); break;
            case 8: Deliver(id, new ExecutionResumedEvent("go on") { Timestamp = now }); break;
            default: Deliver(id, new ExecutionTerminatedEvent("stop", Recurse: _random.Next(2) == 0) { Timestamp = now }); break;
        }
    }

    private void Start(string id) => Deliver(
        id,
        new ExecutionStartedEvent(ProgramOrchestrator.Name, ModelContext.ToJson(_programs.Next()), NewGuid().ToString("N"))
        {
            Timestamp = _clock.Now,
            Version = ProgramSource.Versions[_random.Next(ProgramSource.Versions.Length)],
            ScheduledStartAt = _random.Next(5) == 0 ? _clock.Now.AddSeconds(_random.Next(1, 300)) : null,
        },
        [.. Enum.GetValues<OrchestrationRuntimeStatus>().Where(_ => _random.Next(3) == 0)]);

    private void Deliver(string id, HistoryEvent e, OrchestrationRuntimeStatus[]? replaceable = null)
    {
        if (_leases[PartitionOf(id)].Owner is { } owner)
        {
            Assert.True(owner.Runtime.TryDeliver(id, e, isSurelyNew: false, replaceable ?? [], hasPlace: false, out var answer));
            _calls.Add((owner, id, e, answer));
        }
    }

    private void CheckAnswers()
    {
        var told = _calls.Where(static c => c.Answer.IsCompleted).ToArray();
        _calls.RemoveAll(static c => c.Answer.IsCompleted);
        foreach (var (_, id, e, answer) in told)
        {
            if (answer.IsFaulted)
            {
                Assert.IsType<PartitionLostException>(answer.Exception!.InnerException);
                Seen.Add("caller told that the partition was lost");
                continue;
            }

#pragma warning disable VSTHRD002 // completed
            var outcome = answer.Result;
#pragma warning restore VSTHRD002
            Seen.Add($"{e!.GetType().Name}: {outcome}");
            if (e is EventRaisedEvent raised && outcome == DeliveryOutcome.Accepted
                && !told.Any(c => c.Id == id && c.Event is ExecutionStartedEvent) && _store.Load(id) is { Row.IsFinished: false } stored)
            {
                var durable = stored.History.Append(stored.Row.Waiting ?? []).SelectMany(HistoryCodec.Decode).OfType<EventRaisedEvent>();
                Assert.True(durable.Any(d => d.Input == raised.Input) || stored.History.SelectMany(HistoryCodec.Decode).First().Timestamp > raised.Timestamp, "An event was answered, and is not durable.");
            }
        }
    }

    private void ComeToRest()
    {
        for (var step = 0; HasWork(); step++)
        {
            Assert.True(step < MaxQuietSteps, "The hub does not come to rest.");
            QuietStep();
            if (_clock.Now.Year >= LastYear)
            {
                return;
            }
        }

        CheckEnd();
    }

    private bool HasWork() => _leases.Any(static l => l.Owner is null)
        || _mail.Any(static m => m.Count > 0)
        || _nodes.Exists(static n => n.Runtime.RunnableCount + n.Taken.Count + n.Queue.Count + n.Running.Count + n.Runtime.ActivityCount > 0 || n.Runtime.NextTimer is not null)
        || Open().Count > 0;

    private void QuietStep()
    {
        AcquireFree();
        for (var p = 0; p < Partitions; p++)
        {
            BringMail(p);
        }

        if (_nodes.Find(static n => n.Runtime.RunnableCount + n.Taken.Count + n.Queue.Count > 0) is { } busy)
        {
            TakeTurn(busy);
            ExecuteTurn(busy);
            Commit(busy, _random.Next(1, 9), mayFail: false);
        }
        else if (_nodes.Find(static n => n.Running.Count + n.Runtime.ActivityCount > 0) is { } working)
        {
            StartActivity(working);
            FinishActivity(working);
        }
        else if (_leases.All(static l => l.Owner is not null))
        {
            Wake();
        }
    }

    private void Wake()
    {
        // A node that was robbed and has nothing to commit finds out by its own clock.
        foreach (var node in _nodes)
        {
            foreach (var tenure in node.Tenures.Current.Where(t => _leases[t.Partition].Fence != t.Fence).ToArray())
            {
                Seen.Add("stale tenure ended by its own clock");
                End(node, tenure);
            }
        }

        if (Open().FirstOrDefault(static row => row.Status == OrchestrationRuntimeStatus.Suspended) is { } suspended)
        {
            Deliver(suspended.Id, new ExecutionResumedEvent("go on") { Timestamp = _clock.Now });
            return;
        }

        var next = _nodes.Select(static n => n.Runtime.NextTimer).Min() ?? _clock.Now;
        PassTime(next > _clock.Now ? next - _clock.Now : TimeSpan.Zero);
    }

    private IReadOnlyList<InstanceRow> Open() => _store.Query(
        new OrchestrationQuery([OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended]), long.MaxValue, 1_000);

    private void CheckEnd()
    {
        Seen.Add("everything ended");
        Assert.Empty(_store.Recover(1).Messages);
        foreach (var row in _store.Query(new OrchestrationQuery([]), long.MaxValue, 10_000))
        {
            Seen.Add($"ended {row.Status}");
            HistoryChecks.Check(_store.Load(row.Id)!, _registry, _options.Versioning);
        }
    }
}
