using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Sending once more at an operator's word.</summary>
public sealed class ResendTests
{
    [Fact]
    [Trait("Requirement", "R82")]
    public async Task A_resend_is_a_delivery_of_its_own_with_its_own_key_and_refers_to_the_earlier_one()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitAsync();
        var first = await product.EndOfAsync(report);
        var accepted = Assert.IsType<ResendResult.Accepted>(await product.Reports.ResendAsync(first.Id, "olivia", "somebody deleted it", default));
        await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfReport(accepted.DeliveryId)));

        var second = (await product.Reports.FindDeliveryAsync(accepted.DeliveryId, default))!;
        Assert.Equal((DeliveryState.Delivered, first.Id), (second.State, second.ResendOf));
        Assert.NotEqual(first.CardId, second.CardId);
        Assert.Equal(2, product.Messages.Count);
        Assert.Equal((OperatorWord.Resend, "olivia", "somebody deleted it"), (second.Words[0].Word, second.Words[0].Actor, second.Words[0].Reason));
        Assert.Equal([first.Id, second.Id], (await product.Reports.FindAsync(report.Id, default))!.Deliveries.Select(d => d.Id));
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task What_still_runs_has_to_be_cancelled_first()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 3600, Count = 1 });
        var report = await product.SubmitAsync();
        var id = report.Deliveries[0].Id;
        await product.StateAsync(id, DeliveryState.Waiting);
        Assert.Equal(new ResendResult.StillRunning(id), await product.Reports.ResendAsync(id, "olivia", "it takes so long", default));
        Assert.Equal(new ResendResult.NotFound(), await product.Reports.ResendAsync("nothing.1", "olivia", "it takes so long", default));

        Assert.Equal(WordResult.Done, await product.Get<DeliveryDesk>().CancelAsync(id, "olivia", "it takes so long", default));
        await product.EndOfAsync(report);
        var accepted = Assert.IsType<ResendResult.Accepted>(await product.Reports.ResendAsync(id, "olivia", "it takes so long", default));
        Assert.Equal(new ResendResult.StillRunning(accepted.DeliveryId), await product.Reports.ResendAsync(id, "olivia", "and again", default));
        await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfReport(accepted.DeliveryId)));
        Assert.Single(product.Messages);
    }

    [Fact]
    [Trait("Requirement", "R89")]
    public async Task A_resend_that_was_stored_and_not_started_is_started_later_and_nothing_else_is()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitAsync();
        var first = await product.EndOfAsync(report);
        await product.Database.WriteAsync(
            async db =>
            {
                var earlier = (await db.Deliveries.FindAsync(first.Id))!;
                var id = DeliveryNames.Delivery(report.Id, 2);
                db.Deliveries.Add(new()
                {
                    Id = id,
                    ReportId = report.Id,
                    Publisher = earlier.Publisher,
                    ResendOf = first.Id,
                    Kind = earlier.Kind,
                    Destination = earlier.Destination,
                    ConnectionId = earlier.ConnectionId,
                    TeamId = earlier.TeamId,
                    ChannelId = earlier.ChannelId,
                    CardId = DeliveryNames.Card(id),
                    CreatedAt = product.Time.GetUtcNow(),
                    UpdatedAt = product.Time.GetUtcNow(),
                });
            },
            CancellationToken.None);
        await product.Reports.ResumeAsync(DateTimeOffset.MinValue, product.Time.GetUtcNow().AddSeconds(1), default);
        await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfReport(DeliveryNames.Delivery(report.Id, 2))));

        Assert.Equal(2, product.Messages.Count);
    }
}
