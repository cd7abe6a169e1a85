using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>Whose turn it is when more wait than can run.</summary>
public sealed class RunQueueTests
{
    private readonly RunQueue _queue = new();

    [Fact]
    public void What_has_begun_goes_before_what_begins_each_in_the_order_it_came()
    {
        foreach (var instance in new[] { Start("s1"), Begun("b1"), Start("s2"), Begun("b2") })
        {
            _queue.Enqueue(instance);
        }

        Assert.Equal(4, _queue.Count);
        Assert.Equal(["b1", "b2", "s1", "s2"], Drain());
    }

    [Fact]
    public void Instances_that_never_rest_do_not_keep_a_start_out()
    {
        _queue.Enqueue(Begun("restless"));
        _queue.Enqueue(Start("patient"));
        var turns = 0;
        for (; Take() is { Id: "restless" } restless; turns++)
        {
            _queue.Enqueue(restless);
        }

        Assert.Equal(16, turns);
    }

    [Fact]
    public void Starts_alone_do_not_wait_for_anything()
    {
        for (var i = 0; i < 40; i++)
        {
            _queue.Enqueue(Start($"{i}"));
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(static i => $"{i}"), Drain());
    }

    [Fact]
    public void Who_is_taken_out_is_gone_and_the_others_keep_their_order()
    {
        foreach (var instance in new[] { Begun("b1"), Begun("b2"), Begun("b3"), Start("s1"), Start("s2") })
        {
            _queue.Enqueue(instance);
        }

        _queue.RemoveAll(static i => i.Id is "b2" or "s1");
        Assert.Equal(["b1", "b3", "s2"], Drain());
    }

    private static Instance Begun(string id) => new(id) { IsWoken = true };

    private static Instance Start(string id) => new(id) { Inbox = [new InboxItem(new ExecutionStartedEvent("any", null, "e") { Timestamp = default })] };

    private Instance? Take() => _queue.TryDequeue(out var instance) ? instance : null;

    private IEnumerable<string> Drain()
    {
        while (Take() is { } instance)
        {
            yield return instance.Id;
        }
    }
}
