using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>Who gets what another worker has given back.</summary>
public sealed class WorkBrokerTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10); // for a thread: who waits is told on one of the pool

    private readonly FakeTimeProvider _time = new();
    private readonly WorkBroker _broker;

    public WorkBrokerTests() => _broker = new(_time, Guid.NewGuid, TimeLimit);

    [Fact]
    public async Task What_a_worker_abandons_goes_to_the_other_however_much_is_abandoned()
    {
        var (odd, even) = (Connect(), Connect());
        var running = Enumerable.Range(0, 8).Select(i => _broker.ExecuteAsync(Activity(i), CancellationToken.None)).ToArray();
        for (var isAnyLeft = true; isAnyLeft;)
        {
            isAnyLeft = Play(odd, 1) | Play(even, 0);
        }

        Assert.Equal(8, (await Task.WhenAll(running).WaitAsync(Patience)).OfType<TaskCompletedEvent>().Count());
    }

    [Fact]
    public async Task What_everybody_abandons_rests_for_a_while_and_is_offered_again()
    {
        var only = Connect();
        var running = _broker.ExecuteAsync(Activity(0), CancellationToken.None);
        Assert.True(Play(only, parity: 1));
        Assert.False(Play(only, parity: 1));
        _time.Advance(WorkBroker.RefusalPause - TimeSpan.FromMilliseconds(1));
        Assert.False(Play(only, parity: 0));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(Play(only, parity: 0));
        Assert.IsType<TaskCompletedEvent>(await running.WaitAsync(Patience));
    }

    [Fact]
    public void What_a_worker_abandons_is_the_next_workers_that_connects()
    {
        var first = Connect();
        _ = _broker.ExecuteAsync(Activity(0), CancellationToken.None);
        Assert.True(Play(first, parity: 1));
        Assert.True(Play(Connect(), parity: 0));
    }

    [Fact]
    public async Task A_turn_that_is_kept_for_too_long_goes_to_another_worker_and_the_late_answer_frees_the_first_one()
    {
        var stuck = Connect(maxTurns: 1);
        var playing = _broker.PlayAsync(Turn("a"), CancellationToken.None);
        Assert.True(stuck.Outgoing.TryRead(out var late));
        _time.Advance(TimeLimit - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(_broker.Find(late.Token));

        _time.Advance(TimeLimit / 4);
        var other = Connect(maxTurns: 100);
        Assert.True(other.Outgoing.TryRead(out var again));
        Assert.Same(late.Work, again.Work);
        _broker.Disconnect(other); // the turn waits again, and the stuck worker has no place for it
        Assert.False(stuck.Outgoing.TryRead(out _));

        _time.Advance(WorkBroker.RefusalPause);
        Assert.Null(_broker.Find(late.Token)); // it answers at last: stale, but no longer stuck
        Assert.True(stuck.Outgoing.TryRead(out again));
        Assert.True(_broker.TryComplete(again.Token, WorkKind.Turn, new OrchestratorResponse("a", [], null)));
        Assert.NotNull(await playing.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_turn_that_stops_worker_after_worker_fails_its_instance()
    {
        var playing = _broker.PlayAsync(Turn("a"), CancellationToken.None);
        for (var i = 0; i < WorkBroker.MaxOverruns; i++)
        {
            Assert.Equal(1, _broker.Figures.Waiting);
            var worker = Connect();
            Assert.True(worker.Outgoing.TryRead(out _));
            _time.Advance(TimeLimit);
            _broker.Disconnect(worker);
        }

        var end = (CompleteOrchestrationAction)Assert.Single((await playing.WaitAsync(Patience))!.Actions);
        Assert.Equal(EngineErrors.TurnTimeLimitExceeded, end.Failure!.ErrorType);
    }

    [Fact]
    public void A_worker_that_is_busy_for_long_does_not_fail_an_instance_by_itself()
    {
        var playing = _broker.PlayAsync(Turn("a"), CancellationToken.None);
        var worker = Connect();
        for (var i = 0; i < 3 * WorkBroker.MaxOverruns; i++)
        {
            Assert.True(worker.Outgoing.TryRead(out var held));
            _time.Advance(TimeLimit);
            _time.Advance(WorkBroker.RefusalPause);
            Assert.Null(_broker.Find(held.Token)); // it answers, late
            _broker.TryComplete(held.Token, WorkKind.Turn, new OrchestratorResponse("a", [], null));
        }

        Assert.Equal(1, _broker.Figures.Held);
        Assert.False(playing.IsCompleted);
    }

    [Fact]
    public void An_activity_may_take_as_long_as_it_does()
    {
        var worker = Connect();
        _ = _broker.ExecuteAsync(Activity(0), CancellationToken.None);
        _time.Advance(TimeLimit * 100);
        Assert.True(Play(worker, parity: 0));
    }

    [Fact]
    public async Task What_is_withdrawn_does_not_wait_for_a_worker()
    {
        var turn = Turn("a");
        var playing = _broker.PlayAsync(turn, CancellationToken.None);
        Assert.Equal((1, 0, 0), _broker.Figures);

        turn.Withdraw();

        Assert.Null(await playing.WaitAsync(Patience));
        Assert.Equal((0, 0, 0), _broker.Figures);
        Assert.Null(await _broker.PlayAsync(turn, CancellationToken.None)); // withdrawn before it was offered
        Assert.Equal((0, 0, 0), _broker.Figures);
    }

    private static OrchestratorWorkItem Turn(string id)
        => new(id, new ExecutionStartedEvent("any", null, "e") { Timestamp = default }, new([], [new OrchestratorStartedEvent { Timestamp = default }]), static _ => null);

    private WorkerStream Connect(int maxTurns = 100)
    {
        WorkerStream worker = new(new WorkFilter(null), maxTurns, maxActivities: 100);
        _broker.Connect(worker);
        return worker;
    }

    // A worker that runs only activities of one parity; whether there was anything for it.
    private bool Play(WorkerStream worker, int parity)
    {
        var isAny = false;
        while (worker.Outgoing.TryRead(out var work))
        {
            isAny = true;
            var isMine = int.Parse(work.Work.InstanceId, System.Globalization.CultureInfo.InvariantCulture) % 2 == parity;
            Assert.True(isMine
                ? _broker.TryComplete(work.Token, WorkKind.Activity, new TaskCompletedEvent(0, null) { Timestamp = default })
                : _broker.TryAbandon(work.Token, WorkKind.Activity));
        }

        return isAny;
    }

    private static ActivityWorkItem Activity(int i) => new($"{i}", "e", new TaskScheduledEvent("any", null) { Timestamp = default });
}
