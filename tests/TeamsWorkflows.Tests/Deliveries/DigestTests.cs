using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Small reports for one place are one message, and each of them arrives once whatever becomes of it.</summary>
public sealed class DigestTests
{
    private static readonly DigestRequest FiveMinutes = new(TimeSpan.FromMinutes(5));

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task Reports_that_allow_it_are_one_message_and_the_ledger_says_which()
    {
        await using var product = await ProductHost.StartAsync();
        var reports = await SubmitAsync(product, 3);
        var alone = await product.EndOfAsync(await product.SubmitAsync(product.Request("By itself")));
        var deliveries = await EndsAsync(product, reports);

        var digest = Assert.Single(product.Messages, m => m.Subject == "3 reports");
        Assert.Equal(2, product.Posts);
        Assert.Null(alone.DigestOf);
        Assert.All(deliveries, d => Assert.Equal((DeliveryState.Delivered, digest.Id, deliveries[0].Id), (d.State, d.MessageId, d.DigestOf)));
        Assert.Contains("with 2 other reports", deliveries[1].Reason, StringComparison.Ordinal);
        var places = Enumerable.Range(0, 3).Select(i => digest.Content.IndexOf($"<h3>Small {i}</h3>", StringComparison.Ordinal)).ToArray();
        Assert.True(places[0] >= 0 && places[0] < places[1] && places[1] < places[2], digest.Content);
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task A_digest_that_is_full_waits_for_nobody()
    {
        await using var product = await ProductHost.StartAsync();
        var started = product.Time.GetUtcNow();
        var reports = await SubmitAsync(product, DigestDocument.MaxReports + 1);
        await product.UntilAsync(() => Task.FromResult(product.Messages.Count == 1), soon: TimeSpan.FromSeconds(5));
        Assert.True(product.Time.GetUtcNow() - started < TimeSpan.FromMinutes(1), "It waited for its window.");
        Assert.All(await EndsAsync(product, reports), d => Assert.Equal(DeliveryState.Delivered, d.State));

        Assert.Equal(["25 reports", "Small 25"], product.Messages.Select(m => m.Subject).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R74")]
    [Trait("Requirement", "B1")]
    public async Task A_digest_whose_outcome_is_unknown_is_looked_for_and_not_posted_again()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("accepted-then-504");
        var deliveries = await EndsAsync(product, await SubmitAsync(product, 3));

        var digest = Assert.Single(product.Messages);
        Assert.All(deliveries, d => Assert.Equal((DeliveryState.Delivered, digest.Id), (d.State, d.MessageId)));
        Assert.Empty(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task When_the_first_is_cancelled_the_others_go_by_themselves()
    {
        await using var product = await ProductHost.StartAsync();
        var reports = await SubmitAsync(product, 3);
        await product.Get<DeliveryDesk>().CancelAsync(reports[0].Deliveries[0].Id, "Olga", "Wrong figures", default);
        var deliveries = await EndsAsync(product, reports);

        Assert.Equal([DeliveryState.Cancelled, DeliveryState.Delivered, DeliveryState.Delivered], deliveries.Select(static d => d.State));
        Assert.Equal(["Small 1", "Small 2"], product.Messages.Select(m => m.Subject).Order(StringComparer.Ordinal));
        Assert.All(deliveries.Skip(1), static d => Assert.Null(d.DigestOf));
    }

    [Theory]
    [Trait("Requirement", "R74")]
    [Trait("Requirement", "B1")]
    [InlineData("throttled", DeliveryState.Cancelled, 2)]
    [InlineData("accepted-then-504", DeliveryState.Delivered, 3)]
    public async Task One_that_is_cancelled_leaves_a_closed_digest_while_that_waits_and_not_when_it_may_be_there(string scenario, DeliveryState end, int parts)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario, new() { Delay = 3600, Count = 1 });
        var reports = await SubmitAsync(product, 3);
        var leader = reports[0].Deliveries[0].Id;
        await product.UntilAsync(
            async () => product.Worker.Runtime.IsIdle && (await product.Reports.FindDeliveryAsync(leader, default))!.Attempts.Count > 0,
            soon: TimeSpan.FromMinutes(6));
        await product.Get<DeliveryDesk>().CancelAsync(reports[1].Deliveries[0].Id, "Olga", "Wrong figures", default);
        var deliveries = await EndsAsync(product, reports);

        Assert.Equal([DeliveryState.Delivered, end, DeliveryState.Delivered], deliveries.Select(static d => d.State));
        Assert.Equal($"{parts} reports", Assert.Single(product.Messages).Subject);
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task One_that_is_cancelled_is_not_in_the_digest()
    {
        await using var product = await ProductHost.StartAsync();
        var reports = await SubmitAsync(product, 3);
        await product.Get<DeliveryDesk>().CancelAsync(reports[1].Deliveries[0].Id, "Olga", "Wrong figures", default);
        var deliveries = await EndsAsync(product, reports);

        Assert.Equal([DeliveryState.Delivered, DeliveryState.Cancelled, DeliveryState.Delivered], deliveries.Select(static d => d.State));
        var digest = Assert.Single(product.Messages);
        Assert.Equal("2 reports", digest.Subject);
        Assert.DoesNotContain("Small 1", digest.Content, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R74")]
    [Trait("Requirement", "B1")]
    public async Task When_nobody_can_look_for_a_digest_every_mail_says_that_it_may_be_there()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("accepted-then-504");
        product.Tenant.Faults.Apply("read-forbidden");
        var deliveries = await EndsAsync(product, await SubmitAsync(product, 2));

        Assert.Single(product.Messages);
        Assert.All(deliveries, static d => Assert.Equal(DeliveryState.FellBack, d.State));
        Assert.Equal(2, product.ReportMails.Count);
        Assert.All(product.ReportMails, static m => Assert.Contains("may be in the channel", m.TextBody, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task Late_reports_that_waited_for_a_sign_in_come_as_one_message()
    {
        await using var product = await ProductHost.StartAsync(("Deliveries:ResumeInterval", "00:00:00"));
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        List<Report> reports = [];
        for (var i = 0; i < 4; i++)
        {
            reports.Add(await product.SubmitAsync(product.Request($"Small {i}") with { Late = new(TimeSpan.FromMinutes(10), LateAction.Digest) }));
        }

        await product.OpenCaseAsync(parked: 4);
        product.Time.Advance(TimeSpan.FromMinutes(20));
        await product.OpenCaseAsync(parked: 4);
        await product.SignInAsync(product.Tenant.Service);
        var deliveries = await EndsAsync(product, reports);

        Assert.All(deliveries, static d => Assert.Equal(DeliveryState.Delivered, d.State));
        var digest = Assert.Single(product.Messages);
        Assert.Equal("4 reports", digest.Subject);
        Assert.Contains("This is late", digest.Content, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task What_is_more_than_a_text_with_a_title_is_refused_with_the_fix()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request() with { Digest = FiveMinutes, Thread = "sales" };
        var invalid = Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync("erp", "a-key", request, default));

        Assert.Contains("Leave digest out", Assert.Single(invalid.Errors["digest"]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public void What_a_report_takes_is_measured_as_it_is_sent()
    {
        static ReportDocument Report(string body)
            => new("Title", "Title", ReportContent.Load(ReportFormat.Markdown, body), MessageImportance.Normal, [], []);

        var (small, large) = (DigestDocument.SizeOf(Report("a"))!.Value, DigestDocument.SizeOf(Report(new('<', 100)))!.Value);
        Assert.True(large > small + 500, "Escapes are not counted."); // each is an entity, and that is escaped in JSON
        Assert.Null(DigestDocument.SizeOf(Report(new('a', DigestDocument.MaxBytes))));
    }

    private static async Task<Report[]> SubmitAsync(ProductHost product, int count)
    {
        var reports = new Report[count];
        for (var i = 0; i < count; i++)
        {
            reports[i] = await product.SubmitAsync(product.Request($"Small {i}") with { Digest = FiveMinutes });
            await product.IdleAsync(); // in their order
        }

        return reports;
    }

    private static async Task<Delivery[]> EndsAsync(ProductHost product, IReadOnlyList<Report> reports)
    {
        var deliveries = new Delivery[reports.Count];
        for (var i = 0; i < deliveries.Length; i++)
        {
            deliveries[i] = await product.EndOfAsync(reports[i]);
        }

        return deliveries;
    }
}
