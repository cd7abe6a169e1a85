using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Tests.Goldens;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Schedules;

/// <summary>Schedules over the whole product: real engine, real posts to the sandbox, time that jumps.</summary>
public sealed class ScheduleTests
{
    private static readonly Editor Erp = new("erp", "erp", MayChangeAll: false);

    [Fact]
    public async Task A_jitter_by_which_occurrences_would_overtake_each_other_is_refused()
    {
        await using var product = await ProductHost.StartAsync();
        var errors = await product.ErrorsAsync("often", product.Every("*/15 * * * *") with { Jitter = TimeSpan.FromMinutes(15) });
        Assert.Contains("00:15:00", Assert.Single(errors["jitter"]), StringComparison.Ordinal);
        await product.PutAsync("often", product.Every("*/15 * * * *") with { Jitter = TimeSpan.FromMinutes(14) });
    }

    [Fact]
    public async Task An_address_as_it_is_shown_does_not_take_the_place_of_the_real_one()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = product.Every("0 9 * * *");
        var flow = new WorkflowDestination("https://flows.example.com/secret-path");
        var put = await product.PutAsync("flow", definition with { Report = definition.Report! with { Destinations = [flow] } });
        var errors = await product.ErrorsAsync("copy", definition with { Report = put.Schedule.Report });
        Assert.Contains("as it is shown", Assert.Single(errors["report.destinations[0].url"]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R87")]
    [Trait("Requirement", "R81")]
    public async Task Each_occurrence_hands_over_one_report_with_what_is_known_of_it()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("daily-sales", product.Every("0 9 * * *") with
        {
            TimeZone = "Europe/Berlin",
            Report = product.Template("Sales of {{ scheduledDate }} {{ scheduledTime }}, {{ region }}", """{"region": "north"}"""),
        });
        var log = await product.OccurrencesAsync("daily-sales", atLeast: 3);

        Assert.Equal(3, log.Select(o => o.ScheduledFor.Date).Distinct().Count());
        Assert.All(log, o => Assert.Equal((9, 0, OccurrenceKind.Scheduled), (o.ScheduledFor.Hour, o.ScheduledFor.Minute, o.Kind)));
        foreach (var occurrence in log)
        {
            var report = (await product.Reports.FindAsync(occurrence.ReportId!, default))!;
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
            var title = $"Sales of {occurrence.ScheduledFor:yyyy-MM-dd} 09:00, north";
            Assert.Equal(("erp", title), (report.Publisher, report.Title));
            Assert.Single(product.Messages, m => m.Subject == title);
        }
    }

    [Fact]
    [Trait("Requirement", "R89")]
    public async Task An_orchestration_that_is_ended_and_started_again_and_an_activity_that_runs_twice_hand_nothing_over_twice()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("hourly", product.Every("0 * * * *"));
        var first = (await product.OccurrencesAsync("hourly", atLeast: 1))[0];
        var uid = await product.Database.ReadAsync(db => db.Schedules.Select(s => s.Uid).SingleAsync(), default);

        await product.Client.TerminateInstanceAsync(OccurrenceNames.InstanceOfSchedule(uid), "a test");
        var context = new DurableTask.TaskActivityContext(nameof(PlanOccurrences), "again", 0, CancellationToken.None);
        Assert.Empty((await product.Get<PlanOccurrences>().RunAsync(context, new("hourly", uid))).Begin);
        Assert.IsType<HandOverOutcome.Gone>(await product.Get<HandOverOccurrence>().RunAsync(context, new("hourly", uid, first.Id, 1, RetryUntil: null)));

        await product.Get<ScheduleClock>().ResumeAsync(since: null, default);
        var log = await product.OccurrencesAsync("hourly", atLeast: 3);
        Assert.Equal(log.Count, log.Select(o => o.ReportId).Distinct().Count());
        Assert.Equal(log.Count, await product.Database.ReadAsync(db => db.Reports.CountAsync(context.CancellationToken), default));
    }

    [Theory]
    [InlineData(OverlapPolicy.Skip)]
    [InlineData(OverlapPolicy.Queue)]
    [InlineData(OverlapPolicy.Allow)]
    public async Task What_happens_while_the_report_before_is_under_way_is_what_the_policy_says(OverlapPolicy overlap)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.PutAsync("hourly", product.Every("0 * * * *") with { Overlap = overlap, Report = product.Template("{{ scheduledFor }}", patience: "10.00:00:00") });
        await product.UntilAsync(async () => (await product.LogAsync("hourly")) is { Count: >= 3 } log ? log : null);
        var parked = await product.LogAsync("hourly");

        Assert.Equal(
            overlap switch
            {
                OverlapPolicy.Skip => [OccurrenceState.Skipped, OccurrenceState.HandedOver],
                OverlapPolicy.Queue => [OccurrenceState.Queued, OccurrenceState.HandedOver],
                _ => [OccurrenceState.HandedOver, OccurrenceState.HandedOver],
            },
            parked.SkipLast(1).TakeLast(1).Concat(parked.TakeLast(1)).Select(o => o.State));

        product.Tenant.Faults.Clear();
        await product.SignInAsync(product.Tenant.Service);
        var after = await product.UntilAsync(async () => (await product.LogAsync("hourly")).Count(o => o.State == OccurrenceState.HandedOver) >= 3 ? await product.LogAsync("hourly") : null);
        Assert.Equal(overlap == OverlapPolicy.Skip, after.Any(o => o.State == OccurrenceState.Skipped));
        Assert.Equal(after.Where(o => o.ReportId is not null).Select(o => o.ScheduledFor).Order(), after.Where(o => o.ReportId is not null).Reverse().Select(o => o.ScheduledFor));
    }

    [Fact]
    public async Task A_paused_schedule_rests_and_catches_nothing_up_when_it_goes_on_but_can_be_triggered()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("hourly", product.Every("0 * * * *") with { CatchUp = CatchUpPolicy.All });
        var control = product.Get<ScheduleControl>();
        Assert.True(await control.PauseAsync("hourly", "olivia", "Month end", default));
        Assert.Null((await product.Get<ScheduleDesk>().FindAsync("hourly", default))!.NextAt);
        product.Time.Advance(TimeSpan.FromHours(5));

        var triggered = (await control.TriggerAsync("hourly", "once", "olivia", "The board asks", default))!;
        Assert.Equal(triggered.Id, (await control.TriggerAsync("hourly", "once", "olivia", "The board asks", default))!.Id);
        var log = await product.OccurrencesAsync("hourly", atLeast: 1);
        Assert.Equal((OccurrenceKind.Triggered, "olivia"), (log[0].Kind, log[0].Actor));

        Assert.True(await control.ResumeAsync("hourly", "olivia", "Done", default));
        log = await product.OccurrencesAsync("hourly", atLeast: 2);
        Assert.Equal([OccurrenceKind.Scheduled, OccurrenceKind.Triggered], log.Select(o => o.Kind));
        Assert.False(await control.PauseAsync("none", "olivia", "Nothing there", default));
        Assert.Null(await control.TriggerAsync("none", key: null, "olivia", "Nothing there", default));
    }

    [Fact]
    public async Task A_backfill_makes_up_for_what_is_missing_in_order_and_leaves_what_was_handed_over()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("hourly", product.Every("0 * * * *"));
        var there = (await product.OccurrencesAsync("hourly", atLeast: 2))[^1];
        var control = product.Get<ScheduleControl>();
        var from = there.ScheduledFor.AddHours(-3);
        var to = there.ScheduledFor.AddMinutes(1);

        var accepted = Assert.IsType<BackfillResult.Accepted>(await control.BackfillAsync("hourly", from, to, "adam", "Outage", default));
        Assert.Equal((3, 1), (accepted.Begun.Count, accepted.AlreadyThere));
        var log = await product.UntilAsync(async () => (await product.LogAsync("hourly")) is var l && l.Count(o => o is { Kind: OccurrenceKind.Backfilled, State: OccurrenceState.HandedOver }) == 3 ? l : null);
        Assert.Equal(log.Count, log.Select(o => o.ReportId).OfType<string>().Distinct().Count());

        Assert.Equal(4, Assert.IsType<BackfillResult.Accepted>(await control.BackfillAsync("hourly", from, to, "adam", "Again", default)).AlreadyThere);
        Assert.IsType<BackfillResult.Invalid>(await control.BackfillAsync("hourly", to, from, "adam", "Wrong way round", default));
        Assert.IsType<BackfillResult.Invalid>(await control.BackfillAsync("hourly", from, product.Time.GetUtcNow().AddDays(1), "adam", "Future", default));
        Assert.IsType<BackfillResult.NotFound>(await control.BackfillAsync("none", from, to, "adam", "Nothing there", default));
    }

    [Fact]
    public async Task A_report_that_is_refused_by_then_fails_its_occurrence_and_its_owner_is_told()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("hourly", product.Every("0 * * * *"));
        await product.Database.WriteAsync(db => db.Connections.ExecuteUpdateAsync(s => s.SetProperty(c => c.Id, "renamed")), default);
        var failed = await product.UntilAsync(async () => (await product.LogAsync("hourly")).FirstOrDefault(o => o.State == OccurrenceState.Failed));

        Assert.Contains("report was refused", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("destinations[0].connection", failed.Reason, StringComparison.Ordinal);
        var mail = await product.UntilAsync(() => Task.FromResult(product.Tenant.Mails.FirstOrDefault(m => m.To.Contains(product.Owner()))));
        Assert.Contains("No report: hourly", mail.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_whose_keys_are_gone_fails_with_a_word_to_its_owner_and_can_still_be_seen_and_deleted()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("hourly", product.Every("0 * * * *"));
        await product.Database.WriteAsync(db => db.Schedules.ExecuteUpdateAsync(s => s.SetProperty(x => x.ProtectedReport, new byte[64])), default);
        var failed = await product.UntilAsync(async () => (await product.LogAsync("hourly")).FirstOrDefault(o => o.State == OccurrenceState.Failed));
        Assert.Contains("keys that protected the schedule 'hourly' are gone", failed.Reason, StringComparison.Ordinal);

        Assert.Null((await product.Get<ScheduleDesk>().FindAsync("hourly", default))!.Report);
        Assert.Empty((await product.PutAsync("other", product.Every("30 * * * *"))).Warnings);
        Assert.True(await product.Get<ScheduleDesk>().DeleteAsync("hourly", ifMatch: null, default));
    }

    [Fact]
    public async Task A_deleted_schedule_ends_and_one_that_is_made_anew_under_its_name_is_another()
    {
        await using var product = await ProductHost.StartAsync();
        var desk = product.Get<ScheduleDesk>();
        await product.PutAsync("hourly", product.Every("0 * * * *"));
        await product.OccurrencesAsync("hourly", atLeast: 1);
        var uid = await product.Database.ReadAsync(db => db.Schedules.Select(s => s.Uid).SingleAsync(), default);
        GoldenHistories.Take(product.Store, product.Tenant.Connector.ClientSecret);

        Assert.False(await desk.DeleteAsync("hourly", "\"another\"", default));
        Assert.True(await desk.DeleteAsync("hourly", (await desk.FindAsync("hourly", default))!.ETag, default));
        Assert.True((await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(OccurrenceNames.InstanceOfSchedule(uid)))).IsCompleted);
        Assert.Empty(await desk.ListAsync(publisher: null, default));

        await product.PutAsync("hourly", product.Every("0 * * * *"));
        Assert.Equal(OccurrenceState.HandedOver, (await product.OccurrencesAsync("hourly", atLeast: 1))[0].State);
    }

    [Fact]
    public async Task Who_changes_a_schedule_says_which_version_and_only_its_publisher_and_administrators_may()
    {
        await using var product = await ProductHost.StartAsync();
        var desk = product.Get<ScheduleDesk>();
        var definition = product.Every("0 * * * *");
        var made = Assert.IsType<PutScheduleResult.Put>(await desk.PutAsync("hourly", definition, new(IfMatch: null, OnlyNew: true), Erp, default));
        Assert.True(made.IsNew);

        Assert.Equal(new PutScheduleResult.Refused(EditRefusal.PreconditionMissing), await desk.PutAsync("hourly", definition, new(null, false), Erp, default));
        Assert.Equal(new PutScheduleResult.Refused(EditRefusal.PreconditionFailed), await desk.PutAsync("hourly", definition, new(null, true), Erp, default));
        Assert.Equal(new PutScheduleResult.Refused(EditRefusal.PreconditionFailed), await desk.PutAsync("none", definition, new("\"x\"", false), Erp, default));
        Assert.Equal(new PutScheduleResult.Refused(EditRefusal.NameTaken), await desk.PutAsync("hourly", definition, new(made.Schedule.ETag, false), new("crm", "crm", false), default));
        var changed = Assert.IsType<PutScheduleResult.Put>(await desk.PutAsync(
            "hourly", definition with { Name = "Hourly" }, new(made.Schedule.ETag, false), new("adam", "adam", true), default));
        Assert.Equal((false, "erp", "Hourly", "changed", "adam"), (changed.IsNew, changed.Schedule.Publisher, changed.Schedule.Name, changed.Schedule.LastAction, changed.Schedule.LastActor));
        Assert.Equal(new PutScheduleResult.Refused(EditRefusal.PreconditionFailed), await desk.PutAsync("hourly", definition, new(made.Schedule.ETag, false), Erp, default));
    }

    [Fact]
    public async Task What_is_wrong_is_said_by_field_before_anything_is_kept()
    {
        await using var product = await ProductHost.StartAsync();
        var errors = await product.ErrorsAsync("Not an id", new(
            " ", "61 * * * *", "Mars/Olympus", "nobody", product.Template("{{ nothing }}", """{"scheduledFor": 1}"""), TimeSpan.FromHours(2), (OverlapPolicy)9, CatchUpWindow: TimeSpan.FromDays(99),
            Source: new("http://example.org/", "Host", "a\nb", TimeSpan.Zero)));

        Assert.Equal(
            ["catchUpWindow", "cron", "id", "jitter", "name", "overlap", "owner", "report.data.scheduledFor", "report.data.source", "report.title", "source.header", "source.secret", "source.timeout", "source.url", "timeZone"],
            errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["cron"], (await product.ErrorsAsync("never", product.Every("0 0 30 2 *"))).Keys);
        Assert.Equal(["report"], (await product.ErrorsAsync("none", product.Every("0 * * * *") with { Report = null })).Keys);
        Assert.Empty(await product.Get<ScheduleDesk>().ListAsync(publisher: null, default));
    }

    [Fact]
    [Trait("Requirement", "R65")]
    public async Task Addresses_and_secrets_of_a_template_are_neither_shown_nor_stored_in_the_clear()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("hourly", product.Every("0 * * * *") with
        {
            Report = product.Template("x", """{"source": {}}""") with { Destinations = [new WebhookDestination("https://localhost/path-secret", "hook-secret-of-16")] },
            Source = new("https://localhost/query?key=url-secret", "X-Api-Key", "header-secret"),
        });
        var shown = JsonSerializer.Serialize(await product.Get<ScheduleDesk>().FindAsync("hourly", default));
        var stored = System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(product.DatabaseFile));
        foreach (var secret in (string[])["path-secret", "hook-secret-of-16", "url-secret", "header-secret"])
        {
            Assert.DoesNotContain(secret, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, stored, StringComparison.Ordinal);
        }
    }
}

/// <summary>What the tests of schedules do with the product.</summary>
internal static class ScheduleDriver
{
    public static string Owner(this ProductHost product) => $"finance@{product.Tenant.Domain}";

    public static ScheduleDefinition Every(this ProductHost product, string cron)
        => new(Name: null, cron, TimeZone: null, product.Owner(), product.Template("Report of {{ scheduledFor }}"));

    public static ReportRequest Template(this ProductHost product, string title, string? data = null, string? patience = null) => product.Request(title) with
    {
        Data = data is null ? null : JsonDocument.Parse(data).RootElement,
        Patience = patience is null ? null : TimeSpan.Parse(patience, CultureInfo.InvariantCulture),
    };

    public static async Task<PutScheduleResult.Put> PutAsync(this ProductHost product, string id, ScheduleDefinition definition)
    {
        var result = await product.Get<ScheduleDesk>().PutAsync(id, definition, new(IfMatch: null, OnlyNew: true), new("erp", "erp", MayChangeAll: false), default);
        return result is PutScheduleResult.Put put ? put : throw new Xunit.Sdk.XunitException(JsonSerializer.Serialize(result, result.GetType()));
    }

    public static async Task<IReadOnlyDictionary<string, string[]>> ErrorsAsync(this ProductHost product, string id, ScheduleDefinition definition)
        => Assert.IsType<PutScheduleResult.Invalid>(await product.Get<ScheduleDesk>()
            .PutAsync(id, definition, new(IfMatch: null, OnlyNew: true), new("erp", "erp", MayChangeAll: false), default)).Errors;

    /// <summary>The schedule's record, newest first.</summary>
    public static async Task<IReadOnlyList<Occurrence>> LogAsync(this ProductHost product, string id)
        => (await product.Get<ScheduleDesk>().OccurrencesAsync(id, before: null, 200, default))!;

    /// <summary>Lets time pass until so many occurrences are handed over.</summary>
    public static Task<IReadOnlyList<Occurrence>> OccurrencesAsync(this ProductHost product, string id, int atLeast) => product.UntilAsync(
        async () => await product.LogAsync(id) is var log && log.Count(o => o.State == OccurrenceState.HandedOver) >= atLeast ? log : null);

    /// <summary>Lets time pass, from one durable timer to the next, until there is what is looked for.</summary>
    public static async Task<T> UntilAsync<T>(this ProductHost product, Func<Task<T?>> look)
        where T : class
    {
        var started = DateTimeOffset.UtcNow;
        while (true)
        {
            Assert.True(DateTimeOffset.UtcNow - started < TimeSpan.FromSeconds(60), $"It did not happen. {string.Join('\n', product.Log.Lines.TakeLast(20))}");
            if (product.Worker.Runtime.IsIdle)
            {
                if (await look() is { } found)
                {
                    return found;
                }

                if (product.Worker.Runtime is { IsIdle: true, NextTimer: { } next } && next > product.Time.GetUtcNow())
                {
                    product.Time.Advance(next - product.Time.GetUtcNow());
                }
            }

            await Task.Delay(1);
        }
    }
}
