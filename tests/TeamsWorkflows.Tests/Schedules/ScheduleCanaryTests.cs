using System.Globalization;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Tests.Goldens;

namespace TeamsWorkflows.Tests.Schedules;

/// <summary>Connections are tried before schedules need them, and it is known which schedules need them.</summary>
[Trait("Requirement", "B10")]
public sealed class ScheduleCanaryTests
{
    [Fact]
    public async Task A_dead_sign_in_is_found_half_an_hour_before_the_report_is_due()
    {
        await using var product = await ProductHost.StartAsync(("Canary:BeforeSchedules", "true"));
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        var put = await product.PutAsync("daily", product.Every("0 9 * * *"));
        var found = await product.UntilAsync(async () => (await product.Cases.PageAsync(isOpen: true, 0, 100, default)).SingleOrDefault());

        Assert.Equal(OperatorAction.Reconnect, found.Cause);
        Assert.Equal(put.Schedule.NextAt!.Value.AddMinutes(-30), found.OpenedAt, TimeSpan.FromSeconds(5));
        Assert.Empty(await product.LogAsync("daily"));
        GoldenHistories.Take(product.Store, product.Tenant.Connector.ClientSecret);
    }

    [Fact]
    public async Task A_watch_that_runs_is_told_of_a_schedule_and_ends_when_none_is_left()
    {
        await using var product = await ProductHost.StartAsync(("Canary:BeforeSchedules", "true"));
        await product.PutAsync("yearly", product.Every("0 0 1 1 *"));
        await product.PutAsync("daily", product.Every("0 9 * * *"));
        var next = (await product.Get<ScheduleDesk>().FindAsync("daily", default))!.NextAt!.Value;
        var status = await product.UntilAsync(async () => (await product.Client.GetInstanceAsync(WatchConnections.InstanceId))?.CustomStatus);
        Assert.Contains($"{next.UtcDateTime.AddMinutes(-30):yyyy-MM-ddTHH:mm}", await AtLastAsync(product, status), StringComparison.Ordinal);

        var desk = product.Get<ScheduleDesk>();
        Assert.True(await desk.DeleteAsync("daily", ifMatch: null, default) && await desk.DeleteAsync("yearly", ifMatch: null, default));
        Assert.True((await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(WatchConnections.InstanceId))).IsCompleted);
    }

    [Fact]
    public async Task What_a_connection_carries_is_named_with_the_next_time()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("daily", product.Every("0 9 * * *"));
        await product.PutAsync("paused", product.Every("0 1 * * *"));
        await product.Get<ScheduleControl>().PauseAsync("paused", "olivia", "Not now", default);
        var radius = await product.Get<ForecastDesk>().BlastRadiusAsync(ProductHost.ConnectionId, default);

        var schedule = Assert.Single(radius.Schedules);
        Assert.Equal("daily", schedule.Id);
        Assert.Equal($"0 reports of 1 publisher and 1 schedule, the next at {schedule.NextAt.UtcDateTime:u}.", radius.Summary);
    }

    [Theory]
    [InlineData("0 9 * * *", "06:00", "08:30")]
    [InlineData("0 9 * * *", "08:29", "08:44")] // no sooner than half a lead after the last round
    [InlineData("0 9 * * *", "08:30", "08:30")] // this round stands for it: the next is tomorrow's
    [InlineData("* * * * *", "06:00", "06:15")]
    public void Rounds_come_a_lead_before_and_not_closer_than_half_of_it(string cron, string now, string expected)
    {
        var day = new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);
        var next = new CanaryOptions().Before(new(cron, "UTC"), day + TimeSpan.Parse(now, CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Parse(expected, CultureInfo.InvariantCulture), next!.Value.TimeOfDay);
        Assert.True(next > day + TimeSpan.Parse(now, CultureInfo.InvariantCulture));
    }

    // The watch looks again by itself: the last word is the one that counts.
    private static async Task<string> AtLastAsync(ProductHost product, string first)
    {
        var (before, now) = ("", first);
        while (before != now || !product.Worker.Runtime.IsIdle)
        {
            before = now;
            await Task.Delay(20);
            now = (await product.Client.GetInstanceAsync(WatchConnections.InstanceId))!.CustomStatus!;
        }

        return now;
    }
}
