using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Tests.Simulation.Model;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <content>What clients and operators do, and what they were promised.</content>
internal sealed partial class SimulatedHub
{
    private static readonly OrchestrationRuntimeStatus[] Finished =
    [
        OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
    ];

    private readonly List<(string What, Task<DeliveryOutcome> Answer)> _calls = [];
    private readonly List<WaitingCall> _rooms = [];
    private readonly List<(string Id, bool ForStart, Task<OrchestrationMetadata> Told)> _waits = [];

    private int _newIds;

    private void Call()
    {
        var now = _clock.Now;
        switch (_random.Next(16))
        {
            case < 5: Start(); break;
            case < 8:
                var name = ProgramSource.Events[_random.Next(ProgramSource.Events.Length)];
                Deliver("raise", AnyId(OrchestrationRuntimeStatus.Running), new EventRaisedEvent(name, $"\"{_guids}\"") { Timestamp = now });
                break;
            case 8: Deliver("suspend", AnyId(), new ExecutionSuspendedEvent("wait") { Timestamp = now }); break;
            case 9: Deliver("resume", AnyId(), new ExecutionResumedEvent("go on") { Timestamp = now }); break;
            case 10: Deliver("terminate", AnyId(), new ExecutionTerminatedEvent("stop", Recurse: _random.Next(2) == 0) { Timestamp = now }); break;
            case < 13: Deliver("rewind", AnyId(OrchestrationRuntimeStatus.Failed), new ExecutionRewoundEvent("repaired") { Timestamp = now }); break;
            case 13: Deliver("purge", AnyId(), null); break;
            case 14: Restart(); break;
            default: Wait(); break;
        }
    }

    private void Start()
    {
        var isNew = _random.Next(4) == 0;
        var id = isNew ? NewId() : ProgramSource.Ids[_random.Next(ProgramSource.Ids.Length)];
        var replaceable = Enum.GetValues<OrchestrationRuntimeStatus>().Where(_ => _random.Next(3) == 0).ToArray();
        Deliver("start", id, Started(ProgramOrchestrator.Name, ModelContext.ToJson(_programs.Next()), NextVersion()) with
        {
            ScheduledStartAt = _random.Next(4) == 0 ? _clock.Now.AddSeconds(_random.Next(-10, 500)) : null,
            Tags = _random.Next(3) == 0 ? new([new("team", $"{_random.Next(3)}")]) : ValueMap<string>.Empty,
        }, isNew, replaceable);
    }

    private string? NextVersion() => ProgramSource.Versions[_random.Next(ProgramSource.Versions.Length)] ?? _options.Versioning.DefaultVersion;

    private void Restart()
    {
        if (_model.Instances.GetValueOrDefault(AnyId()) is { } old)
        {
            var isNew = _random.Next(2) == 0;
            var start = Started(old.Started.Name, old.Started.Input, old.Started.Version) with { Tags = old.Started.Tags };
            Deliver(isNew ? "restart as new" : "restart", isNew ? NewId() : old.Id, start, isNew, Finished);
        }
    }

    private string NewId() => $"n{++_newIds}";

    private ExecutionStartedEvent Started(string name, string? input, string? version)
        => new(name, input, GuidOf(_guids++).ToString("N")) { Timestamp = _clock.Now, Version = version };

    private void Deliver(
        string what,
        string id,
        HistoryEvent? e,
        bool isSurelyNew = false,
        IReadOnlyCollection<OrchestrationRuntimeStatus>? replaceable = null,
        bool hasPlace = false)
    {
        var isStart = e is ExecutionStartedEvent;
        var hasRoom = hasPlace || HasRoom(isStart);
        var isLetIn = e is null
            ? _runtime.TryPurge(id, hasPlace, out var answer)
            : _runtime.TryDeliver(id, e, isSurelyNew, replaceable ?? [], hasPlace, out answer);
        Same.Values($"{what} of {id} is let in", hasRoom, isLetIn);
        Trace.Add($"{what} {id}: {(isLetIn ? "let in" : "no room")}");
        if (isLetIn)
        {
            _calls.Add((what, answer));
            _model.Arrive(id, new Arrival(e) { Answer = answer, Replaceable = replaceable ?? [] });
            return;
        }

        var patience = new CancellationTokenSource();
        var room = _runtime.RoomAsync(isStart, patience.Token);
        Assert.False(room.IsCompleted);
        _rooms.Add(new(isStart, room, patience, () => Deliver(what, id, e, isSurelyNew, replaceable, hasPlace: true)));
        Seen.Add(isStart ? "no room for a start" : "no room for a call");
    }

    // A place is taken by a call without an answer, and by a caller who was given one and has not come yet.
    private bool HasRoom(bool isStart)
        => _calls.Count(static c => !c.Answer.IsCompleted) + _rooms.Count(static r => r.Room.IsCompleted) < _options.MaxPendingCalls
            && !_rooms.Exists(r => !r.Room.IsCompleted && (isStart || !r.IsStart))
            && !(isStart && _runtime.ActivityCount >= _options.MaxQueuedActivities);

    // Of those who wait for the same, whoever came first is let in first.
    private void CheckRooms()
    {
        foreach (var line in _rooms.ToLookup(static r => r.IsStart))
        {
            Assert.DoesNotContain(line.SkipWhile(static r => r.Room.IsCompleted), static r => r.Room.IsCompleted);
        }
    }

    private void GiveUpOrComeAgain()
    {
        if (_rooms.Count == 0)
        {
            return;
        }

        var call = _rooms[_random.Next(_rooms.Count)];
        if (call.Room.IsCompleted)
        {
            ComeAgain(call);
        }
        else if (_random.Next(3) == 0)
        {
            call.Patience.Cancel();
            _rooms.Remove(call);
            Seen.Add("gave up waiting for room");
        }
    }

    private void ComeAgain(WaitingCall call)
    {
        _rooms.Remove(call);
        call.Again();
        Seen.Add("came again");
    }

    private sealed record WaitingCall(bool IsStart, Task Room, CancellationTokenSource Patience, Action Again);

    // Only where there is an instance: otherwise the hub has to be asked first, and the answer comes on another thread.
    private void Wait()
    {
        var (id, forStart) = (AnyId(), _random.Next(2) == 0);
        if (_model.Instances.ContainsKey(id))
        {
            _waits.Add((id, forStart, _runtime.WaitAsync(id, forStart, CancellationToken.None)));
        }
    }

    private string AnyId(OrchestrationRuntimeStatus mostly)
    {
        var such = _model.Instances.Values.Where(i => i.Status == mostly).ToArray();
        return such.Length == 0 || _random.Next(4) == 0 ? AnyId() : such[_random.Next(such.Length)].Id;
    }

    private string AnyId()
    {
        var known = _model.Instances.Count;
        return known == 0 || _random.Next(4) == 0
            ? ProgramSource.Ids[_random.Next(ProgramSource.Ids.Length)]
            : _model.Instances.Keys.ElementAt(_random.Next(known));
    }
}
