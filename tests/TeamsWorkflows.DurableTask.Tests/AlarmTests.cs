using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>The alarm that wakes a hub for its timers: one for real time, one for clocks that somebody moves.</summary>
public sealed class AlarmTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_rings_for_each_time_and_never_before_it()
    {
        using BlockingCollection<DateTimeOffset> rings = [];
        await using var alarm = Alarm.Create(TimeProvider.System, () => rings.Add(DateTimeOffset.UtcNow));
        for (var i = 0; i < 20; i++)
        {
            var due = DateTimeOffset.UtcNow.AddMilliseconds(i * 0.7);
            alarm.Set(due);
            Assert.True(rings.TryTake(out var rung, Patience));
            Assert.True(rung >= due, $"It rang at {rung:O} for {due:O}.");
        }

        Assert.Empty(rings);
    }

    [Fact]
    public async Task A_sooner_time_does_not_wait_for_the_later_one()
    {
        using BlockingCollection<DateTimeOffset> rings = [];
        await using var alarm = Alarm.Create(TimeProvider.System, () => rings.Add(DateTimeOffset.UtcNow));
        alarm.Set(DateTimeOffset.UtcNow.AddHours(1));
        alarm.Set(DateTimeOffset.UtcNow.AddMilliseconds(5));
        Assert.True(rings.TryTake(out _, Patience));
    }

    [Fact]
    public async Task A_later_time_takes_the_place_of_a_sooner_one()
    {
        using BlockingCollection<DateTimeOffset> rings = [];
        await using var alarm = Alarm.Create(TimeProvider.System, () => rings.Add(DateTimeOffset.UtcNow));
        var later = DateTimeOffset.UtcNow.AddMilliseconds(250);
        alarm.Set(later.AddMilliseconds(-50));
        alarm.Set(later);
        Assert.True(rings.TryTake(out var rung, Patience));
        Assert.True(rung >= later, $"It rang at {rung:O} for {later:O}.");
    }

    [Fact]
    public async Task It_may_be_set_while_it_rings_and_is_quiet_once_it_is_disposed()
    {
        var rings = 0;
        var third = new TaskCompletionSource();
        Alarm? alarm = null;
        alarm = Alarm.Create(TimeProvider.System, () =>
        {
            if (Interlocked.Increment(ref rings) == 3)
            {
                third.SetResult();
            }

            alarm!.Set(DateTimeOffset.UtcNow);
        });
        alarm.Set(DateTimeOffset.UtcNow);
        await third.Task.WaitAsync(Patience);
        await alarm.DisposeAsync();
        var heard = Volatile.Read(ref rings);
        alarm.Set(DateTimeOffset.UtcNow);
        Assert.Equal(heard, Volatile.Read(ref rings));
    }

    [Fact]
    public async Task It_follows_a_clock_that_jumps_both_ways()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var longest = TimeSpan.FromMilliseconds(10);
        using BlockingCollection<DateTimeOffset> rings = [];
        await using var alarm = new WaitingAlarm(time, () => rings.Add(time.GetUtcNow()), longest);
        var due = time.GetUtcNow().AddHours(1);
        alarm.Set(due);
        Assert.False(rings.TryTake(out _, 5 * longest));

        time.Advance(TimeSpan.FromMinutes(59)); // forward, and not far enough
        Assert.False(rings.TryTake(out _, 5 * longest));

        time.AdjustTime(due.AddHours(-2)); // back
        Assert.False(rings.TryTake(out _, 5 * longest));

        time.AdjustTime(due);
        Assert.True(rings.TryTake(out var rung, Patience));
        Assert.Equal(due, rung);
        Assert.Empty(rings);
    }

    [Fact]
    public async Task On_a_clock_that_is_moved_it_rings_when_the_clock_gets_there()
    {
        var time = new FakeTimeProvider();
        var rings = 0;
        await using var alarm = Alarm.Create(time, () => rings++);
        var due = time.GetUtcNow().AddDays(100); // far beyond the longest wait of a timer
        alarm.Set(due);
        time.Advance(TimeSpan.FromDays(99));
        Assert.Equal(0, rings);
        alarm.Set(due.AddHours(1));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, rings);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, rings);
        alarm.Set(due); // has passed
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, rings);
    }
}
