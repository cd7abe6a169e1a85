using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>What happens to one report when Teams or the credential misbehaves: one message, or one mail and at most one message.</summary>
public sealed class DeliveryTests
{
    [Fact]
    [Trait("Requirement", "R87")]
    public async Task A_report_is_posted_once_and_carries_its_marker()
    {
        await using var product = await ProductHost.StartAsync();
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        var message = Assert.Single(product.Messages);
        Assert.Equal((DeliveryState.Delivered, message.Id), (delivery.State, delivery.MessageId));
        Assert.Equal(delivery.CardId, Guid.Parse(Assert.Single(message.AttachmentIds)));
        Assert.Equal("Daily sales", message.Subject);
        Assert.Contains("<strong>up</strong>", message.Content, StringComparison.Ordinal);
        Assert.Empty(product.ReportMails);
        Assert.Equal(["posted"], delivery.Attempts.Select(a => a.Outcome));
    }

    [Theory]
    [Trait("Requirement", "R10")]
    [Trait("Requirement", "R46")]
    [Trait("Requirement", "R32")]
    [InlineData("token-expired")]
    [InlineData("expired-403")]
    [InlineData("cae-challenge")]
    public async Task A_dead_access_token_is_renewed_once_without_anybody(string scenario)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario);
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Single(product.Messages);
        Assert.Equal(["authentication-failed", "posted"], delivery.Attempts.Select(a => a.Outcome));
        Assert.Empty(await product.Cases.PageAsync(isOpen: null, 0, 100, CancellationToken.None));
        Assert.Empty(product.Tenant.Mails);
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [Trait("Requirement", "R82")]
    [InlineData("accepted-then-504")]
    [InlineData("accepted-then-cut")]
    [InlineData("accepted-empty-201")]
    [InlineData("slow-answer")]
    public async Task What_was_accepted_without_an_answer_is_read_back_and_not_posted_again(string scenario)
    {
        await using var product = await ProductHost.StartAsync(("Graph:Timeout", scenario == "slow-answer" ? "00:00:03" : "00:00:30"));
        product.Tenant.Faults.Apply(scenario);
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Single(product.Messages);
        Assert.Equal(1, product.Posts);
        Assert.Equal(["outcome-unknown", "already-posted"], delivery.Attempts.Select(a => a.Outcome));
        Assert.Equal(DeliveryState.Delivered, delivery.State);
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task A_message_that_shows_late_is_found_by_a_later_read()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("read-lag", new() { Delay = 20 });
        product.Time.Advance(TimeSpan.FromSeconds(1));
        product.Tenant.Faults.Apply("accepted-then-504");
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Single(product.Messages);
        Assert.Equal(["outcome-unknown", "not-found", "already-posted"], delivery.Attempts.Select(a => a.Outcome));
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [InlineData("unavailable-503")]
    [InlineData("bad-gateway-html")]
    [InlineData("cut-before-accept")]
    public async Task What_was_not_accepted_is_posted_again_after_the_last_read(string scenario)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario);
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Single(product.Messages);
        Assert.Equal(
            ["outcome-unknown", "not-found", "not-found", "not-found", "posted"], delivery.Attempts.Select(a => a.Outcome));
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task When_the_channel_cannot_be_read_back_the_mail_says_that_the_message_may_be_there()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("read-forbidden");
        product.Tenant.Faults.Apply("accepted-then-504");
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request(patience: TimeSpan.FromMinutes(10))));

        Assert.Single(product.Messages);
        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Contains("may be in the channel", Assert.Single(product.ReportMails).TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "R72")]
    [Trait("Requirement", "R74")]
    [InlineData("throttled", 30)]
    [InlineData("throttled-date", 30)]
    [InlineData("throttled-no-retry-after", 5)]
    public async Task A_429_waits_in_a_durable_timer_and_asks_nobody(string scenario, int seconds)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario, new() { Delay = 30, Count = 2 });
        var before = product.Time.GetUtcNow();
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Single(product.Messages);
        Assert.Equal(["throttled", "throttled", "posted"], delivery.Attempts.Select(a => a.Outcome));
        Assert.True(product.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(2 * seconds - 1), "It did not wait.");
        Assert.Empty(await product.Cases.PageAsync(isOpen: null, 0, 100, CancellationToken.None));
        Assert.Equal(1, product.TokenCalls); // the sign-in
    }

    [Theory]
    [Trait("Requirement", "R71")]
    [Trait("Requirement", "R86")]
    [InlineData("forbidden-membership", "AddMembership")]
    [InlineData("invalid-audience", "FixConfiguration")]
    [InlineData("ca-blocked", "ChangePolicy")]
    public async Task What_no_reconnect_cures_opens_its_own_case_and_goes_out_by_mail(string scenario, string cause)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario);
        if (scenario == "ca-blocked")
        {
            product.Tenant.ExpireAccessTokens();
        }

        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Empty(product.Messages);
        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Equal(delivery.MailMessageId, Assert.Single(product.ReportMails).MessageId);
        Assert.Contains(delivery.CardId.ToString("N"), delivery.MailMessageId, StringComparison.Ordinal);
        var found = await product.OpenCaseAsync(parked: 0);
        Assert.Equal(cause, found.Cause.ToString());
        Assert.Single(product.OperatorMails);
        Assert.DoesNotContain("Sign in as", product.OperatorMails[0].TextBody, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task When_Teams_stays_out_of_reach_past_the_patience_the_report_goes_out_by_mail()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 60, Count = 1000 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request(patience: TimeSpan.FromMinutes(10))));

        Assert.Empty(product.Messages);
        Assert.Equal(DeliveryState.FellBack, delivery.State);
        var mail = Assert.Single(product.ReportMails);
        Assert.Contains(DeliveryNames.Reference(delivery.CardId), mail.Subject, StringComparison.Ordinal);
        Assert.Contains("Sales were", mail.TextBody, StringComparison.Ordinal);
        Assert.True(product.Posts < 30, "It posted without waiting.");
    }

    [Fact]
    public async Task A_mail_server_that_refuses_for_a_while_gets_the_mail_later()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("forbidden-membership");
        product.Tenant.Faults.Apply("smtp-refuses", new() { Count = 3 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Single(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "R88")]
    public async Task One_destination_that_fails_does_not_hold_the_others()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("forbidden-membership", new() { Channel = product.ReportsChannel });
        var report = await product.SubmitAsync(product.Request(destinations: 2));
        await product.EndOfAsync(report);

        var deliveries = (await product.Reports.FindAsync(report.Id, CancellationToken.None))!.Deliveries;
        Assert.Equal([DeliveryState.FellBack, DeliveryState.Delivered], deliveries.Select(d => d.State));
        Assert.Empty(product.Messages);
        Assert.Single(product.Tenant.AllMessages());
        Assert.All(deliveries.SelectMany(d => d.Attempts), a => Assert.True(a.AcquisitionMs is not null || a.Kind == AttemptKind.Mail));
    }

    [Theory]
    [Trait("Requirement", "R80")]
    [InlineData("token-expired")]
    [InlineData("expired-403")]
    [InlineData("cae-challenge")]
    public async Task A_token_that_dies_in_the_middle_of_a_run_is_an_outcome_and_no_exception(string scenario)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 600, Count = 1 });
        var report = await product.SubmitAsync();
        await product.StateAsync(report.Deliveries[0].Id, DeliveryState.Waiting);
        product.Tenant.Faults.Apply(scenario);

        var delivery = await product.EndOfAsync(report);

        Assert.Equal(["throttled", "authentication-failed", "posted"], delivery.Attempts.Select(a => a.Outcome));
        Assert.Single(product.Messages);
        Assert.DoesNotContain(product.Log.Lines, static l => l.StartsWith("Error", StringComparison.Ordinal) || l.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R42")]
    public async Task The_first_and_the_last_call_of_a_run_are_kept_with_their_exact_times()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 600, Count = 1 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        var calls = product.Tenant.Requests.Where(static r => r.Surface == SandboxSurfaces.GraphMessagePost).Select(static r => r.Time).ToArray();
        Assert.Equal(2, calls.Length);
        Assert.True(calls[1] - calls[0] >= TimeSpan.FromMinutes(10));
        var (first, last) = (delivery.Attempts[0], delivery.Attempts[^1]);
        Assert.Equal(calls[0].UtcDateTime, first.StartedAt.UtcDateTime, TimeSpan.FromMilliseconds(10));
        Assert.Equal(calls[1].UtcDateTime, last.EndedAt!.Value.UtcDateTime, TimeSpan.FromMilliseconds(10));
        Assert.All([first.StartedAt, last.EndedAt.Value], static at => Assert.Equal(TimeSpan.Zero, at.Offset));
    }

    [Fact]
    public async Task A_202_that_leads_to_nothing_is_not_said_to_be_in_the_channel()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("workflow-lost");
        var delivery = await product.EndOfAsync(
            await product.SubmitAsync(product.Request() with { Destinations = [new WorkflowDestination(product.Tenant.WorkflowAddress.AbsoluteUri)] }));

        Assert.Equal(DeliveryState.HandedOver, delivery.State);
        Assert.Empty(product.Tenant.AllMessages());
    }

    [Fact]
    [Trait("Requirement", "R36")]
    [Trait("Requirement", "R44")]
    [Trait("Requirement", "R53")]
    public async Task A_run_that_waited_for_two_hours_posts_with_a_token_of_its_own()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 7200, Count = 1 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Single(product.Messages);
        Assert.Equal(["throttled", "posted"], delivery.Attempts.Select(a => a.Outcome));
        Assert.Empty(product.Tenant.Mails);
    }
}
