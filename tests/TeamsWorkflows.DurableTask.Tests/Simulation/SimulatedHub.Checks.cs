using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Simulation.Model;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <content>Where hub, store and model are held against each other.</content>
internal sealed partial class SimulatedHub
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HashSet<(string ExecutionId, int TaskId)> _scheduled = []; // durable at some time
    private readonly HashSet<(string ExecutionId, int TaskId)> _started = []; // since the last recovery
    private readonly HashSet<(string ExecutionId, int TaskId)> _everStarted = [];

    private bool IsAtRest => _runtime.RunnableCount == 0 && _taken.Count == 0 && _queue.Count == 0;

    private static void Check(Turn turn, ModelTurn expected)
    {
        Same.Values($"turn of {turn.InstanceId} writes", expected.HasChanged || expected.IsGone || expected.Consumed.Count > 0, turn.HasCommand);
        Assert.All(expected.Answers, static a => Assert.False(a.Answer.IsCompleted, "A call was answered before it was durable."));
        if (!turn.HasCommand)
        {
            return;
        }

        var (sent, consumed, gone) = turn.Command switch
        {
            CommitTurn c => (c.Sent, c.Consumed, c.Replaces),
            RefuseMessages c => (c.Sent, c.Consumed, c.Purged),
            var other => throw new InvalidOperationException($"Unknown command {other}."),
        };
        Same.Lists($"what {turn.InstanceId} consumed", expected.Consumed, consumed);
        Same.Values($"instance {turn.InstanceId} goes", expected.IsGone, gone is not null);
        Same.Lists(
            $"what {turn.InstanceId} sent",
            [.. expected.Sent.Select(static m => m with { Event = Outcomes.Normal(m.Event) })],
            [.. sent.Select(static m => new OutboundMessage(
                m.InstanceId, Outcomes.Normal(HistoryCodec.Decode(m.Event).Single()), m.ExecutionId, m.ParentExecutionId))]);
    }

    private static IReadOnlyList<StoredMessage> SentBy(Turn turn) => !turn.HasCommand ? [] : turn.Command switch
    {
        CommitTurn c => c.Sent,
        RefuseMessages c => c.Sent,
        _ => [],
    };

    private void CheckStored(string id)
    {
        var stored = _store.Load(id);
        if (_model.Instances.GetValueOrDefault(id) is not { } expected)
        {
            Assert.Null(stored);
            return;
        }

        var row = stored!.Row;
        Same.Lists(
            $"history of {id}",
            [.. expected.History.Select(Outcomes.Normal)],
            [.. stored.History.SelectMany(HistoryCodec.Decode).Select(Outcomes.Normal)]);
        Same.Lists($"what waits for {id}", expected.Waiting ?? [], row.Waiting is null ? [] : [.. HistoryCodec.Decode(row.Waiting)]);
        var started = expected.Started;
        Same.Values(
            $"row of {id}",
            (expected.Status, expected.Timer, expected.CustomStatus, expected.OpenActivities.Any(), started.Name, started.Version),
            (row.Status, row.TimerAt, row.CustomStatus, row.IsActive, row.Name, row.Version));
        DateTimeOffset? ended = expected.End is not { } end ? null
            : end.Timestamp > row.CreatedAt ? end.Timestamp : row.CreatedAt; // the clock may have gone back meanwhile
        Assert.Equal((started.Parent?.InstanceId, started.Tags, ended), (row.ParentId, row.Tags, row.CompletedAt));
    }

    private void Remember(ModelTurn turn)
    {
        if (turn.After is { } after)
        {
            var executionId = after.Started.ExecutionId;
            _scheduled.UnionWith(after.History.OfType<TaskScheduledEvent>().Select(e => (executionId, e.EventId)));
            if (turn.IsRewind)
            {
                _started.RemoveWhere(task => task.ExecutionId == executionId); // what is open runs again
            }
        }
    }

#pragma warning disable VSTHRD002 // completed
    private void CheckAnswers(ModelTurn turn)
    {
        foreach (var (answer, outcome) in turn.Answers)
        {
            Assert.True(answer.IsCompletedSuccessfully, "A durable call was not answered.");
            Assert.Equal(outcome, answer.Result);
            var what = _calls.Find(c => c.Answer == answer).What;
            Trace.Add($"{what} of {turn.Id}: {outcome}");
            Seen.Add($"{what}: {outcome}");
        }
    }

    // The partition is over: everybody who waits is told, nobody is let in any more, and another one takes over.
    private void Fail(IOException fault)
    {
        _runtime.Fail(fault);
        Assert.All(_calls, c => Assert.Same(fault, c.Answer.Exception?.InnerException));
        Assert.All(_rooms, static r => Assert.True(r.Room.IsCompleted));
        Assert.True(_runtime.WhenQuietAsync().IsCompleted);
        Assert.Null(_runtime.TakeTurn());
        Assert.Null(_runtime.TakeActivity());
        Assert.Throws<InvalidOperationException>(() => _runtime.TryPurge("a", hasPlace: false, out _));
        foreach (var (_, _, told) in _waits)
        {
            Assert.True(((IAsyncResult)told).AsyncWaitHandle.WaitOne(Patience), "Who waited was not told that it is over.");
        }

        _runtime = Recover();
    }

    private void CheckRest()
    {
        CheckRooms();
        if (!IsAtRest)
        {
            return;
        }

        Assert.False(_model.HasUnread, "Something arrived, and no turn reads it.");
        Assert.Empty(_model.Messages);
        Assert.Empty(_calls);
        Assert.True(_runtime.WhenQuietAsync().IsCompleted);
        Same.Values("the hub is idle", _running.Count == 0 && _runtime.ActivityCount == 0, _runtime.IsIdle);
        var isGranted = _rooms.Count(static r => r.Room.IsCompleted) >= _options.MaxPendingCalls;
        Assert.True(
            isGranted || !_rooms.Exists(r => !r.Room.IsCompleted && !(r.IsStart && _runtime.ActivityCount >= _options.MaxQueuedActivities)),
            "There is room, and nobody says so.");
        var next = _runtime.NextTimer ?? DateTimeOffset.MaxValue;
        var isAnyQueued = _runtime.ActivityCount > 0;
        foreach (var instance in _model.Instances.Values)
        {
            Assert.True(instance.Timer is null || instance.Timer >= next, "A timer is lost.");
            foreach (var task in isAnyQueued ? [] : instance.OpenActivities)
            {
                Assert.True(
                    _running.Exists(a => a.ExecutionId == instance.Started.ExecutionId && a.Scheduled.EventId == task), "An activity is lost.");
            }
        }
    }

    private void CheckEnd()
    {
        _clock.Pass(_options.MaxIdleTime);
        _runtime.EvictIdle();
        Assert.Equal((0, null), (_runtime.ResidentCount, _runtime.NextTimer));
        foreach (var (id, forStart, told) in _waits)
        {
            Assert.True(((IAsyncResult)told).AsyncWaitHandle.WaitOne(Patience), $"Who waited for {id} was not told.");
            Assert.True(told.Result.InstanceId == id && (forStart || told.Result.IsCompleted));
            Seen.Add(forStart ? "told of the start" : "told of the end");
        }

        foreach (var instance in _model.Instances.Values)
        {
            CheckStored(instance.Id);
            HistoryChecks.Check(_store.Load(instance.Id)!, _registry, _options.Versioning);
            Trace.AddRange(instance.History.Select(static e => e.ToString()));
        }

        _runtime = Recover();
        Assert.Equal((0, 0, null), (_runtime.RunnableCount, _runtime.ActivityCount, _runtime.NextTimer));
    }
#pragma warning restore VSTHRD002
}
