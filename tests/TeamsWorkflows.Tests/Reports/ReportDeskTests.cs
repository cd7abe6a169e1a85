using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Reports;

public sealed class ReportDeskTests
{
    [Fact]
    [Trait("Requirement", "R82")]
    public async Task The_same_key_and_report_is_one_report_however_often_and_however_parallel()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => product.Reports.SubmitAsync("erp", "monday", request, CancellationToken.None)));

        var accepted = results.Cast<SubmitResult.Accepted>().ToArray();
        Assert.Single(accepted.Select(a => a.Report.Id).Distinct());
        Assert.Single(accepted, a => !a.IsRepeat);
        await product.EndOfAsync(accepted[0].Report);
        Assert.Single(product.Messages);
    }

    [Fact]
    public async Task The_same_key_with_another_report_is_refused_and_another_publisher_has_keys_of_its_own()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitAsync(key: "monday");

        var reused = await product.Reports.SubmitAsync("erp", "monday", product.Request("Something else"), CancellationToken.None);
        Assert.Equal(report.Id, Assert.IsType<SubmitResult.KeyReused>(reused).ReportId);
        Assert.IsType<SubmitResult.Accepted>(await product.Reports.SubmitAsync("crm", "monday", product.Request(), CancellationToken.None));
    }

    [Fact]
    [Trait("Requirement", "R51")]
    [Trait("Requirement", "R52")]
    public async Task A_bad_report_is_refused_with_every_field_named_and_nothing_is_stored()
    {
        await using var product = await ProductHost.StartAsync();
        var application = product.Definition();
        (application.Id, application.AuthModel, application.Username) = ("erp-app", AuthModel.ApplicationSecret, null);
        await product.Connections.ConfigureAsync(application, CancellationToken.None);
        var channel = product.ReportsChannel;
        var request = new ReportRequest(
            " ",
            null,
            [
                new ChannelDestination("nobody", product.Finance.Id, channel),
                new ChannelDestination("erp-app", product.Finance.Id, channel),
                new ChannelDestination(ProductHost.ConnectionId, "no-guid", "general"),
                null,
            ],
            (ReportFormat)42,
            new(["not an address"]),
            TimeSpan.FromDays(365));

        var invalid = Assert.IsType<SubmitResult.Invalid>(
            await product.Reports.SubmitAsync("erp", "monday", request, CancellationToken.None));

        Assert.Equal(
            [
                "body", "destinations[0].connection", "destinations[1].connection", "destinations[2].channelId", "destinations[2].teamId",
                "destinations[3]", "fallback.email[0]", "format", "patience", "title",
            ],
            invalid.Errors.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("signed-in user", invalid.Errors["destinations[1].connection"][0], StringComparison.Ordinal);
        Assert.Contains(ProductHost.ConnectionId, invalid.Errors["destinations[0].connection"][0], StringComparison.Ordinal);
        Assert.Equal(0, await product.Database.ReadAsync(db => db.Reports.CountAsync(), CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Requirement", "R89")]
    public async Task A_report_that_was_stored_when_the_process_died_is_started_by_the_next_start_or_by_the_repeat(bool byRepeat)
    {
        await using var product = await ProductHost.StartAsync();
        await product.SubmitAsync(key: "monday");
        await product.RunAsync(product.Tenant.WaitForMessageAsync(_ => true, CancellationToken.None));

        // The same report under another key, as a process that died after storing it leaves it behind.
        await product.Database.WriteAsync(
            async db =>
            {
                var row = await db.Reports.AsNoTracking().Include(r => r.Deliveries).SingleAsync();
                var delivery = row.Deliveries[0];
                (row.Id, row.IdempotencyKey) = ("forgotten", "tuesday");
                (delivery.Id, delivery.ReportId, delivery.State, delivery.CardId)
                    = ("forgotten.1", "forgotten", DeliveryState.Accepted, DeliveryNames.Card("forgotten.1"));
                db.Reports.Add(row);
            },
            CancellationToken.None);
        if (byRepeat)
        {
            await product.SubmitAsync(key: "tuesday");
        }
        else
        {
            await product.Reports.ResumeAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, CancellationToken.None);
            await product.Reports.ResumeAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, CancellationToken.None);
        }

        await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfReport("forgotten")));
        Assert.Equal(2, product.Messages.Count);
    }
}
