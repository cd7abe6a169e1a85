using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>What becomes of a delivery that is cancelled, at every place where it can be.</summary>
[Trait("Requirement", "B4")]
public sealed class CancelTests
{
    [Fact]
    public async Task A_delivery_that_waits_ends_at_once()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 3600, Count = 1 });
        var report = await product.SubmitAsync();
        var id = report.Deliveries[0].Id;
        await product.StateAsync(id, DeliveryState.Waiting);
        var before = product.Time.GetUtcNow();
        Assert.Equal(WordResult.Done, await product.Get<DeliveryDesk>().CancelAsync(id, "olivia", "wrong figures", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal((DeliveryState.Cancelled, "Cancelled by olivia: wrong figures"), (delivery.State, delivery.Reason));
        Assert.Equal(before, product.Time.GetUtcNow());
        Assert.Empty(product.Messages);
        Assert.Empty(product.ReportMails);
        Assert.Equal(WordResult.AlreadyEnded, await product.Get<DeliveryDesk>().CancelAsync(id, "olivia", "again", default));
        Assert.Equal(WordResult.NotFound, await product.Get<DeliveryDesk>().CancelAsync("nothing.1", "olivia", "again", default));
    }

    [Fact]
    public async Task A_parked_delivery_ends_and_its_case_does_not_count_on_it()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        var report = await product.SubmitAsync();
        await product.OpenCaseAsync();
        var before = product.Time.GetUtcNow();
        var results = await product.Get<DeliveryDesk>().CancelReportAsync(report.Id, "olivia", "nobody needs it", default);
        Assert.Equal([WordResult.Done], results!.Values);
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Cancelled, delivery.State);
        Assert.Equal(before, product.Time.GetUtcNow()); // it did not wait for its patience to end
        Assert.Empty((await product.OpenCaseAsync(parked: 0)).WaitingDeliveries);
        await product.SignInAsync(product.Tenant.Service);
        await product.UntilAsync(() => product.Worker.Runtime.IsIdle);
        Assert.Empty(product.Messages);
    }

    [Theory]
    [InlineData("accepted-then-504", DeliveryState.Delivered, 1, "too late")]
    [InlineData("cut-before-accept", DeliveryState.Cancelled, 0, "wrong figures")]
    public async Task A_message_that_is_under_way_is_looked_for_and_the_delivery_says_what_it_came_to(
        string scenario, DeliveryState end, int messages, string reason)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario);
        var report = await product.SubmitAsync();
        var id = report.Deliveries[0].Id;
        await product.StateAsync(id, DeliveryState.Waiting);
        Assert.Equal(WordResult.Done, await product.Get<DeliveryDesk>().CancelAsync(id, "olivia", "wrong figures", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal((end, messages), (delivery.State, product.Messages.Count));
        Assert.Contains(reason, delivery.Reason, StringComparison.Ordinal);
        Assert.Empty(product.ReportMails);
    }

    [Fact]
    public async Task A_message_that_may_be_there_and_cannot_be_looked_for_is_cancelled_and_says_so()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("read-forbidden");
        product.Tenant.Faults.Apply("accepted-then-504");
        var report = await product.SubmitAsync(product.Request() with { Unknown = UnknownAction.Hold });
        await product.StateAsync(report.Deliveries[0].Id, DeliveryState.Held, soon: TimeSpan.FromMinutes(1));
        Assert.Equal(WordResult.Done, await product.Get<DeliveryDesk>().CancelAsync(report.Deliveries[0].Id, "olivia", "wrong figures", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Cancelled, delivery.State);
        Assert.Contains("may be in the channel", delivery.Reason, StringComparison.Ordinal);
        Assert.Empty(product.ReportMails);
    }

    [Fact]
    public async Task What_was_cancelled_is_not_mailed_while_it_is_still_looked_for()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("cut-before-accept");
        var report = await product.SubmitAsync(product.Request() with { Fallback = new(null, TimeSpan.FromSeconds(5)) });
        var id = report.Deliveries[0].Id;
        await product.StateAsync(id, DeliveryState.Waiting);
        Assert.Equal(WordResult.Done, await product.Get<DeliveryDesk>().CancelAsync(id, "olivia", "wrong figures", default));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Cancelled, delivery.State);
        Assert.Empty(product.ReportMails);
    }
}
