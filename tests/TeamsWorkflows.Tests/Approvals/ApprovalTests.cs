using System.Text.Json;
using System.Text.Json.Nodes;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Receipts;
using static TeamsWorkflows.Tests.Approvals.ApprovalDriver;

namespace TeamsWorkflows.Tests.Approvals;

/// <summary>Reports that wait for people before they go anywhere, over the whole product, in time that jumps.</summary>
public sealed class ApprovalTests
{
    [Fact]
    [Trait("Requirement", "R44")]
    [Trait("Requirement", "R65")]
    [Trait("Requirement", "B6")]
    public async Task A_report_waits_three_quarters_of_an_hour_for_its_approver_and_takes_its_token_after_that()
    {
        await using var product = await ProductHost.StartAsync();
        var before = (product.TokenCalls, product.Posts);
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()) with { Note = "Are the figures final?" });
        var key = await product.KeyOfAsync(product.Cfo());
        product.Time.Advance(TimeSpan.FromMinutes(45));
        await product.IdleAsync();
        Assert.Equal(before, (product.TokenCalls, product.Posts));

        product.Tenant.ExpireAccessTokens(); // what a token of the beginning would be by now
        var opened = (await product.Links().OpenAsync(key, signedInAs: null, default))!;
        Assert.Equal((product.Cfo(), report.Id), (opened.Approver, opened.Detail.Approval.ReportId));
        Assert.True(await product.Links().DecideAsync(key, null, Decision.Approve, "Fine.", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Single(product.Messages);
        Assert.True(product.TokenCalls > before.TokenCalls);
        var mail = Assert.Single(product.MailsTo(product.Cfo()));
        Assert.Equal("Approve or refuse: Daily sales", mail.Subject);
        Assert.Contains("Note: Are the figures final?", mail.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("Sales were", mail.TextBody, StringComparison.Ordinal); // it is not released yet
        var proof = ReportReceipt.Of((await product.Reports.FindAsync(report.Id, default))!).Approval!;
        Assert.Equal((ApprovalState.Approved, $"Approved by {product.Cfo()}."), (proof.State, proof.Reason));
        var said = Assert.Single(proof.Decisions);
        Assert.Equal((product.Cfo(), Decision.Approve, "Fine.", DecisionWay.Link), (said.Person, said.Decision, said.Comment, said.Way));
        Assert.DoesNotContain(product.Log.Lines, line => line.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_approved_is_what_is_posted()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()));
        var key = await product.KeyOfAsync(product.Cfo());
        var shown = (await product.Links().OpenAsync(key, null, default))!.Detail;
        Assert.True(await product.Links().DecideAsync(key, null, Decision.Approve, null, default));
        await product.EndOfAsync(report);

        using var payload = JsonDocument.Parse(shown.Destinations.Single().Payload);
        var message = Assert.Single(product.Messages);
        Assert.Equal(payload.RootElement.GetProperty("subject").GetString(), message.Subject);
        Assert.Equal(payload.RootElement.GetProperty("body").GetProperty("content").GetString()!.Replace("\n", "", StringComparison.Ordinal), message.Content);
        var card = payload.RootElement.GetProperty("attachments")[0].GetProperty("content").GetString()!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(card), JsonNode.Parse(message.Attachments[0].Content!))); // Graph gives it back with blanks of its own
        Assert.Contains("<strong>up</strong>", shown.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patience_for_Teams_begins_when_the_report_is_approved()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request(patience: TimeSpan.FromMinutes(10)) with { Late = new(TimeSpan.FromMinutes(30), LateAction.Skip) };
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()), request);
        var key = await product.KeyOfAsync(product.Cfo());
        product.Time.Advance(TimeSpan.FromHours(3));
        await product.Links().DecideAsync(key, null, Decision.Approve, null, default);

        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.Empty(product.ReportMails);
    }

    [Fact]
    public async Task Two_of_three_have_to_approve_and_a_link_works_once()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo(), product.Controller(), product.Head()) with { Quorum = 2 });
        var key = await product.KeyOfAsync(product.Cfo());
        Assert.True(await product.Links().DecideAsync(key, null, Decision.Approve, null, default));
        await product.IdleAsync();
        Assert.Equal((ApprovalState.Waiting, 1), ((await product.ApprovalOfAsync(report)).State, (await product.ApprovalOfAsync(report)).Approvals));
        Assert.False(await product.Links().DecideAsync(key, null, Decision.Approve, null, default));
        Assert.False(await product.Links().DecideAsync(key, null, Decision.Refuse, "On second thoughts", default));
        Assert.Null(await product.Links().OpenAsync(key, null, default));
        Assert.Equal(0, product.Posts);

        Assert.True(await product.Links().DecideAsync(await product.KeyOfAsync(product.Head()), null, Decision.Approve, null, default));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.Single(product.Messages);
        Assert.Null(await product.Links().OpenAsync(await product.KeyOfAsync(product.Controller()), null, default)); // it is decided
    }

    [Fact]
    public async Task One_refusal_ends_it_for_all_destinations_and_it_cannot_be_sent_once_more()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo(), product.Controller()) with { Quorum = 2 }, product.Request(destinations: 2));
        await product.Links().DecideAsync(await product.KeyOfAsync(product.Cfo()), null, Decision.Approve, null, default);
        Assert.True(await product.Links().DecideAsync(await product.KeyOfAsync(product.Controller()), null, Decision.Refuse, "March is missing", default));
        await product.EndOfAsync(report);

        var ended = (await product.Reports.FindAsync(report.Id, default))!;
        var reason = $"Refused by {product.Controller()}: March is missing";
        Assert.All(ended.Deliveries, d => Assert.Equal((DeliveryState.NotApproved, reason), (d.State, d.Reason)));
        Assert.Equal((ApprovalState.Refused, reason), (ended.Approval!.State, ended.Approval.Reason));
        Assert.True(ReportReceipt.Of(ended).IsComplete);
        Assert.Equal((0, 0), (product.Posts, product.ReportMails.Count));
        Assert.IsType<ResendResult.NotApproved>(await product.Reports.ResendAsync(ended.Deliveries[0].Id, "olivia", "all the same", default));
        Assert.Null(product.Worker.Runtime.NextTimer);
    }

    [Theory]
    [InlineData(ExpiryAction.Refuse, ApprovalState.Expired, DeliveryState.NotApproved, 0)]
    [InlineData(ExpiryAction.Release, ApprovalState.Released, DeliveryState.Delivered, 1)]
    public async Task Nobody_decides_in_time_and_the_report_does_not_go_out_unless_that_is_allowed_and_asked_for(
        ExpiryAction action, ApprovalState state, DeliveryState delivered, int messages)
    {
        await using var product = await ProductHost.StartAsync(("Approvals:AllowRelease", "true"));
        var handedOver = product.Time.GetUtcNow();
        var report = await product.SubmitForApprovalAsync(
            Ask(product.Cfo()) with { Within = TimeSpan.FromHours(8), RemindAfter = TimeSpan.FromHours(2), OnExpiry = action });
        var delivery = await product.EndOfAsync(report);

        Assert.Equal((delivered, messages), (delivery.State, product.Messages.Count));
        var approval = await product.ApprovalOfAsync(report);
        Assert.Equal((state, 2), (approval.State, approval.Reminders));
        Assert.True(product.Time.GetUtcNow() - handedOver >= TimeSpan.FromHours(8));
        Assert.Equal(
            ["Approve or refuse: Daily sales", "Reminder: Approve or refuse: Daily sales", "Reminder: Approve or refuse: Daily sales"],
            product.MailsTo(product.Cfo()).Select(m => m.Subject));
        foreach (var mail in product.MailsTo(product.Cfo()))
        {
            Assert.Null(await product.Links().OpenAsync(KeyOf(mail), null, default));
        }

        Assert.Equal(DecideResult.Closed, await product.Approvals().DecideAsync(report.Id, Signed(product.Cfo()), Decision.Approve, null, DecisionWay.Api, default));
    }

    [Fact]
    public async Task Others_are_asked_when_nobody_acts_and_may_decide_from_then_on()
    {
        await using var product = await ProductHost.StartAsync();
        var head = Signed(product.Head());
        var report = await product.SubmitForApprovalAsync(
            Ask(product.Cfo()) with { RemindAfter = TimeSpan.Zero, Escalate = new(TimeSpan.FromHours(5), [new(product.Head())]) });
        Assert.Empty(await product.Approvals().ListAsync(head, onlyOpen: true, default));
        Assert.Equal(DecideResult.NotAsked, await product.Approvals().DecideAsync(report.Id, head, Decision.Approve, null, DecisionWay.Api, default));
        await product.UntilAsync(() => Task.FromResult(product.MailsTo(product.Head()).Count > 0), soon: TimeSpan.FromHours(6));

        Assert.StartsWith("Escalation: ", Assert.Single(product.MailsTo(product.Head())).Subject, StringComparison.Ordinal);
        Assert.True(Assert.Single(await product.Approvals().ListAsync(head, onlyOpen: true, default)).Asks(head));
        Assert.True(await product.Links().DecideAsync(await product.KeyOfAsync(product.Head()), null, Decision.Approve, null, default));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
    }

    [Fact]
    public async Task Whoever_has_decided_is_not_reminded_and_links_of_all_mails_are_good_until_one_is_used()
    {
        await using var product = await ProductHost.StartAsync();
        await product.SubmitForApprovalAsync(Ask(product.Cfo(), product.Controller()) with { Quorum = 2, RemindAfter = TimeSpan.FromHours(1) });
        await product.Links().DecideAsync(await product.KeyOfAsync(product.Cfo()), null, Decision.Approve, null, default);
        await product.UntilAsync(() => Task.FromResult(product.MailsTo(product.Controller()).Count > 1), soon: TimeSpan.FromHours(2));

        Assert.Single(product.MailsTo(product.Cfo()));
        var (first, second) = (await product.KeyOfAsync(product.Controller()), await product.KeyOfAsync(product.Controller(), mail: 1));
        Assert.NotNull(await product.Links().OpenAsync(first, null, default));
        Assert.True(await product.Links().DecideAsync(second, null, Decision.Refuse, "No", default));
        Assert.Null(await product.Links().OpenAsync(first, null, default));
    }

    [Fact]
    [Trait("Requirement", "R87")]
    public async Task A_mail_server_that_is_down_keeps_nobody_from_deciding_in_the_console()
    {
        await using var product = await ProductHost.StartAsync(("Fallback:Port", "1"));
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()));
        await product.UntilAsync(async () => (await product.ApprovalOfAsync(report)).Approvers[0].MailProblem is not null);
        Assert.Equal(DecideResult.Done, await product.Approvals().DecideAsync(report.Id, Signed(product.Cfo()), Decision.Approve, null, DecisionWay.Console, default));

        var end = await product.Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfReport(report.Id));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.Status);
        Assert.Single(product.Messages);
    }
}
