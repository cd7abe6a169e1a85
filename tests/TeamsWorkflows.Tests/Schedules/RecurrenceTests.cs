using System.Globalization;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Tests.Schedules;

/// <summary>When schedules occur, on the clocks of people.</summary>
[Trait("Requirement", "R87")]
public sealed class RecurrenceTests
{
    [Theory]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z")] // 02:30 does not exist: the first moment after the gap
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:29Z", "2026-03-29T00:30Z", "2026-03-29T01:00Z")] // "every" runs straight through the gap
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z")] // 02:30 comes twice: once, in summer time
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:29Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z")] // "every" runs through both hours
    [InlineData("0 9 * * MON-FRI", "America/New_York", "2026-11-27T15:00Z", "2026-11-30T14:00Z", "2026-12-01T14:00Z")]
    [InlineData("30 59 23 L * *", "UTC", "2026-11-26T00:00Z", "2026-11-30T23:59:30Z", "2026-12-31T23:59:30Z")] // six fields, the month's last day
    [InlineData("0 0 * * *", "Asia/Kathmandu", "2026-11-26T00:00Z", "2026-11-26T18:15Z", "2026-11-27T18:15Z")]
    public void It_goes_by_the_clock_on_the_wall(string cron, string zone, string after, string first, string second)
    {
        var recurrence = new Recurrence(cron, zone);
        Assert.Equal([Time(first), Time(second)], recurrence.After(Time(after)).Take(2));
    }

    [Fact]
    public void The_same_hour_twice_is_two_times_for_every_and_each_has_a_name_of_its_own()
    {
        var times = new Recurrence("0 * * * *", "Europe/Berlin").After(Time("2026-10-24T23:30Z")).Take(4).ToArray();
        Assert.Equal(["02:00 +02:00", "02:00 +01:00"], times.Take(2).Select(t => new Recurrence("0 * * * *", "Europe/Berlin").OnTheWall(t).ToString("HH:mm zzz", CultureInfo.InvariantCulture)));
        Assert.Equal(4, times.Select(OccurrenceNames.Of).Distinct().Count());
    }

    [Fact]
    public void Jitter_is_spread_within_its_span_and_the_same_each_time_it_is_asked_for()
    {
        var jitter = TimeSpan.FromMinutes(10);
        var recurrence = new Recurrence("0 * * * *", "UTC", jitter, "daily-sales");
        var delays = recurrence.After(Time("2026-01-01T00:00Z")).Take(200).Select(at => recurrence.BeginOf(at) - at).ToArray();

        Assert.All(delays, d => Assert.InRange(d, TimeSpan.Zero, jitter));
        Assert.InRange(delays.Average(d => d.TotalMinutes), 4, 6);
        Assert.Equal(delays, recurrence.After(Time("2026-01-01T00:00Z")).Take(200).Select(at => new Recurrence("0 * * * *", "UTC", jitter, "daily-sales").BeginOf(at) - at));
        Assert.NotEqual(delays, recurrence.After(Time("2026-01-01T00:00Z")).Take(200).Select(at => new Recurrence("0 * * * *", "UTC", jitter, "other").BeginOf(at) - at));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
