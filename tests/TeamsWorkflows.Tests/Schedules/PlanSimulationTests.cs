using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Schedules.Planning;

namespace TeamsWorkflows.Tests.Schedules;

/// <summary>What the schedules together come to, before they do.</summary>
[Trait("Requirement", "B14")]
public sealed class PlanSimulationTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_fits_is_counted_and_nobody_is_warned()
    {
        var plan = Run(new(), Daily("a", "0 9 * * *", "general"), Daily("b", "5 9 * * *", "general"));
        Assert.Equal((14, Monday, Monday.AddDays(7)), (plan.Posts, plan.From, plan.Until));
        Assert.Empty(plan.Warnings);
        Assert.Equal(["channel general 14", "connection finance 14", "tenant app 14"], plan.Scopes.Select(s => $"{s.Kind} {s.Name} {s.Posts}").Order());
    }

    [Fact]
    public void Many_at_once_wait_for_each_other_and_a_jitter_helps()
    {
        var crowd = Enumerable.Range(0, 100).Select(i => Daily($"s{i:D2}", "0 9 * * *", "general")).ToArray();
        var plan = Run(new(), crowd);

        var warning = Assert.Single(plan.Warnings, w => w.Kind == "channel");
        Assert.Equal(
            "Messages of the channel wait for each other: at 2026-11-30 09:00 UTC one waits 2 minutes. Spread the schedules, or give them a jitter.", warning.Message);
        Assert.Equal(100, warning.Schedules.Count);
        Assert.Equal(TimeSpan.FromSeconds(98), plan.Scopes.Single(s => s.Kind == "channel").LongestWait); // one a second, two at once

        var spread = crowd.Select(s => s with { Recurrence = new("0 9 * * *", "UTC", TimeSpan.FromHours(1), s.Id) });
        Assert.Empty(Run(new(), [.. spread]).Warnings);
    }

    [Fact]
    public void Many_channels_of_one_connection_wait_at_the_connection()
    {
        var plan = Run(new(), [.. Enumerable.Range(0, 100).Select(i => Daily($"s{i:D2}", "0 9 * * *", $"channel {i}"))]);
        Assert.Equal(["connection"], plan.Warnings.Select(w => w.Kind));
        Assert.All(plan.Scopes.Where(s => s.Kind == "channel"), s => Assert.Equal(TimeSpan.Zero, s.LongestWait));
    }

    [Fact]
    public void A_day_that_is_full_is_named()
    {
        var options = new PacingOptions { Channel = new() { PerDay = 100 } };
        var plan = Run(options, Daily("often", "*/10 * * * *", "general"));
        var warning = Assert.Single(plan.Warnings, w => w.Kind == "channel");
        Assert.Equal("On 2026-12-01 the channel would get 144 messages; 100 a day go. The rest waits for the next day.", warning.Message);
        Assert.True(plan.Scopes.Single(s => s.Kind == "channel").LongestWait > TimeSpan.FromDays(1)); // it piles up from day to day
    }

    [Fact]
    public void What_waits_in_one_channel_does_not_hold_up_another()
    {
        var options = new PacingOptions { Channel = new() { PerDay = 1 }, Connection = new() { Interval = TimeSpan.FromMinutes(1) } };
        var plan = Run(options, Daily("twice", "0 8-9 * * *", "general"), Daily("later", "0 10 * * *", "other"));
        Assert.Equal(TimeSpan.Zero, plan.Scopes.Single(s => s.Name == "other").LongestWait);
        Assert.True(plan.Scopes.Single(s => s.Kind == "connection").LongestWait <= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void What_goes_by_no_connection_has_no_pace()
        => Assert.Empty(Run(new(), new PlannedSchedule("hook", new("* * * * *", "UTC"), [new(null, null, null)])).Scopes);

    [Fact]
    public void A_simulation_that_is_too_much_says_how_far_it_went()
    {
        var plan = Run(new(), Daily("a", "* * * * * *", "general"));
        Assert.Equal(PlanSimulation.MaxPosts, plan.Posts);
        Assert.Equal(Monday.AddSeconds(PlanSimulation.MaxPosts + 1), plan.Until);
    }

    [Fact]
    public async Task A_schedule_that_makes_others_wait_is_put_with_a_warning_and_paused_ones_do_not_count()
    {
        await using var product = await ProductHost.StartAsync(("Pacing:Connection:Interval", "00:10:00"), ("Pacing:Connection:Burst", "1"));
        Assert.Empty((await product.PutAsync("first", product.Every("0 9 * * *"))).Warnings);
        var second = await product.PutAsync("second", product.Every("0 9 * * *"));
        Assert.Contains("one waits 10 minutes", Assert.Single(second.Warnings), StringComparison.Ordinal);

        var planner = product.Get<SchedulePlanner>();
        Assert.Equal(["first", "second"], Assert.Single((await planner.PlanAsync(7, publisher: null, default)).Warnings).Schedules);
        Assert.Empty((await planner.PlanAsync(7, "crm", default)).Scopes);
        await product.Get<ScheduleControl>().PauseAsync("first", "olivia", "Enough", default);
        Assert.Empty((await planner.PlanAsync(7, "erp", default)).Warnings);
    }

    [Fact]
    public async Task A_report_that_becomes_a_file_is_put_with_a_warning()
    {
        await using var product = await ProductHost.StartAsync();
        var template = product.Template("Long") with { Body = new string('x', 30_000) };
        var put = await product.PutAsync("long", product.Every("0 9 * * *") with { Report = template });
        Assert.Contains("destinations[0]: ", Assert.Single(put.Warnings), StringComparison.Ordinal);
    }

    private static SchedulePlan Run(PacingOptions options, params PlannedSchedule[] schedules)
        => PlanSimulation.Run(schedules, options, Monday, Monday.AddDays(7));

    private static PlannedSchedule Daily(string id, string cron, string channel)
        => new(id, new(cron, "UTC"), [new(channel, "finance", "app")]);
}
