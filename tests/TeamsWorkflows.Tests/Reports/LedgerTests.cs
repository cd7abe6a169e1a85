using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Tests.Reports;

/// <summary>The ledger is found by what one knows of it, page by page, and kept no longer than it is wanted.</summary>
public sealed class LedgerTests
{
    [Fact]
    public async Task Each_filter_finds_its_deliveries_in_pages_newest_first()
    {
        await using var product = await ProductHost.StartAsync();
        List<Report> reports = [];
        for (var i = 0; i < 5; i++)
        {
            reports.Add(await product.SubmitAsync(i % 2 == 0 ? product.Request($"Report {i}") : product.Request($"Report {i}") with { Destinations = [product.OtherChannel] }));
            await product.EndOfAsync(reports[^1]);
            product.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(["Report 4", "Report 3"], await TitlesAsync(product, new(PageSize: 2)));
        Assert.Equal(["Report 2", "Report 1"], await TitlesAsync(product, new(PageSize: 2, Before: reports[3].Deliveries[0].Id)));
        Assert.Empty(await TitlesAsync(product, new(Before: "gone.1")));
        Assert.Equal(["Report 3", "Report 1"], await TitlesAsync(product, new(Channel: product.OtherChannel.ChannelId)));
        Assert.Equal(["Report 2"], await TitlesAsync(product, new(From: reports[2].CreatedAt, To: reports[3].CreatedAt)));
        Assert.Equal(5, (await TitlesAsync(product, new("erp", DeliveryState.Delivered, ProductHost.ConnectionId))).Length);
        Assert.Empty(await TitlesAsync(product, new("somebody else")));
        Assert.Empty(await TitlesAsync(product, new(Connection: "another")));
        Assert.Empty(await TitlesAsync(product, new(State: DeliveryState.Failed)));
    }

    [Fact]
    public async Task No_filter_reads_the_whole_ledger_or_sorts_it()
    {
        await using var product = await ProductHost.StartAsync();
        (DeliveryQuery Query, string Index)[] filters =
        [
            (new(Publisher: "erp"), "IX_Deliveries_Publisher_CreatedAt_Id (Publisher=?)"),
            (new(Publisher: "erp", From: product.Time.GetUtcNow()), "IX_Deliveries_Publisher_CreatedAt_Id (Publisher=? AND CreatedAt>?)"),
            (new(State: DeliveryState.Accepted), "IX_Deliveries_State_CreatedAt_Id (State=?)"),
            (new(Connection: "a"), "IX_Deliveries_ConnectionId_CreatedAt_Id (ConnectionId=?)"),
            (new(Channel: "a"), "IX_Deliveries_ChannelId_CreatedAt_Id (ChannelId=?)"),
            (new(To: product.Time.GetUtcNow()), "IX_Deliveries_CreatedAt_Id (CreatedAt<?)"),
        ];
        foreach (var (query, index) in filters)
        {
            Assert.Contains(index, Assert.Single(await PlanAsync(product, query)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_has_ended_is_taken_away_after_its_retention_and_what_has_not_stays()
    {
        await using var product = await ProductHost.StartAsync(("Deliveries:Retention", "30.00:00:00"), ("Deliveries:AttachmentRetention", "1.00:00:00"));
        var cleaner = product.Get<LedgerCleaner>();
        var attachment = new AttachmentRequest("figures.csv", "cmVnaW9uLHNhbGVzCg==", "text/csv");
        var ended = await product.SubmitAsync(product.Request("Ended") with { Attachments = [attachment] }, "the key");
        var delivery = await product.EndOfAsync(ended);
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        var open = await product.SubmitAsync(product.Request("Open", patience: TimeSpan.FromDays(30)) with { Attachments = [attachment] });
        await product.OpenCaseAsync();

        Assert.Equal((0, 0), (await cleaner.PurgeAttachmentsAsync(default), await cleaner.PurgeReportsAsync(default)));
        product.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal((1, 0), (await cleaner.PurgeAttachmentsAsync(default), await cleaner.PurgeAttachmentsAsync(default)));
        Assert.Equal(0, await cleaner.PurgeReportsAsync(default));
        Assert.Equal(new ResendResult.FilesGone(), await product.Reports.ResendAsync(delivery.Id, "olivia", "once more", default));

        product.Time.Advance(TimeSpan.FromDays(27.5));
        Assert.Equal(0, await cleaner.PurgeReportsAsync(default));
        product.Time.Advance(TimeSpan.FromDays(0.4));
        Assert.NotNull(await product.Reports.FindAsync(ended.Id, default));
        product.Time.Advance(TimeSpan.FromDays(0.2));
        await product.IdleAsync();
        Assert.Equal((1, 0), (await cleaner.PurgeReportsAsync(default), await cleaner.PurgeReportsAsync(default)));
        Assert.Null(await product.Reports.FindAsync(ended.Id, default));
        Assert.NotNull(await product.Reports.FindAsync(open.Id, default));
        Assert.Equal(0, await product.Database.ReadAsync(db => db.Attempts.CountAsync(a => a.DeliveryId == delivery.Id), default));
    }

    // Of the very statement that the ledger reads with.
    private static Task<List<string>> PlanAsync(ProductHost product, DeliveryQuery query) => product.Database.ReadAsync(
        async db =>
        {
            using var command = (await query.SelectAsync(db, CancellationToken.None))!.CreateDbCommand();
            command.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
            await db.Database.OpenConnectionAsync();
            using var reader = await command.ExecuteReaderAsync();
            List<string> steps = [];
            while (await reader.ReadAsync())
            {
                steps.Add(reader.GetString(3));
            }

            return steps;
        },
        CancellationToken.None);

    private static async Task<string[]> TitlesAsync(ProductHost product, DeliveryQuery query)
        => [.. (await product.Reports.ListDeliveriesAsync(query, CancellationToken.None)).Select(d => d.Title)];
}
