using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

public sealed class DueTimersTests
{
    private const int Capacity = 2;

    private static readonly DateTimeOffset Start = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    private readonly DueTimers _timers = new(Capacity);

    [Fact]
    public void The_last_instant_of_the_calendar_is_a_time_like_others()
    {
        _timers.Move("a", null, DateTimeOffset.MaxValue);
        Assert.Equal(DateTimeOffset.MaxValue, _timers.Next);
        Assert.Equal(["a"], Due(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void A_page_is_read_when_memory_has_nothing_before_the_horizon()
    {
        _timers.Fill(new([At("a", 1), At("b", 2)], At(3)));
        Assert.Null(_timers.BeginRead(At(5))); // there is still something to fire
        Assert.Equal(["a", "b"], Due(At(5)));
        Assert.Null(_timers.BeginRead(At(2))); // the horizon is ahead
        Assert.Equal(At(3), _timers.Next);
        Assert.Equal(At(3), _timers.BeginRead(At(5)));
        Assert.Null(_timers.BeginRead(At(5))); // somebody reads already
        Assert.Null(_timers.Next);
        _timers.EndRead(new([At("c", 3), At("d", 9)], null));
        Assert.Equal(["c"], Due(At(5)));
        Assert.Equal(At(9), _timers.Next);
    }

    [Fact]
    public void What_changes_while_a_page_is_read_holds_whether_the_read_saw_it_or_not()
    {
        _timers.Fill(new([], At(3)));
        _timers.BeginRead(At(5));
        _timers.Move("new", null, At(4));
        _timers.Move("fired", At(3), null);
        _timers.Move("later", At(4), At(30));
        _timers.Forget(static id => id == "elsewhere");
        _timers.Merge([At("acquired", 5)], max: 10);
        _timers.EndRead(new([At("fired", 3), At("elsewhere", 3), At("later", 4)], null));
        Assert.Equal(["new", "acquired"], Due(At(29)));
        Assert.Equal(At(30), _timers.Next);
    }

    [Fact]
    public void A_page_that_could_not_be_read_is_still_to_be_read()
    {
        _timers.Fill(new([], At(3)));
        _timers.BeginRead(At(5));
        _timers.Move("near", null, At(2));
        _timers.Move("far", null, At(4)); // the next read finds it
        _timers.EndRead(null);
        Assert.Equal(["near"], Due(At(5)));
        Assert.Equal(At(3), _timers.BeginRead(At(5)));
    }

    private static DateTimeOffset At(int minutes) => Start.AddMinutes(minutes);

    private static DueTimer At(string id, int minutes) => new(At(minutes), id);

    private List<string> Due(DateTimeOffset now)
    {
        List<string> due = [];
        while (_timers.TryTakeDue(now, out var id))
        {
            due.Add(id);
        }

        return due;
    }
}
