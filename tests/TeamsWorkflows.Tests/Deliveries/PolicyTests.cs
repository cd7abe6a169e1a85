using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>What a report wants when it is late, when nobody can look, and when it was mailed meanwhile.</summary>
public sealed class PolicyTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task A_late_message_says_so()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 900, Count = 1 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Late = new(TenMinutes) }));

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Contains("This is late: it was handed over at", Assert.Single(product.Messages).Content, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task A_message_that_is_not_wanted_late_is_suppressed()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 900, Count = 1 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Late = new(TenMinutes, LateAction.Skip) }));

        Assert.Equal(DeliveryState.Suppressed, delivery.State);
        Assert.Contains("not posted", delivery.Reason, StringComparison.Ordinal);
        Assert.Empty(product.Messages);
        Assert.Empty(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task A_message_that_is_late_and_may_be_there_is_looked_for_before_it_is_suppressed()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("accepted-then-504");
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Late = new(TimeSpan.FromSeconds(1), LateAction.Skip) }));

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Single(product.Messages);
    }

    [Fact]
    [Trait("Requirement", "B11")]
    public async Task A_report_that_was_mailed_meanwhile_says_so_in_Teams()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        var report = await product.SubmitAsync(product.Request() with { Fallback = new(null, TimeSpan.FromMinutes(30)) });
        await product.OpenCaseAsync();
        product.Time.Advance(TimeSpan.FromMinutes(30));
        await product.UntilAsync(() => product.ReportMails.Count == 1 && product.Worker.Runtime.IsIdle);
        var mail = Assert.Single(product.ReportMails);
        Assert.Contains("Teams is still tried", mail.TextBody, StringComparison.Ordinal);
        var waiting = (await product.Reports.FindAsync(report.Id, default))!.Deliveries[0];
        Assert.Equal((DeliveryState.Parked, mail.MessageId), (waiting.State, waiting.MailMessageId));

        await product.OpenCaseAsync();
        await product.SignInAsync(product.Tenant.Service);
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Contains("Already sent by e-mail at ", Assert.Single(product.Messages).Content, StringComparison.Ordinal);
        Assert.Single(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "B11")]
    public async Task A_report_that_was_mailed_is_not_posted_any_more_if_that_is_wanted()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 3600, Count = 1 });
        var delivery = await product.EndOfAsync(
            await product.SubmitAsync(product.Request() with { Fallback = new(null, TimeSpan.FromMinutes(30), MailedAction.Suppress) }));

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Contains("not posted any more", delivery.Reason, StringComparison.Ordinal);
        Assert.Empty(product.Messages);
        Assert.Single(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "B11")]
    public async Task When_Teams_does_not_come_back_there_is_one_mail()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 600, Count = 1000 });
        var delivery = await product.EndOfAsync(
            await product.SubmitAsync(product.Request(patience: TimeSpan.FromHours(1)) with { Fallback = new(null, TimeSpan.FromMinutes(15)) }));

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.StartsWith("Already sent by e-mail at", delivery.Reason, StringComparison.Ordinal);
        Assert.Single(product.Tenant.Mails);
    }

    [Fact]
    [Trait("Requirement", "B11")]
    public async Task A_mail_server_that_is_down_does_not_keep_Teams_from_being_tried()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("smtp-refuses", new() { Count = 1000 });
        product.Tenant.Faults.Apply("throttled", new() { Delay = 1800, Count = 1 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Fallback = new(null, TenMinutes) }));

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.DoesNotContain("e-mail", Assert.Single(product.Messages).Content, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [InlineData(UnknownAction.FallBack, DeliveryState.FellBack, 1, 1)]
    [InlineData(UnknownAction.Repeat, DeliveryState.Delivered, 2, 0)]
    public async Task Where_nobody_can_look_the_report_decides_and_no_case_is_opened(UnknownAction unknown, DeliveryState end, int messages, int mails)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("read-forbidden");
        product.Tenant.Faults.Apply("accepted-then-504");
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Unknown = unknown }));

        Assert.Equal((end, messages, mails), (delivery.State, product.Messages.Count, product.ReportMails.Count));
        Assert.Equal(unknown == UnknownAction.Repeat, product.Messages.Any(m => m.Content.Contains("may be a repeat", StringComparison.Ordinal)));
        Assert.Empty(await product.Cases.PageAsync(isOpen: null, 0, 100, default));
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [InlineData(OperatorWord.ItIsThere, DeliveryState.Delivered, 1, 0)]
    [InlineData(OperatorWord.PostAgain, DeliveryState.Delivered, 2, 0)]
    [InlineData(OperatorWord.FallBack, DeliveryState.FellBack, 1, 1)]
    public async Task A_held_delivery_does_what_an_operator_says(OperatorWord word, DeliveryState end, int messages, int mails)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("read-forbidden");
        product.Tenant.Faults.Apply("accepted-then-504");
        var report = await product.SubmitAsync(product.Request() with { Unknown = UnknownAction.Hold });
        var id = report.Deliveries[0].Id;
        await product.StateAsync(id, DeliveryState.Held, soon: TimeSpan.FromMinutes(1));

        var desk = product.Get<DeliveryDesk>();
        Assert.Equal(WordResult.Done, await desk.DecideAsync(id, word, "olivia", "looked into the channel", default));
        Assert.Equal(WordResult.NotHeld, await desk.DecideAsync(id, word, "oscar", "me too", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal((end, messages, mails), (delivery.State, product.Messages.Count, product.ReportMails.Count));
        Assert.Equal((word, "olivia", "looked into the channel"), (delivery.Words[0].Word, delivery.Words[0].Actor, delivery.Words[0].Reason));
        Assert.Single(delivery.Words);
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task A_held_delivery_about_which_nobody_decides_falls_back_when_patience_ends()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule { Name = "busy", Surface = SandboxSurfaces.Receiver, Status = 502, ContentType = "text/plain", Body = "?", Count = 1 });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with
        {
            Unknown = UnknownAction.Hold,
            Destinations = [new SlackDestination(product.Tenant.ReceiverAddress("slack").AbsoluteUri)],
        }));

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Contains("may be in the channel", Assert.Single(product.ReportMails).TextBody, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B1")]
    [Trait("Requirement", "B11")]
    public async Task A_held_delivery_whose_mail_has_gone_out_still_waits_for_the_operator()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("read-forbidden");
        product.Tenant.Faults.Apply("accepted-then-504");
        var report = await product.SubmitAsync(product.Request() with { Unknown = UnknownAction.Hold, Fallback = new(null, TenMinutes) });
        var id = report.Deliveries[0].Id;
        await product.StateAsync(id, DeliveryState.Held, soon: TimeSpan.FromMinutes(1));
        product.Time.Advance(TenMinutes);
        await product.UntilAsync(() => product.ReportMails.Count == 1);
        await product.StateAsync(id, DeliveryState.Held);

        Assert.Equal(WordResult.Done, await product.Get<DeliveryDesk>().DecideAsync(id, OperatorWord.ItIsThere, "olivia", "seen", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Single(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "B15")]
    public async Task A_decision_that_the_delivery_does_not_hear_is_taken_back_and_the_log_has_both()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitAsync();
        var id = (await product.EndOfAsync(report)).Id;
        await product.Database.WriteAsync(async db => (await db.Deliveries.SingleAsync()).State = DeliveryState.Held, default); // its run is over
        using var call = AuditCall.Begin(new("olivia", "", "Operator"), "delivery.decide", $"delivery/{id}", "seen");

        Assert.Equal(WordResult.NotStarted, await product.Get<DeliveryDesk>().DecideAsync(id, OperatorWord.ItIsThere, "olivia", "seen", default));

        Assert.Equal(DeliveryState.Held, (await product.Reports.FindDeliveryAsync(id, default))!.State);
        var entries = await product.Get<AuditLog>().ListAsync(new(Action: "delivery.decide"), default);
        Assert.Equal(2, entries.Count);
        Assert.Contains("Held", entries[0].After!, StringComparison.Ordinal);
        Assert.Contains("Waiting", entries[0].Before!, StringComparison.Ordinal);
        Assert.Equal(entries[0].Hash, call.Written!.Hash);
    }

    [Fact]
    public async Task However_much_an_operator_says_there_is_one_mail()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("read-forbidden");
        product.Tenant.Faults.Apply("accepted-then-504");
        var report = await product.SubmitAsync(product.Request() with { Unknown = UnknownAction.Hold });
        var id = report.Deliveries[0].Id;
        await product.StateAsync(id, DeliveryState.Held, soon: TimeSpan.FromMinutes(1));
        await product.Get<DeliveryDesk>().DecideAsync(id, OperatorWord.FallBack, "olivia", new string('x', 1_000), default);
        var delivery = await product.EndOfAsync(report);

        Assert.Equal((DeliveryState.FellBack, 1_000), (delivery.State, delivery.Reason!.Length));
        Assert.Single(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task A_message_in_doubt_is_looked_for_after_the_reconnect_and_not_repeated_blindly()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("accepted-then-504");
        var report = await product.SubmitAsync(product.Request() with { Unknown = UnknownAction.Repeat });
        await product.StateAsync(report.Deliveries[0].Id, DeliveryState.Waiting);
        var scopes = product.Tenant.Connector.DelegatedScopes.ToArray();
        product.Tenant.RemoveConsent(product.Tenant.Connector);
        product.Tenant.ExpireAccessTokens();
        var found = await product.OpenCaseAsync(soon: TimeSpan.FromMinutes(1));
        product.Tenant.GrantConsent(product.Tenant.Connector, scopes);
        Assert.Equal(ResolveResult.Verifying, await product.Cases.ResolveAsync(found.Id, "olivia", "Consent is granted again", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Single(product.Messages);
    }

    [Fact]
    public async Task Impossible_times_are_refused_with_their_field()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request(patience: TenMinutes) with
        {
            Late = new(TimeSpan.Zero, (LateAction)7),
            Unknown = (UnknownAction)7,
            Fallback = new(null, TenMinutes, (MailedAction)7),
        };
        var invalid = Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync("erp", "key", request, default));
        Assert.Equal(["fallback.after", "fallback.then", "late.after", "late.then", "unknown"], invalid.Errors.Keys.Order());
    }
}
