using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries;
using static TeamsWorkflows.Tests.Approvals.ApprovalDriver;

namespace TeamsWorkflows.Tests.Approvals;

/// <summary>What links open, for whom, and how often.</summary>
public sealed class ApprovalLinkTests
{
    [Fact]
    [Trait("Requirement", "B6")]
    public async Task A_scanner_that_opens_every_link_changes_nothing_and_is_seen()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo(), product.Controller()));
        string[] keys = [await product.KeyOfAsync(product.Cfo()), await product.KeyOfAsync(product.Controller())];
        var before = await SnapshotAsync(product);
        foreach (var key in keys.Concat(keys).Append("made up").Append(keys[0][..^1]))
        {
            await product.Links().OpenAsync(key, null, default);
        }

        Assert.Equal(before, await SnapshotAsync(product));
        Assert.Equal(4, product.Log.Lines.Count(l => l.Contains($"of report {report.Id} was opened; that changes nothing", StringComparison.Ordinal)));
        Assert.Equal(2, product.Log.Lines.Count(l => l.Contains("leads to no approval", StringComparison.Ordinal)));
        Assert.True(await product.Links().DecideAsync(keys[0], null, Decision.Approve, null, default));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
    }

    [Fact]
    [Trait("Requirement", "B6")]
    [Trait("Requirement", "R49")]
    public async Task The_database_and_the_histories_hold_no_key_and_a_key_that_is_nearly_right_opens_nothing()
    {
        await using var product = await ProductHost.StartAsync();
        await product.SubmitForApprovalAsync(Ask(product.Cfo()));
        var key = await product.KeyOfAsync(product.Cfo());
        var row = await product.Database.ReadAsync(db => db.ApprovalLinks.SingleAsync(), default);
        Assert.Equal(64, key.Length);
        Assert.Equal(row.Id, key[..row.Id.Length][..21] + row.Id[^1]); // the name is in the key; what makes it good is not in the row
        Assert.DoesNotContain(key[22..], await File.ReadAllTextAsync(product.DatabaseFile, System.Text.Encoding.Latin1), StringComparison.Ordinal);

        var swapped = key[^1] == 'A' ? 'B' : 'A';
        foreach (var wrong in new[] { "", key + "A", key[..^1], key[..30] + (key[30] == 'x' ? 'y' : 'x') + key[31..], swapped + key[1..] })
        {
            Assert.Null(await product.Links().OpenAsync(wrong, null, default));
            Assert.False(await product.Links().DecideAsync(wrong, null, Decision.Approve, null, default));
        }

        Assert.Null(await product.Links().OpenAsync(null, null, default));
        Assert.NotNull(await product.Links().OpenAsync(key, null, default));
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public async Task A_link_is_nothing_where_somebody_else_is_signed_in()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(Ask(product.Cfo()));
        var key = await product.KeyOfAsync(product.Cfo());
        Assert.Null(await product.Links().OpenAsync(key, product.Head(), default));
        Assert.False(await product.Links().DecideAsync(key, product.Head(), Decision.Approve, null, default));
        Assert.True((await product.ApprovalOfAsync(report)).IsOpen);
        Assert.NotNull(await product.Links().OpenAsync(key, product.Cfo().ToUpperInvariant(), default));
        Assert.True(await product.Links().DecideAsync(key, product.Cfo(), Decision.Approve, null, default));
    }

    [Fact]
    public async Task The_mailbox_of_a_role_and_a_product_without_deciding_links_get_an_address_that_asks_for_a_sign_in()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitForApprovalAsync(new([new(product.Head(), ApproverRole.Operator)]));
        await product.UntilAsync(() => product.MailsTo(product.Head()).Count > 0);
        Assert.Contains($"/approvals/{report.Id}", product.MailsTo(product.Head())[0].TextBody, StringComparison.Ordinal);
        Assert.Equal(0, await product.Database.ReadAsync(db => db.ApprovalLinks.CountAsync(), default));
        Assert.Equal(DecideResult.NotAsked, await product.Approvals().DecideAsync(report.Id, Signed(product.Head()), Decision.Approve, null, DecisionWay.Api, default));
        Assert.Equal(
            DecideResult.Done,
            await product.Approvals().DecideAsync(report.Id, Signed("olivia", ApproverRole.Operator), Decision.Approve, null, DecisionWay.Api, default));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);

        await using var strict = await ProductHost.StartAsync(("Approvals:LinksDecide", "false"));
        var other = await strict.SubmitForApprovalAsync(Ask(strict.Cfo()));
        await strict.UntilAsync(() => strict.MailsTo(strict.Cfo()).Count > 0);
        Assert.Contains($"/approvals/{other.Id}", strict.MailsTo(strict.Cfo())[0].TextBody, StringComparison.Ordinal);
    }

    private static Task<string> SnapshotAsync(ProductHost product) => product.Database.ReadAsync(
        async db => System.Text.Json.JsonSerializer.Serialize(new object[]
        {
            await db.Approvals.OrderBy(a => a.ReportId).ToListAsync(),
            await db.Approvers.OrderBy(a => a.Number).ToListAsync(),
            await db.ApprovalDecisions.ToListAsync(),
            await db.ApprovalLinks.OrderBy(l => l.Id).ToListAsync(),
            await db.Deliveries.Select(d => new { d.Id, d.State, d.UpdatedAt }).ToListAsync(),
        }),
        default);
}
