using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Tests.Schedules;
using static TeamsWorkflows.Tests.Approvals.ApprovalDriver;

namespace TeamsWorkflows.Tests.Approvals;

/// <summary>Approvals beside everything else that happens to a report: others who decide, cancels, lost words, schedules.</summary>
public sealed class ApprovalRaceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Two_who_decide_at_once_come_to_one_result(int first)
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo(), product.Controller()));
        (string Name, Decision Word)[] says = [(product.Cfo(), Decision.Approve), (product.Controller(), Decision.Refuse)];
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => says[(i + first) % 2]).Select(s => Task.Run(
            () => product.Approvals().DecideAsync(report.Id, Signed(s.Name), s.Word, "my word", DecisionWay.Api, default))));
        var delivery = await product.EndOfAsync(report);

        var approval = await product.ApprovalOfAsync(report);
        var decision = Assert.Single(approval.Decisions);
        Assert.Equal(
            decision.Decision == Decision.Approve ? (ApprovalState.Approved, DeliveryState.Delivered, 1) : (ApprovalState.Refused, DeliveryState.NotApproved, 0),
            (approval.State, delivery.State, product.Messages.Count));
        Assert.Equal(10, results.Count(r => r == DecideResult.Done)); // the same word again is the same decision
        Assert.Equal(10, results.Count(r => r == DecideResult.Closed));
        Assert.Equal(
            decision.Decision == Decision.Approve ? DecideResult.AlreadyDecided : DecideResult.Closed,
            await product.Approvals().DecideAsync(report.Id, Signed(product.Cfo()), Decision.Refuse, "after all", DecisionWay.Api, default));
    }

    [Fact]
    public async Task With_four_eyes_whoever_hands_it_over_may_not_approve_it()
    {
        await using var product = await ProductHost.StartAsync(("Approvals:FourEyes", "true"));
        var wanted = new ApprovalRequest([new(null, ApproverRole.Operator)], Quorum: 2);
        var submitted = await product.Reports.SubmitAsync("oid-olivia", "olivia@x.example", "key", product.Request() with { Approval = wanted }, default);
        var report = Assert.IsType<SubmitResult.Accepted>(submitted).Report;
        await product.StateAsync(report.Deliveries[0].Id, DeliveryState.AwaitingApproval);

        Task<DecideResult> Approve(string name, string subject)
            => product.Approvals().DecideAsync(report.Id, new(name, subject, [ApproverRole.Operator]), Decision.Approve, null, DecisionWay.Api, default);
        Assert.Equal(DecideResult.OwnReport, await Approve("OLIVIA@x.example", "another"));
        Assert.Equal(DecideResult.OwnReport, await Approve("another", "oid-olivia"));
        Assert.Equal(DecideResult.Done, await Approve("adam", "oid-adam"));
        Assert.Equal(DecideResult.Done, await Approve("Adam ", "oid-adam")); // one person, one vote
        Assert.True((await product.ApprovalOfAsync(report)).IsOpen);
        Assert.Equal(DecideResult.Done, await Approve("eve", "oid-eve"));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
    }

    [Fact]
    public async Task A_report_that_is_cancelled_ends_its_approval_and_one_of_its_deliveries_does_not()
    {
        await using var product = await ProductHost.StartAsync();
        var desk = product.Get<DeliveryDesk>();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()), product.Request(destinations: 2));
        var key = await product.KeyOfAsync(product.Cfo());
        Assert.Equal(WordResult.Done, await desk.CancelAsync(report.Deliveries[0].Id, "olivia", "not there", default));
        await product.IdleAsync();
        Assert.True((await product.ApprovalOfAsync(report)).IsOpen);
        Assert.True(await product.Links().DecideAsync(key, null, Decision.Approve, null, default));
        await product.EndOfAsync(report);
        var ended = (await product.Reports.FindAsync(report.Id, default))!;
        Assert.Equal([DeliveryState.Cancelled, DeliveryState.Delivered], ended.Deliveries.Select(d => d.State));
        Assert.Equal("Cancelled by olivia: not there", ended.Deliveries[0].Reason);

        var second = await product.SubmitForApprovalAsync(Ask(product.Controller()), product.Request("Second", destinations: 2));
        var other = await product.KeyOfAsync(product.Controller());
        await desk.CancelReportAsync(second.Id, "olivia", "nobody needs it", default);
        await product.EndOfAsync(second);
        Assert.Equal(ApprovalState.Cancelled, (await product.ApprovalOfAsync(second)).State);
        Assert.False(await product.Links().DecideAsync(other, null, Decision.Approve, null, default));
        Assert.Equal(1, product.Posts);
        Assert.Null(product.Worker.Runtime.NextTimer);
    }

    [Fact]
    [Trait("Requirement", "R89")]
    public async Task A_decision_whose_run_was_not_told_is_told_later_and_words_for_nothing_do_no_harm()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()));
        for (var i = 0; i < 3; i++)
        {
            await product.Client.RaiseEventAsync(ApprovalNames.Instance(report.Id), AwaitApproval.Closed, true, default);
        }

        await product.IdleAsync();
        Assert.True((await product.ApprovalOfAsync(report)).IsOpen);
        await product.Database.WriteAsync( // as a process leaves it that dies before it can tell
            async db => Ballot.Cast((await ApprovalReader.RowAsync(db, report.Id, default))!, Signed(product.Cfo()), new(Decision.Approve, null, DecisionWay.Api), product.Time.GetUtcNow()),
            default);
        product.Time.Advance(TimeSpan.FromMinutes(1));
        await product.IdleAsync();
        Assert.Equal(0, product.Posts);

        await product.Approvals().ResumeAsync(product.Time.GetUtcNow(), default);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        await product.Approvals().ResumeAsync(product.Time.GetUtcNow(), default);
        Assert.Single(product.Messages);
    }

    [Fact]
    public async Task An_approval_whose_run_breaks_stops_its_report_and_says_so()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()));
        await product.Client.TerminateInstanceAsync(ApprovalNames.Instance(report.Id), "by an administrator", default);
        var delivery = await product.EndOfAsync(report);

        Assert.Equal((DeliveryState.NotApproved, ApprovalState.Cancelled), (delivery.State, (await product.ApprovalOfAsync(report)).State));
        Assert.StartsWith("The approval stopped", delivery.Reason, StringComparison.Ordinal);
        Assert.Equal(0, product.Posts);
    }

    [Fact]
    public async Task An_approval_whose_run_is_gone_ends_its_report_and_is_not_told_again()
    {
        await using var product = await ProductHost.StartAsync();
        var (approved, refused) = (await product.SubmitForApprovalAsync(Ask(product.Cfo())), await product.SubmitForApprovalAsync(Ask(product.Cfo())));
        foreach (var (report, word) in new[] { (approved, Decision.Approve), (refused, Decision.Refuse) })
        {
            await product.IdleAsync();
            Assert.True(await product.Client.TerminateInstanceAsync(DeliveryNames.InstanceOfReport(report.Id), "by an administrator", recursive: true));
            await product.IdleAsync();
            await product.Database.WriteAsync(
                async db =>
                {
                    var row = (await ApprovalReader.RowAsync(db, report.Id, default))!;
                    Ballot.Cast(row, Signed(product.Cfo()), new(word, "so", DecisionWay.Api), product.Time.GetUtcNow());
                },
                default);
        }

        product.Time.Advance(TimeSpan.FromMinutes(1));
        await product.Approvals().ResumeAsync(product.Time.GetUtcNow(), default);
        await product.Approvals().ResumeAsync(product.Time.GetUtcNow(), default);

        var one = (await product.Reports.FindAsync(approved.Id, default))!.Deliveries[0];
        Assert.Equal(DeliveryState.Failed, one.State);
        Assert.Contains("send it once more", one.Reason, StringComparison.Ordinal);
        Assert.Equal(DeliveryState.NotApproved, (await product.Reports.FindAsync(refused.Id, default))!.Deliveries[0].State);
        Assert.Equal(2, product.Log.Lines.Count(static l => l.Contains("its run is gone", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_approval_whose_run_has_failed_is_left_as_it_is_until_the_run_is_purged()
    {
        await using var product = await ProductHost.StartAsync();
        var (failed, waiting) = (await product.SubmitForApprovalAsync(Ask(product.Cfo())), await product.SubmitForApprovalAsync(Ask(product.Cfo())));
        await product.IdleAsync();
        var run = DeliveryNames.InstanceOfReport(failed.Id);
        await product.Client.TerminateInstanceAsync(run, "to make room for one that fails", recursive: true);
        await product.IdleAsync();
        await product.Client.PurgeInstanceAsync(run, recursive: true);
        await product.Client.ScheduleNewOrchestrationInstanceAsync(nameof(DeliverReport), input: null, new StartOrchestrationOptions { InstanceId = run });
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await product.Client.WaitForInstanceCompletionAsync(run)).Status);
        foreach (var report in new[] { failed, waiting })
        {
            await product.Database.WriteAsync(
                async db => Ballot.Cast(
                    (await ApprovalReader.RowAsync(db, report.Id, default))!, Signed(product.Cfo()), new(Decision.Approve, "so", DecisionWay.Api), product.Time.GetUtcNow()),
                default);
        }

        for (var i = 0; i < 3; i++)
        {
            product.Time.Advance(TimeSpan.FromMinutes(1));
            await product.Approvals().ResumeAsync(product.Time.GetUtcNow(), default);
        }

        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(waiting)).State);
        Assert.Equal(DeliveryState.AwaitingApproval, (await product.Reports.FindAsync(failed.Id, default))!.Deliveries[0].State);
        Assert.Single(product.Log.Lines, static l => l.Contains("its run has failed", StringComparison.Ordinal));

        await product.Client.PurgeInstanceAsync(run, recursive: true);
        product.Time.Advance(TimeSpan.FromMinutes(15));
        await product.Approvals().ResumeAsync(product.Time.GetUtcNow(), default);
        var ended = (await product.Reports.FindAsync(failed.Id, default))!.Deliveries[0];
        Assert.Equal(DeliveryState.Failed, ended.State);
        Assert.Contains("send it once more", ended.Reason, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R44")]
    public async Task Whoever_made_a_schedule_or_an_intake_with_an_older_release_may_not_approve_its_reports_either()
    {
        await using var product = await ProductHost.StartAsync();
        var (schedules, intakes, hourly) = (product.Get<ScheduleDesk>(), product.Get<IntakeDesk>(), product.Every("0 * * * *"));
        var report = product.Template("Sales", """{"request":{}}""") with { Approval = Ask(product.Cfo(), product.Controller()) };
        var (schedule, intake) = (hourly with { Report = report }, new IntakeDefinition(IntakeTool.Other, null, null, null, null, report, null));
        Editor By(string name) => new("erp", name, MayChangeAll: true);
        Precondition Seen(string etag) => new(etag, OnlyNew: false);
        var made = Assert.IsType<PutScheduleResult.Put>(await schedules.PutAsync("hourly", schedule, new(null, OnlyNew: true), By(product.Cfo()), default)).Schedule;
        var sent = Assert.IsType<PutIntakeResult.Put>(await intakes.PutAsync("sales", intake, new(null, OnlyNew: true), By(product.Cfo()), default)).Intake;
        await product.Database.WriteAsync(
            async db =>
            {
                (await db.Schedules.SingleAsync()).Authors = null;
                (await db.Intakes.SingleAsync()).Authors = null;
            },
            default);
        var strict = report with { Approval = report.Approval! with { FourEyes = true } };

        var refused = Assert.IsType<PutScheduleResult.Invalid>(
            await schedules.PutAsync("hourly", schedule with { Report = strict }, Seen(made.ETag), By("olivia"), default));
        Assert.Contains("fourEyes", Assert.Single(refused.Errors["report.approval.approvers[0].email"]), StringComparison.Ordinal);
        Assert.IsType<SchedulePreviewResult.Invalid>(await schedules.PreviewAsync("hourly", schedule with { Report = strict }, 1, By("olivia"), default));
        Assert.IsType<SchedulePreviewResult.Invalid>(await schedules.PreviewAsync("another", schedule with { Report = strict }, 1, By(product.Controller()), default));
        Assert.IsType<SchedulePreviewResult.Shown>(await schedules.PreviewAsync("another", schedule with { Report = strict }, 1, By("olivia"), default));
        Assert.IsType<PutIntakeResult.Invalid>(await intakes.PutAsync("sales", intake with { Report = strict }, Seen(sent.ETag), By("olivia"), default));

        Assert.True(await product.Get<ScheduleControl>().PauseAsync("hourly", "oscar", "for now", default)); // who made it is known after that, too
        made = (await schedules.FindAsync("hourly", default))!;
        Assert.IsType<PutScheduleResult.Put>(await schedules.PutAsync("hourly", schedule, Seen(made.ETag), By("olivia"), default));
        Assert.IsType<PutIntakeResult.Put>(await intakes.PutAsync("sales", intake, Seen(sent.ETag), By("olivia"), default));
        var authors = await product.Database.ReadAsync(
            async db => new[] { (await db.Schedules.SingleAsync()).Authors!, (await db.Intakes.SingleAsync()).Authors! }, default);
        Assert.All(authors, stored => Assert.Equal([product.Cfo(), "erp", "olivia"], EditAuthors.Of(stored)));
    }

    [Fact]
    [Trait("Requirement", "R44")]
    public async Task Whoever_made_a_schedule_or_changed_changed_it_may_not_approve_its_reports_by_link_either()
    {
        await using var product = await ProductHost.StartAsync();
        var (schedules, hourly) = (product.Get<ScheduleDesk>(), product.Every("0 * * * *"));
        var definition = hourly with { Report = hourly.Report! with { Approval = Ask(product.Cfo(), product.Controller()) with { FourEyes = true } } };
        Editor By(string name) => new("erp", name, MayChangeAll: true);
        var own = Assert.IsType<PutScheduleResult.Invalid>(await schedules.PutAsync("hourly", definition, new(null, OnlyNew: true), By(product.Cfo()), default));
        Assert.Contains("fourEyes", Assert.Single(own.Errors["report.approval.approvers[0].email"]), StringComparison.Ordinal);

        var made = Assert.IsType<PutScheduleResult.Put>(await schedules.PutAsync("hourly", definition, new(null, OnlyNew: true), By("olivia"), default));
        var version = new Precondition(made.Schedule.ETag, OnlyNew: false);
        Assert.IsType<PutScheduleResult.Invalid>(await schedules.PutAsync("hourly", definition, version, By(product.Controller()), default));
        Assert.IsType<PutScheduleResult.Put>(await schedules.PutAsync("hourly", definition, version, By("oscar"), default));
        await product.UntilAsync(() => Task.FromResult(product.MailsTo(product.Cfo()).Count > 0), soon: TimeSpan.FromHours(1));

        var approval = await product.Database.ReadAsync(db => db.Approvals.SingleAsync(), default);
        Assert.All(["erp", "olivia", "oscar", hourly.Owner!], name => Assert.Contains($"\"{name}\"", approval.Authors, StringComparison.Ordinal));
        await product.Database.WriteAsync( // as of one who is asked, and has changed it while four eyes were not wanted
            async db => (await db.Approvals.SingleAsync()).Authors = EditAuthors.With(approval.Authors, By(product.Cfo())), default);
        Assert.False(await product.Links().DecideAsync(await product.KeyOfAsync(product.Cfo()), null, Decision.Approve, null, default));
        Assert.True(await product.Links().DecideAsync(await product.KeyOfAsync(product.Controller()), null, Decision.Approve, null, default));
    }

    [Fact]
    public async Task Each_report_of_a_schedule_waits_for_an_approval_of_its_own_and_its_owner_may_not_give_it()
    {
        await using var product = await ProductHost.StartAsync();
        var hourly = product.Every("0 * * * *");
        var own = hourly with { Report = hourly.Report! with { Approval = Ask(hourly.Owner!) with { FourEyes = true } } };
        Assert.Contains("fourEyes", Assert.Single((await product.ErrorsAsync("hourly", own))["report.approval.approvers[0].email"]), StringComparison.Ordinal);
        await product.PutAsync("hourly", hourly with { Report = hourly.Report! with { Approval = Ask(product.Cfo()) with { FourEyes = true } } });
        await product.UntilAsync(() => Task.FromResult(product.MailsTo(product.Cfo()).Count > 0), soon: TimeSpan.FromHours(1));

        var waiting = Assert.Single(await product.Approvals().ListAsync(Signed(product.Cfo()), onlyOpen: true, default));
        Assert.Equal(0, product.Posts);
        Assert.True(await product.Links().DecideAsync(await product.KeyOfAsync(product.Cfo()), null, Decision.Approve, null, default));
        var end = await product.Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfReport(waiting.ReportId));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.Status);
        Assert.Single(product.Messages);
    }

    [Fact]
    public async Task What_is_past_its_retention_goes_with_its_approval()
    {
        await using var product = await ProductHost.StartAsync(("Deliveries:Retention", "1.00:00:00"));
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()));
        await product.Links().DecideAsync(await product.KeyOfAsync(product.Cfo()), null, Decision.Refuse, "No", default);
        await product.EndOfAsync(report);
        product.Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(1, await product.Get<LedgerCleaner>().PurgeReportsAsync(default));
        Assert.Equal(0, await product.Database.ReadAsync(db => db.Approvals.CountAsync(), default));
        Assert.Equal(0, await product.Database.ReadAsync(db => db.ApprovalLinks.CountAsync(), default));
    }
}
