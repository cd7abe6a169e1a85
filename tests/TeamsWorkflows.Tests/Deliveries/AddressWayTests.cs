using System.Net;
using System.Text;
using System.Text.Json;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Flows, Slack, incident tools and programs: each is judged by its own rules, and no address leads inside.</summary>
public sealed class AddressWayTests
{
    private const string Secret = "a-secret-of-the-receiver";
    private static readonly string RoutingKey = new('7', 32);

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task Slack_has_a_message_when_it_says_ok()
    {
        await using var product = await ProductHost.StartAsync();
        var delivery = await EndOfAsync(product, new SlackDestination(product.Tenant.ReceiverAddress("slack").AbsoluteUri));

        Assert.Equal((DeliveryState.Delivered, "taken"), Ended(delivery));
        using var sent = JsonDocument.Parse(Assert.Single(product.Tenant.Calls).Body);
        Assert.StartsWith("*Daily sales*\nSales were **up** by 4 %.", sent.RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_that_has_accepted_is_not_said_to_have_delivered()
    {
        await using var product = await ProductHost.StartAsync();
        var delivery = await EndOfAsync(product, new WorkflowDestination(product.Tenant.WorkflowAddress.AbsoluteUri));

        Assert.Equal((DeliveryState.HandedOver, "handed-over"), Ended(delivery));
        Assert.Contains("Sales were", Assert.Single(product.Tenant.AllMessages()).Attachments[0].Content, StringComparison.Ordinal);
        Assert.Contains("not known", delivery.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [InlineData(SandboxSurfaces.Webhook)]
    [InlineData(SandboxSurfaces.Receiver)]
    public async Task What_nobody_can_look_up_is_not_sent_twice_and_the_mail_says_that_it_may_be_there(string surface)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(Fault(surface, 504, FaultMoment.AfterAccepting));
        Destination destination = surface == SandboxSurfaces.Webhook
            ? new WorkflowDestination(product.Tenant.WorkflowAddress.AbsoluteUri)
            : new SlackDestination(product.Tenant.ReceiverAddress("slack").AbsoluteUri);
        var delivery = await EndOfAsync(product, destination);

        Assert.Equal((DeliveryState.FellBack, "outcome-unknown,mailed"), Ended(delivery));
        Assert.Single(product.Tenant.Requests, r => r.Surface == surface);
        Assert.Contains("may be in the channel", Assert.Single(product.ReportMails).TextBody, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task A_flow_that_hides_a_failure_in_a_200_is_not_believed()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(Fault(SandboxSurfaces.Webhook, 200, FaultMoment.InsteadOfAccepting));
        var delivery = await EndOfAsync(product, new WorkflowDestination(product.Tenant.WorkflowAddress.AbsoluteUri));

        Assert.Equal((DeliveryState.FellBack, "outcome-unknown,mailed"), Ended(delivery));
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task An_incident_is_one_however_often_its_event_is_sent()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(Fault(SandboxSurfaces.Receiver, 504, FaultMoment.AfterAccepting));
        var delivery = await EndOfAsync(product, new PagerDutyDestination(RoutingKey, IncidentSeverity.Critical));

        Assert.Equal((DeliveryState.HandedOver, "unavailable,handed-over"), Ended(delivery));
        var events = product.Tenant.Calls.Select(c => JsonDocument.Parse(c.Body).RootElement).ToArray();
        Assert.Equal(2, events.Length);
        Assert.Equal(delivery.CardId.ToString("N"), Assert.Single(events.Select(e => e.GetProperty("dedup_key").GetString()).Distinct()));
        Assert.Equal("critical", events[0].GetProperty("payload").GetProperty("severity").GetString());
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task A_program_gets_a_signed_document_with_the_key_of_the_delivery()
    {
        await using var product = await ProductHost.StartAsync();
        var delivery = await EndOfAsync(product, new WebhookDestination(product.Tenant.ReceiverAddress("erp").AbsoluteUri, Secret));

        Assert.Equal((DeliveryState.Delivered, "taken"), Ended(delivery));
        var call = Assert.Single(product.Tenant.Calls);
        Assert.Equal(delivery.CardId.ToString("N"), call.Headers["Idempotency-Key"]);
        Assert.Equal(
            WebhookWay.Sign(Secret, call.Headers["X-TeamsWorkflows-Timestamp"], Encoding.UTF8.GetBytes(call.Body)),
            call.Headers["X-TeamsWorkflows-Signature"]);
    }

    [Theory]
    [Trait("Requirement", "R72")]
    [InlineData(429, "throttled,taken")]
    [InlineData(503, "unavailable,taken")]
    public async Task A_program_that_is_busy_is_tried_again(int status, string outcomes)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(Fault(SandboxSurfaces.Receiver, status, FaultMoment.InsteadOfAccepting));
        var delivery = await EndOfAsync(product, new WebhookDestination(product.Tenant.ReceiverAddress("erp").AbsoluteUri));

        Assert.Equal((DeliveryState.Delivered, outcomes), Ended(delivery));
        Assert.Single(product.Tenant.Calls);
    }

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task An_address_that_is_gone_opens_no_case_and_the_report_goes_out_by_mail()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.EnableWorkflow(enabled: false);
        var delivery = await EndOfAsync(product, new WorkflowDestination(product.Tenant.WorkflowAddress.AbsoluteUri));

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Single(product.ReportMails);
        Assert.Empty(await product.Cases.PageAsync(isOpen: null, 0, 100, CancellationToken.None));
    }

    [Fact]
    [Trait("Requirement", "R51")]
    [Trait("Requirement", "R86")]
    public async Task A_webhook_that_is_a_connection_has_its_address_nowhere_else_and_one_case_when_it_is_turned_off()
    {
        await using var product = await ProductHost.StartAsync();
        var webhook = product.Webhook();
        await product.Connections.ConfigureAsync(webhook, default);
        var destination = new WorkflowDestination(Url: null, webhook.Id);
        Assert.Equal((DeliveryState.HandedOver, "handed-over"), Ended(await EndOfAsync(product, destination)));
        Assert.NotNull((await product.Connections.FindAsync(webhook.Id, default))!.LastSuccessAt);

        product.Tenant.EnableWorkflow(enabled: false);
        Assert.Equal(DeliveryState.FellBack, (await EndOfAsync(product, destination)).State);
        Assert.Equal(DeliveryState.FellBack, (await EndOfAsync(product, destination)).State);
        var found = Assert.Single(await product.Cases.PageAsync(isOpen: true, 0, 100, default));
        Assert.Equal((webhook.Id, "resource-not-found/workflow-deleted"), (found.ConnectionId, found.Diagnosis.Runbook));
        Assert.Contains("Destination not found", Assert.Single(product.OperatorMails).Subject, StringComparison.Ordinal);

        product.Tenant.EnableWorkflow(enabled: true);
        Assert.Equal(TeamsWorkflows.Cases.ResolveResult.Verifying, await product.Cases.ResolveAsync(found.Id, "olivia", "Turned on", default));
        await product.UntilAsync(async () => !(await product.Cases.FindAsync(found.Id, default))!.IsOpen);
        Assert.Equal(DeliveryState.HandedOver, (await EndOfAsync(product, destination)).State);
    }

    [Fact]
    [Trait("Requirement", "R51")]
    [Trait("Requirement", "R86")]
    public async Task A_webhook_that_asks_for_a_sign_in_is_its_owners_matter_and_has_no_token_renewed()
    {
        await using var product = await ProductHost.StartAsync();
        var webhook = product.Webhook();
        await product.Connections.ConfigureAsync(webhook, default);
        product.Tenant.Faults.Add(Fault(SandboxSurfaces.Webhook, 401, FaultMoment.InsteadOfAccepting) with
        {
            ContentType = "application/json",
            Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired or is not yet valid."}}""",
        });
        var calls = product.TokenCalls;

        var delivery = await EndOfAsync(product, new WorkflowDestination(Url: null, webhook.Id));

        Assert.Equal((DeliveryState.FellBack, "permission-denied,mailed"), Ended(delivery));
        Assert.Equal(calls, product.TokenCalls);
        var found = Assert.Single(await product.Cases.PageAsync(isOpen: true, 0, 100, default));
        Assert.Equal((webhook.Id, OperatorAction.FixConfiguration), (found.ConnectionId, found.Cause));
        Assert.False(found.Diagnosis.MayRenewSilently);
        Assert.NotNull(RunbookShelf.Find(found.Diagnosis.Runbook));
        Assert.Contains("its owner", found.Diagnosis.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "R51")]
    [InlineData(null, ProductHost.ConnectionId, "no webhook")]
    [InlineData("https://contoso.example/x", "finance-workflow", "one of url and connection")]
    [InlineData(null, "nobody", "no such connection")]
    [InlineData(null, null, "model Webhook")]
    public async Task A_workflow_is_reached_by_an_address_or_by_a_connection_that_is_one(string? url, string? connection, string fix)
    {
        await using var product = await ProductHost.StartAsync();
        await product.Connections.ConfigureAsync(product.Webhook(), default);

        var refused = Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync(
            "erp", "key", product.Request() with { Destinations = [new WorkflowDestination(url, connection)] }, default));

        Assert.Contains(fix, string.Join(' ', refused.Errors.SelectMany(static e => e.Value)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_when_it_is_called()
    {
        await using var product = await ProductHost.StartAsync(("Outbound:TrustedHosts:0", "nobody.example"));
        var delivery = await EndOfAsync(product, new WebhookDestination(product.Tenant.ReceiverAddress("erp").AbsoluteUri));

        Assert.Equal((DeliveryState.FellBack, "rejected,mailed"), Ended(delivery));
        Assert.Contains("private network", delivery.Reason, StringComparison.Ordinal);
        Assert.Empty(product.Tenant.Calls);
    }

    [Theory]
    [InlineData("http://contoso.example/x")]
    [InlineData("https://127.0.0.1/x")]
    [InlineData("https://[::1]/x")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::ffff:10.0.0.1]/x")]
    [InlineData("https://0x7f.1/x")]
    [InlineData("https://user:pass@contoso.example/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("contoso")]
    [InlineData(null)]
    public void An_address_that_must_not_be_called_is_refused_when_it_is_given(string? url) => Assert.NotNull(AddressRules.WhyNot(url));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("::ffff:192.168.0.1", false)]
    public void Public_addresses_are_told_from_others(string address, bool isPublic)
        => Assert.Equal(isPublic, PublicAddresses.IsPublic(IPAddress.Parse(address)));

    [Fact]
    [Trait("Requirement", "R49")]
    public async Task No_address_key_or_secret_of_a_destination_is_stored_or_shown_in_the_clear()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitAsync(product.Request() with
        {
            Destinations =
            [
                new WorkflowDestination(product.Tenant.WorkflowAddress.AbsoluteUri), new PagerDutyDestination(RoutingKey),
                new WebhookDestination(product.Tenant.ReceiverAddress("erp").AbsoluteUri, Secret),
            ],
        });
        await product.EndOfAsync(report);

        var found = (await product.Reports.FindAsync(report.Id, CancellationToken.None))!;
        string[] places =
        [
            Encoding.UTF8.GetString(await File.ReadAllBytesAsync(product.DatabaseFile)),
            string.Concat(product.Store.Query(new([]), long.MaxValue, int.MaxValue)
                .SelectMany(row => product.Store.Load(row.Id)!.History).Select(Encoding.UTF8.GetString)),
            string.Join('\n', product.Log.Lines),
            string.Join('\n', found.Deliveries.Select(d => d.Destination.ToString())),
        ];
        string[] secrets = [product.Tenant.WorkflowAddress.Query[5..], RoutingKey, Secret, "/receivers/"];
        Assert.Equal(["webhook", "pagerduty", "workflow"], found.Deliveries.Select(d => d.Kind).Reverse());
        Assert.All(places, place => Assert.All(secrets, secret => Assert.DoesNotContain(secret, place, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_report_that_is_too_large_for_a_place_without_files_is_refused_with_its_size()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request() with
        {
            Body = new string('x', 40_000),
            Destinations = [new SlackDestination(product.Tenant.ReceiverAddress("slack").AbsoluteUri), .. product.Request().Destinations!],
        };

        var invalid = Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync("erp", "monday", request, CancellationToken.None));

        Assert.Contains("32,768", Assert.Single(invalid.Errors["destinations[0]"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html; charset=windows-1250", 10)]
    [InlineData("text/plain; charset=nonsense", 10)]
    [InlineData("text/html", 600_000)]
    public async Task What_an_answer_looks_like_does_not_change_what_its_status_means(string contentType, int length)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(Fault(SandboxSurfaces.Receiver, 200, FaultMoment.AfterAccepting, contentType, new string('x', length)));
        var delivery = await EndOfAsync(product, new WebhookDestination(product.Tenant.ReceiverAddress("program").AbsoluteUri, Secret));

        Assert.Equal((DeliveryState.Delivered, "taken"), Ended(delivery));
        Assert.Single(product.Tenant.Calls);
    }

    [Fact]
    [Trait("Requirement", "R88")]
    public async Task Of_two_who_make_the_same_attempt_one_writes_its_outcome_and_the_other_takes_that()
    {
        await using var product = await ProductHost.StartAsync();
        var delivery = await EndOfAsync(product, new WebhookDestination(product.Tenant.ReceiverAddress("program").AbsoluteUri, Secret));
        var (runner, input) = (product.Get<AttemptRunner>(), new AttemptInput(delivery.Id, Number: 77));

        var outcome = await runner.RepeatableAsync(AttemptKind.Post, input, SlowAsync, CancellationToken.None);

        Assert.Equal("first", Assert.IsType<PostOutcome.Taken>(outcome).Receipt);

        async Task<AttemptTrace> SlowAsync(AttemptSubject subject, string? token)
        {
            await runner.RepeatableAsync(AttemptKind.Post, input, (_, _) => Task.FromResult(Took("first")), CancellationToken.None);
            return Took("second");
        }

        static AttemptTrace Took(string receipt) => new(new PostOutcome.Taken(receipt), 200, null, null, null);
    }

    private static async Task<Delivery> EndOfAsync(ProductHost product, Destination destination)
        => await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Destinations = [destination] }));

    private static (DeliveryState State, string Outcomes) Ended(Delivery delivery)
        => (delivery.State, string.Join(',', delivery.Attempts.Select(a => a.Outcome)));

    private static FaultRule Fault(
        string surface,
        int status,
        FaultMoment moment,
        string contentType = "text/plain",
        string body = "Microsoft Teams endpoint returned HTTP error 502.")
        => new()
        {
            Name = $"{surface} {status}",
            Surface = surface,
            Status = status,
            Moment = moment,
            ContentType = contentType,
            Body = body,
            Count = 1,
        };
}
