using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>Who gets what another worker has given back.</summary>
public sealed class WorkBrokerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkBroker _broker;

    public WorkBrokerTests() => _broker = new(_time, Guid.NewGuid);

    [Fact]
    public async Task What_a_worker_abandons_goes_to_the_other_however_much_is_abandoned()
    {
        var (odd, even) = (Connect(), Connect());
        var running = Enumerable.Range(0, 8).Select(i => _broker.ExecuteAsync(Activity(i), CancellationToken.None)).ToArray();
        for (var isAnyLeft = true; isAnyLeft;)
        {
            isAnyLeft = Play(odd, 1) | Play(even, 0);
        }

        Assert.All(running, static r => Assert.True(r.IsCompletedSuccessfully));
        Assert.Equal(8, (await Task.WhenAll(running)).OfType<TaskCompletedEvent>().Count());
    }

    [Fact]
    public void What_everybody_abandons_rests_for_a_while_and_is_offered_again()
    {
        var only = Connect();
        var running = _broker.ExecuteAsync(Activity(0), CancellationToken.None);
        Assert.True(Play(only, parity: 1));
        Assert.False(Play(only, parity: 1));
        _time.Advance(WorkBroker.RefusalPause - TimeSpan.FromMilliseconds(1));
        Assert.False(Play(only, parity: 0));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(SpinWait.SpinUntil(() => Play(only, parity: 0), TimeSpan.FromSeconds(10)));
        Assert.True(running.IsCompletedSuccessfully);
    }

    [Fact]
    public void What_a_worker_abandons_is_the_next_workers_that_connects()
    {
        var first = Connect();
        _ = _broker.ExecuteAsync(Activity(0), CancellationToken.None);
        Assert.True(Play(first, parity: 1));
        Assert.True(Play(Connect(), parity: 0));
    }

    private WorkerStream Connect()
    {
        WorkerStream worker = new(new WorkFilter(null), maxTurns: 100, maxActivities: 100);
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
            var isMine = int.Parse(work.InstanceId, System.Globalization.CultureInfo.InvariantCulture) % 2 == parity;
            Assert.True(isMine
                ? _broker.TryComplete(work.Token, WorkKind.Activity, new TaskCompletedEvent(0, null) { Timestamp = default })
                : _broker.TryAbandon(work.Token, WorkKind.Activity));
        }

        return isAny;
    }

    private static ActivityWorkItem Activity(int i) => new($"{i}", "e", new TaskScheduledEvent("any", null) { Timestamp = default });
}
