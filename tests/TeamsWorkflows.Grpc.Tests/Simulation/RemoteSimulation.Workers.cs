using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Grpc.Tests.Simulation;

/// <content>Workers elsewhere: they play, are lost in mid-work, answer late, twice or in parts, and give work back.</content>
internal sealed partial class RemoteSimulation
{
    private readonly List<SimulatedWorker> _workers = [];
    private readonly List<Handout> _late = []; // what lost workers still think is theirs
    private readonly HashSet<Work> _done = [];

    private void ComeOrGo()
    {
        if (_workers.Count < 3 && _random.Next(2) == 0)
        {
            Connect(_random.Next(1, 4));
        }
        else if (_workers.Count > 0)
        {
            var lost = TakeAny(_workers);
            _broker.Disconnect(lost.Stream);
            Seen.Add(lost.Hand.Exists(static h => h.Work.Turn is not null) ? "worker lost in mid-turn"
                : lost.Hand.Count > 0 ? "worker lost in mid-activity" : "worker lost");
            _late.AddRange(lost.Hand);
            Settle();
        }
    }

    private void Connect(int concurrency)
    {
        SimulatedWorker worker = new(new WorkerStream(new WorkFilter(null), concurrency, concurrency));
        _workers.Add(worker);
        _broker.Connect(worker.Stream);
        Settle();
    }

    private void LoseAllWorkers()
    {
        _late.Clear(); // their tokens are of a broker that is gone
        _workers.Clear();
        _done.Clear();
    }

    // What is on its way to a worker is there: the simulation has no network, but for workers that do not answer.
    private void Drain()
    {
        foreach (var worker in _workers)
        {
            while (worker.Stream.Outgoing.TryRead(out var handout))
            {
                worker.Hand.Add(handout);
                if (_plays.Find(p => p.Item == handout.Work.Turn) is { } play)
                {
                    play.Work = handout.Work;
                }
            }
        }
    }

    private void Work()
    {
        if (_workers.Count == 0)
        {
            return;
        }

        var worker = _workers[_random.Next(_workers.Count)];
        if (worker.Hand.Count > 0)
        {
            Answer(TakeAny(worker.Hand), mayMisbehave: true);
        }
    }

    private void Answer(Handout handout, bool mayMisbehave)
    {
        var (work, token) = handout;
        var isCurrent = work.Holder is not null && work.Token == token && !_done.Contains(work);
        var mood = mayMisbehave ? _random.Next(12) : 99;
        if (mood == 0)
        {
            Same("an abandoned item", isCurrent, _broker.TryAbandon(token, work.Key.Kind));
            Seen.Add("abandoned");
        }
        else if (mood == 1 && work.Turn is not null)
        {
            Same("an item asked for in another form", isCurrent, _broker.TryAskAgain(token, WorkKind.Turn));
            Seen.Add("asked for once more");
        }
        else if (work.Turn is { } item)
        {
            Play(item, handout, isCurrent, mood);
        }
        else
        {
            Run(work.Activity!, handout, isCurrent);
        }

        Settle();
    }

    private void Play(OrchestratorWorkItem item, Handout handout, bool isCurrent, int mood)
    {
        var wasLoaded = item.IsLoaded;
        if (item.Read() is not { } turn)
        {
            Assert.True(item.IsWithdrawn);
            Complete(handout, isCurrent, null);
            return;
        }

        if (!isCurrent)
        {
            Seen.Add("stale answer refused");
            Assert.False(_broker.TryComplete(handout.Token, WorkKind.Turn, new OrchestratorResponse(item.InstanceId, [], null)));
            Assert.Null(_broker.Find(handout.Token));
            return;
        }

        Seen.Add(wasLoaded ? "played from memory" : "played from disk");
        var read = mood == 2 && turn.New.Count > 2 ? _random.Next(2, turn.New.Count) : turn.New.Count;
        Seen.Add(read < turn.New.Count ? "answer to a part of what was asked" : "answer to all");
        var response = _code.Execute(new(item.InstanceId, turn.Past, [.. turn.New.Take(read)])) with
        {
            EventsProcessed = read < turn.New.Count ? read : null,
        };
        Trace.Add($"{item.InstanceId} is played: {string.Join(", ", response.Actions.Select(static a => a.GetType().Name))}");
        Seen.Add(response.Actions is [CompleteOrchestrationAction { Status: OrchestrationRuntimeStatus.ContinuedAsNew }] ? "continued as new" : "answered");
        Complete(handout, isCurrent, response);
    }

    private void Run(ActivityWorkItem activity, Handout handout, bool isCurrent)
    {
        var (id, now) = (activity.Scheduled.EventId, _clock.GetUtcNow());
        HistoryEvent outcome = _random.Next(5) == 0
            ? new TaskFailedEvent(id, new("Graph.Throttled", "429")) { Timestamp = now }
            : new TaskCompletedEvent(id, $"\"done {id}\"") { Timestamp = now };
        if (Complete(handout, isCurrent, outcome))
        {
            var run = _runs.Find(r => r.Item == activity);
            _runs.Remove(run);
            Assert.Same(outcome, Of(run.Outcome));
            _runtime.Complete(activity, outcome);
            Seen.Add("activity finished");
        }
    }

    private bool Complete(Handout handout, bool isCurrent, object? answer)
    {
        var (work, token) = handout;
        var isTaken = _broker.TryComplete(token, work.Key.Kind, answer);
        Same("an answer", isCurrent, isTaken);
        if (!isTaken)
        {
            Seen.Add("stale answer refused");
            return false;
        }

        Assert.True(_done.Add(work), "Two answers to one piece of work were taken.");
        Assert.False(_broker.TryComplete(token, work.Key.Kind, answer), "The same answer was taken twice.");
        if (_plays.Find(p => p.Item == work.Turn) is { } play)
        {
            play.IsTaken = true;
        }

        return true;
    }

    private void AnswerLate()
    {
        if (_late.Count > 0)
        {
            var late = TakeAny(_late);
            Assert.False(_broker.TryComplete(late.Token, late.Work.Key.Kind, new OrchestratorResponse("late", [], null)));
            Assert.False(_broker.TryAbandon(late.Token, late.Work.Key.Kind));
            Seen.Add("late answer of a lost worker refused");
        }
    }

    private static void Same(string what, bool expected, bool actual) => Assert.True(expected == actual, $"{what} was {(actual ? "taken" : "refused")}");

    private sealed record SimulatedWorker(WorkerStream Stream)
    {
        public List<Handout> Hand { get; } = [];
    }
}
