using System.Globalization;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Tests.Schedules;

/// <summary>What is due, what is caught up and what is missed.</summary>
public sealed class OccurrencePlanTests
{
    private static readonly Recurrence Hourly = new("0 * * * *", "UTC");

    [Theory]
    [InlineData(CatchUpPolicy.None, "05 missed, 06 missed, 07 missed, 08")]
    [InlineData(CatchUpPolicy.Last, "05 missed, 06 missed, 07 missed, 08")]
    [InlineData(CatchUpPolicy.All, "05 missed, 06 late, 07 late, 08")]
    public void After_an_outage_the_occurrence_on_time_counts_first(CatchUpPolicy policy, string expected)
        => Assert.Equal(expected, Shown(Plan(policy, now: "08:00:30")));

    [Theory]
    [InlineData(CatchUpPolicy.None, "05 missed, 06 missed, 07 missed, 08 missed")]
    [InlineData(CatchUpPolicy.Last, "05 missed, 06 missed, 07 missed, 08 late")]
    [InlineData(CatchUpPolicy.All, "05 missed, 06 missed, 07 late, 08 late")]
    public void After_an_outage_that_ends_between_two_occurrences_the_policy_decides_within_the_window(CatchUpPolicy policy, string expected)
        => Assert.Equal(expected, Shown(Plan(policy, now: "08:40:00")));

    [Fact]
    public void What_was_decided_upon_is_not_looked_at_again_and_the_next_one_is_known()
    {
        var plan = Plan(CatchUpPolicy.All, now: "08:40:00");
        var again = OccurrencePlan.Of(Hourly, Rules(CatchUpPolicy.All), plan.PlannedUntil, At("08:41:00"));
        Assert.Empty(again.Due);
        Assert.Equal(At("09:00:00"), again.NextBegin);
    }

    [Fact]
    public void An_occurrence_waits_for_its_jitter()
    {
        var jittered = new Recurrence("0 * * * *", "UTC", TimeSpan.FromMinutes(50), "x");
        var begin = jittered.BeginOf(At("08:00:00"));
        Assert.NotEqual(At("08:00:00"), begin);

        Assert.Empty(OccurrencePlan.Of(jittered, Rules(CatchUpPolicy.Last), At("07:00:00"), begin.AddSeconds(-1)).Due);
        Assert.Equal(begin, OccurrencePlan.Of(jittered, Rules(CatchUpPolicy.Last), At("07:00:00"), begin.AddSeconds(-1)).NextBegin);
        Assert.Equal("08", Shown(OccurrencePlan.Of(jittered, Rules(CatchUpPolicy.Last), At("07:00:00"), begin)));
    }

    [Fact]
    public void A_year_without_the_product_is_decided_upon_in_bounded_time_and_space()
    {
        var everySecond = new Recurrence("* * * * * *", "UTC");
        var plan = OccurrencePlan.Of(
            everySecond, new(CatchUpPolicy.All, TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)), At("08:00:00").AddYears(-1), At("08:00:00"));
        Assert.Equal(OccurrencePlan.MaxMissed, plan.Due.Count(d => d.Missed is not null));
        Assert.Equal(OccurrencePlan.MaxCaughtUp, plan.Due.Count(d => d is { IsLate: true, Missed: null }));
        Assert.Equal(At("08:00:00"), plan.PlannedUntil);
    }

    [Fact]
    public void A_clock_that_was_set_back_repeats_nothing()
        => Assert.Empty(OccurrencePlan.Of(Hourly, Rules(CatchUpPolicy.All), At("08:00:00"), At("06:00:30")).Due);

    private static OccurrencePlan Plan(CatchUpPolicy policy, string now) => OccurrencePlan.Of(Hourly, Rules(policy), At("04:30:00"), At(now));

    private static CatchUpRules Rules(CatchUpPolicy policy) => new(policy, TimeSpan.FromMinutes(125), TimeSpan.FromMinutes(1));

    private static string Shown(OccurrencePlan plan) => string.Join(", ", plan.Due.Select(d =>
        d.At.ToString("HH", CultureInfo.InvariantCulture) + (d.Missed is not null ? " missed" : d.IsLate ? " late" : "")));

    private static DateTimeOffset At(string time)
        => new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero) + TimeSpan.Parse(time, CultureInfo.InvariantCulture);
}
