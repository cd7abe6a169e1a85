using System.Text.Json;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Simulation;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Grpc.Tests.Simulation;

/// <content>What clients do and are promised, and what must be true once everything has ended.</content>
internal sealed partial class RemoteSimulation
{
    private readonly List<(string Id, HistoryEvent? Event, Task<DeliveryOutcome> Answer)> _calls = [];
    private int _events;

    private void Call()
    {
        var (id, now) = (ProgramSource.Ids[_random.Next(ProgramSource.Ids.Length)], _clock.GetUtcNow());
        switch (_random.Next(12))
        {
            case < 4: Start(id); break;
            case < 7:
                Deliver(id, new EventRaisedEvent(ProgramSource.Events[_random.Next(ProgramSource.Events.Length)], $"\"event {++_events}\"") { Timestamp = now });
                break;
            case 7: Deliver(id, new ExecutionSuspendedEvent("wait") { Timestamp = now }); break;
            case 8: Deliver(id, new ExecutionResumedEvent("go on") { Timestamp = now }); break;
            case 9: Deliver(id, new ExecutionTerminatedEvent("stop", Recurse: _random.Next(2) == 0) { Timestamp = now }); break;
            case 10: Deliver(id, new ExecutionRewoundEvent("repaired") { Timestamp = now }); break;
            default: Deliver(id, null); break;
        }
    }

    private void Start(string id)
    {
        var input = JsonSerializer.Serialize(_programs.Next(), JsonSerializerOptions.Web);
        var version = ProgramSource.Versions[_random.Next(ProgramSource.Versions.Length)];
        ExecutionStartedEvent started = new(ProgramOrchestrator.Name, input, NewGuid().ToString("N"))
        {
            Timestamp = _clock.GetUtcNow(),
            Version = version,
            ScheduledStartAt = _random.Next(5) == 0 ? _clock.GetUtcNow().AddSeconds(_random.Next(1, 300)) : null,
        };
        Deliver(id, started, [.. Enum.GetValues<OrchestrationRuntimeStatus>().Where(_ => _random.Next(3) == 0)]);
    }

    private void Deliver(string id, HistoryEvent? e, OrchestrationRuntimeStatus[]? replaceable = null)
    {
        var isLetIn = e is null
            ? _runtime.TryPurge(id, hasPlace: false, out var answer)
            : _runtime.TryDeliver(id, e, isSurelyNew: false, replaceable ?? [], hasPlace: false, out answer);
        if (isLetIn)
        {
            _calls.Add((id, e, answer));
        }
        else
        {
            Assert.IsType<ExecutionStartedEvent>(e);
            Seen.Add("no room for a start");
        }
    }

    private void CheckAnswers()
    {
        var told = _calls.Where(static c => c.Answer.IsCompleted).ToArray();
        _calls.RemoveAll(static c => c.Answer.IsCompleted);
        foreach (var (id, e, answer) in told)
        {
            if (answer.IsFaulted)
            {
                Assert.IsType<TaskHubBusyException>(answer.Exception!.InnerException);
                Assert.IsType<EventRaisedEvent>(e);
                Seen.Add("event refused: too many wait");
                continue;
            }

            var outcome = Of(answer);
            Seen.Add($"{(e is null ? "purge" : e.GetType().Name)}: {outcome}");
            var isReplaced = told.Any(c => c.Id == id && c.Event is ExecutionStartedEvent or null);
            if (e is EventRaisedEvent raised && outcome == DeliveryOutcome.Accepted && !isReplaced && _store.Load(id) is { Row.IsFinished: false } stored)
            {
                var durable = stored.History.Append(stored.Row.Waiting ?? []).SelectMany(HistoryCodec.Decode).OfType<EventRaisedEvent>();
                Assert.Contains(durable, d => d.Input == raised.Input);
            }
        }
    }

    // No more disasters and no more clients, but for whoever resumes what is suspended; and one worker that is always there.
    private void ComeToRest()
    {
        while (_workers.Count > 0)
        {
            _broker.Disconnect(_workers[^1].Stream);
            _workers.RemoveAt(_workers.Count - 1);
        }

        Settle();
        Connect(1_000);
        for (var step = 0; HasWork; step++)
        {
            Assert.True(step < MaxQuietSteps, "The hub does not come to rest.");
            QuietStep();
        }
    }

    private bool HasWork => _runtime.RunnableCount + _taken.Count + _queue.Count + _plays.Count + _runs.Count + _runtime.ActivityCount > 0
        || _runtime.NextTimer is not null
        || Open().Count > 0;

    private void QuietStep()
    {
        if (_runtime.RunnableCount + _taken.Count + _queue.Count > 0)
        {
            TakeTurn();
            ExecuteTurn();
            Commit(_random.Next(1, 9), mayFail: false);
        }
        else if (_runtime.ActivityCount > 0)
        {
            StartActivity();
        }
        else if (_workers[0].Hand.Count > 0)
        {
            Answer(TakeAny(_workers[0].Hand), mayMisbehave: false);
        }
        else if (Open().FirstOrDefault(static row => row.Status == OrchestrationRuntimeStatus.Suspended) is { } suspended)
        {
            Deliver(suspended.Id, new ExecutionResumedEvent("go on") { Timestamp = _clock.GetUtcNow() });
        }
        else
        {
            var next = _runtime.NextTimer ?? _clock.GetUtcNow() + WorkBroker.RefusalPause;
            PassTime(next > _clock.GetUtcNow() ? next - _clock.GetUtcNow() : TimeSpan.Zero);
        }
    }

    private IReadOnlyList<InstanceRow> Open() => _store.Query(
        new OrchestrationQuery([OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended]), long.MaxValue, 1_000);

    private void CheckEnd()
    {
        Assert.Equal((0, 0, 1), _broker.Figures);
        Assert.Equal(0, _runtime.QuestionCount);
        _clock.Pass(_options.MaxIdleTime);
        _runtime.EvictIdle();
        Assert.Equal((0, null), (_runtime.ResidentCount, _runtime.NextTimer));
        Assert.Empty(_store.Recover(1).Messages);
        foreach (var row in _store.Query(new OrchestrationQuery([]), long.MaxValue, 10_000))
        {
            var stored = _store.Load(row.Id)!;
            var end = stored.History.SelectMany(HistoryCodec.Decode).OfType<ExecutionCompletedEvent>().Single();
            Seen.Add($"ended {end.Status}{(end.Failure is { } failure ? $": {failure.ErrorType}" : "")}");
            if (end.Status != OrchestrationRuntimeStatus.Terminated && end.Failure?.ErrorType != EngineErrors.TurnTimeLimitExceeded) // the hub's own decisions
            {
                HistoryChecks.Check(stored, _registry, _options.Versioning);
            }
        }
    }
}
