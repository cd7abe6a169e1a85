using System.Text;
using System.Text.Json;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Receipts;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Reports;

/// <summary>Who got what, when, by which way: shown, and told to a webhook.</summary>
[Trait("Requirement", "B11")]
public sealed class ReceiptTests
{
    private const string Secret = "a-secret-of-the-receiver";

    [Fact]
    public async Task A_receipt_proves_messages_and_mails()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("forbidden-membership", new() { Channel = product.ReportsChannel });
        var accepted = await product.SubmitAsync(product.Request(destinations: 2));
        Assert.False(ReportReceipt.Of(accepted).IsComplete);
        await product.EndOfAsync(accepted);
        var receipt = ReportReceipt.Of((await product.Reports.FindAsync(accepted.Id, default))!);

        Assert.True(receipt.IsComplete);
        var (mailed, posted) = (receipt.Deliveries[0], receipt.Deliveries[1]);
        Assert.Equal((DeliveryState.FellBack, null), (mailed.State, mailed.Message));
        Assert.Equal([$"finance@{product.Tenant.Domain}"], mailed.Mail!.Recipients);
        Assert.Equal(Assert.Single(product.ReportMails).MessageId, mailed.Mail.MessageId);
        var message = Assert.Single(product.Tenant.AllMessages());
        Assert.Equal((DeliveryState.Delivered, null), (posted.State, posted.Mail));
        Assert.Equal((message.Id, "posted", 201), (posted.Message!.MessageId, posted.Message.How, posted.Message.Status));
        Assert.NotNull(posted.Message.WebUrl);
        Assert.NotNull(posted.Message.RequestId);
    }

    [Fact]
    public async Task The_webhook_is_told_until_it_answers_and_every_call_is_signed_and_has_the_same_identifier()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "down",
            Surface = SandboxSurfaces.Receiver,
            Status = 502,
            ContentType = "text/plain",
            Body = "?",
            Count = 1,
            Moment = FaultMoment.AfterAccepting,
        });
        var report = await product.SubmitAsync(product.Request() with { Notify = new(product.Tenant.ReceiverAddress("program").AbsoluteUri, Secret) });
        await product.EndOfAsync(report);
        var end = await EndOfReceiptAsync(product, report);

        Assert.Equal("true", end.Output);
        Assert.Equal(2, product.Tenant.Calls.Count);
        var keys = product.Tenant.Calls.Select(c => c.Headers["Idempotency-Key"]).ToArray();
        Assert.Equal(keys[0], keys[1]);
        Assert.All(product.Tenant.Calls, call => Assert.Equal(
            WebhookWay.Sign(Secret, call.Headers["X-TeamsWorkflows-Timestamp"], Encoding.UTF8.GetBytes(call.Body)), call.Headers["X-TeamsWorkflows-Signature"]));
        using var body = JsonDocument.Parse(product.Tenant.Calls[^1].Body);
        Assert.Equal((keys[0], "report.ended"), (body.RootElement.GetProperty("id").GetString(), body.RootElement.GetProperty("event").GetString()));
        var line = body.RootElement.GetProperty("receipt").GetProperty("deliveries")[0];
        Assert.Equal("Delivered", line.GetProperty("state").GetString());
        Assert.NotNull((await product.Reports.FindAsync(report.Id, default))!.NotifiedAt);
    }

    [Theory]
    [InlineData(410, 1)]
    [InlineData(500, 40)]
    public async Task A_receiver_that_does_not_answer_is_told_for_a_day_and_one_that_is_gone_is_left_alone(int status, int mostCalls)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule { Name = "no", Surface = SandboxSurfaces.Receiver, Status = status, ContentType = "text/plain", Body = "?", Count = 1000 });
        var started = product.Time.GetUtcNow();
        var report = await product.SubmitAsync(product.Request() with { Notify = new(product.Tenant.ReceiverAddress("program").AbsoluteUri) });
        await product.EndOfAsync(report);
        var end = await EndOfReceiptAsync(product, report);

        Assert.Equal("false", end.Output);
        Assert.InRange(product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Receiver), 1, mostCalls);
        Assert.True(status == 410 || product.Time.GetUtcNow() - started > TimeSpan.FromHours(22), "It gave up early.");
        Assert.Null((await product.Reports.FindAsync(report.Id, default))!.NotifiedAt);
    }

    [Fact]
    public async Task A_receiver_that_is_down_does_not_keep_a_report_from_ending()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule { Name = "no", Surface = SandboxSurfaces.Receiver, Status = 503, ContentType = "text/plain", Body = "?", Count = 1000 });
        var report = await product.SubmitAsync(product.Request() with { Notify = new(product.Tenant.ReceiverAddress("program").AbsoluteUri) });
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        var receipt = await product.Client.GetInstanceAsync(await BeginningOfReceiptAsync(product, report));
        Assert.False(receipt!.Status is DurableTask.Core.OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task An_address_inside_and_a_short_secret_are_refused()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request() with { Notify = new("https://10.0.0.1/hook", "short") };
        var invalid = Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync("erp", "key", request, default));
        Assert.Equal(["notify.secret", "notify.url"], invalid.Errors.Keys.Order());
    }

    private static async Task<DurableTask.OrchestrationMetadata> EndOfReceiptAsync(ProductHost product, Report report)
        => await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(await BeginningOfReceiptAsync(product, report)));

    private static async Task<string> BeginningOfReceiptAsync(ProductHost product, Report report)
    {
        var id = DeliveryNames.InstanceOfReceipt(DeliveryNames.InstanceOfReport(report.Id));
        await product.UntilAsync(async () => await product.Client.GetInstanceAsync(id) is not null && product.Worker.Runtime.IsIdle);
        return id;
    }
}
