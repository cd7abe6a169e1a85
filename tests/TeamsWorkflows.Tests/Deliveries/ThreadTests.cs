using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;
using static TeamsWorkflows.Tests.Deliveries.LedgerText;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Reports of one thread find together: one first message, its answers below it, and updates in its place.</summary>
public sealed class ThreadTests
{
    [Fact]
    [Trait("Requirement", "R81")]
    public async Task Later_reports_of_a_thread_answer_its_first_message()
    {
        await using var product = await ProductHost.StartAsync();
        var root = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Opened")));
        var reply = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Closed")));
        var other = await product.EndOfAsync(await product.SubmitAsync(product.Request("Another")));

        Assert.Equal([null, root.MessageId, null], product.Messages.Select(m => m.ReplyToId));
        Assert.Equal((DeliveryState.Delivered, root.MessageId), (reply.State, reply.RootMessageId));
        Assert.Null(other.RootMessageId);
        Assert.Equal("posted", Outcomes(reply));
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task First_reports_at_the_same_moment_make_one_first_message_and_nobody_asks_at_a_rate()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 600, Count = 1 });
        var reports = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => product.SubmitAsync(Of(product, $"Step {i}"))));
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        var root = Assert.Single(product.Messages, m => m.ReplyToId is null);
        Assert.Equal(7, product.Messages.Count(m => m.ReplyToId == root.Id));
        Assert.Equal(9, product.Posts); // the refused one, and one for each
    }

    [Fact]
    [Trait("Requirement", "B1")]
    [Trait("Requirement", "R82")]
    public async Task An_answer_whose_outcome_is_unknown_is_looked_for_among_the_answers()
    {
        await using var product = await ProductHost.StartAsync();
        await product.EndOfAsync(await product.SubmitAsync(Of(product, "Opened")));
        product.Tenant.Faults.Apply("accepted-then-504");
        var found = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Found")));
        product.Tenant.Faults.Apply("cut-before-accept");
        var repeated = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Repeated")));

        Assert.Equal("outcome-unknown,already-posted", Outcomes(found));
        Assert.Equal("outcome-unknown,not-found,not-found,not-found,posted", Outcomes(repeated));
        Assert.Equal(3, product.Messages.Count);
    }

    [Fact]
    public async Task An_update_takes_the_place_of_the_first_message_and_makes_it_when_there_is_none()
    {
        await using var product = await ProductHost.StartAsync();
        await AllowUpdatesAsync(product);
        var first = await product.EndOfAsync(await product.SubmitAsync(Update(product, "1 of 3")));
        await product.EndOfAsync(await product.SubmitAsync(Of(product, "A remark")));
        var second = await product.EndOfAsync(await product.SubmitAsync(Update(product, "2 of 3")));

        Assert.Equal((first.MessageId, first.WebUrl), (second.MessageId, second.WebUrl));
        Assert.Equal(["2 of 3", "A remark"], product.Messages.Select(m => m.Subject));
        Assert.Equal(second.CardId, Guid.Parse(product.Messages[0].AttachmentIds[0]));
        Assert.NotNull(product.Messages[0].EditedAt);
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [InlineData("accepted-then-504", "outcome-unknown,already-posted")]
    [InlineData("unavailable-503", "outcome-unknown,not-found,not-found,not-found,posted")]
    public async Task An_update_whose_outcome_is_unknown_is_looked_for_in_the_message(string scenario, string outcomes)
    {
        await using var product = await ProductHost.StartAsync();
        await AllowUpdatesAsync(product);
        await product.EndOfAsync(await product.SubmitAsync(Update(product, "1 of 2")));
        product.Tenant.Faults.Apply(scenario);
        var delivery = await product.EndOfAsync(await product.SubmitAsync(Update(product, "2 of 2")));

        Assert.Equal(outcomes, Outcomes(delivery));
        Assert.Equal("2 of 2", Assert.Single(product.Messages).Subject);
    }

    [Fact]
    public async Task Updates_are_made_one_after_the_other_in_the_order_they_came()
    {
        await using var product = await ProductHost.StartAsync();
        await AllowUpdatesAsync(product);
        await product.EndOfAsync(await product.SubmitAsync(Update(product, "0 of 3")));
        product.Tenant.Faults.Apply("throttled", new() { Delay = 600, Count = 1 });
        List<Report> reports = [];
        foreach (var i in Enumerable.Range(1, 3))
        {
            var report = await product.SubmitAsync(Update(product, $"{i} of 3"));
            await BehindAsync(product, report);
            reports.Add(report);
        }

        foreach (var report in reports)
        {
            await product.EndOfAsync(report);
        }

        Assert.Equal("3 of 3", Assert.Single(product.Messages).Subject);
    }

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task When_the_first_report_goes_out_by_mail_the_next_one_is_the_first_message()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 600, Count = 1000 });
        var first = await product.SubmitAsync(Of(product, "Opened") with { Patience = TimeSpan.FromHours(1) });
        await BehindAsync(product, first);
        var second = await product.SubmitAsync(Of(product, "Closed"));

        Assert.Equal(DeliveryState.FellBack, (await product.EndOfAsync(first)).State);
        product.Tenant.Faults.Clear();
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(second)).State);
        Assert.Equal(("Closed", null), (Assert.Single(product.Messages).Subject, product.Messages[0].ReplyToId));
    }

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task Who_waits_past_its_patience_goes_out_by_mail()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 7200, Count = 1 });
        var first = await product.SubmitAsync(Of(product, "Opened"));
        await BehindAsync(product, first);
        var second = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Closed") with { Patience = TimeSpan.FromMinutes(10) }));

        Assert.Equal(DeliveryState.FellBack, second.State);
        Assert.Contains("Another report of the same thread goes first", second.Reason, StringComparison.Ordinal);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(first)).State);
    }

    [Fact]
    public async Task A_thread_whose_first_message_was_deleted_starts_anew()
    {
        await using var product = await ProductHost.StartAsync();
        var first = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Opened")));
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "deleted",
            Surface = SandboxSurfaces.GraphMessagePost,
            Status = 404,
            Count = 1,
            ContentType = "application/json",
            Body = """{"error":{"code":"NotFound","message":"The message could not be found."}}""",
        });
        var second = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Closed")));
        var third = await product.EndOfAsync(await product.SubmitAsync(Of(product, "Filed")));

        Assert.Equal("root-gone,posted", Outcomes(second));
        Assert.Equal([null, null, second.MessageId], product.Messages.Select(m => m.ReplyToId));
        Assert.NotEqual(first.MessageId, third.RootMessageId);
    }

    [Fact]
    public async Task A_delivery_that_is_terminated_lets_the_next_one_go_on()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 7200, Count = 1 });
        var first = await product.SubmitAsync(Of(product, "Opened"));
        await BehindAsync(product, first);
        var second = await product.SubmitAsync(Of(product, "Closed"));
        await BehindAsync(product, second);
        await product.Client.TerminateInstanceAsync(first.Deliveries[0].InstanceId, "stuck", cancellation: CancellationToken.None);

        Assert.Equal(DeliveryState.Failed, (await product.EndOfAsync(first)).State);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(second)).State);
        Assert.Single(product.Messages);
    }

    [Fact]
    public async Task Threads_of_different_publishers_do_not_meet()
    {
        await using var product = await ProductHost.StartAsync();
        await product.EndOfAsync(await product.SubmitAsync(Of(product, "Opened")));
        var other = await product.Reports.SubmitAsync("crm", "k", Of(product, "Mine"), CancellationToken.None);
        await product.EndOfAsync(Assert.IsType<SubmitResult.Accepted>(other).Report);

        Assert.All(product.Messages, m => Assert.Null(m.ReplyToId));
    }

    [Fact]
    [Trait("Requirement", "R34")]
    public async Task What_cannot_work_is_refused_when_it_is_handed_over()
    {
        await using var product = await ProductHost.StartAsync();

        Assert.Contains("ChannelMessage.ReadWrite", await ErrorAsync(product, Update(product, "x"), "destinations[0]"), StringComparison.Ordinal);
        Assert.Contains("Give the thread", await ErrorAsync(product, product.Request() with { Update = true }, "update"), StringComparison.Ordinal);
        Assert.Contains("one line", await ErrorAsync(product, product.Request() with { Thread = "a\nb" }, "thread"), StringComparison.Ordinal);
        var slack = product.Request() with
        {
            Thread = "x",
            Destinations = [new SlackDestination(product.Tenant.ReceiverAddress("slack").AbsoluteUri)],
        };
        Assert.Contains("no threads", await ErrorAsync(product, slack, "destinations[0]"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_says_that_it_is_an_answer()
    {
        await using var product = await ProductHost.StartAsync();
        var shown = Assert.IsType<PreviewResult.Shown>(await product.Reports.PreviewAsync(Of(product, "x"), CancellationToken.None));

        Assert.Contains("answers the first message of the thread 'month-end'", Assert.Single(shown.Preview.Destinations[0].Notes), StringComparison.Ordinal);
    }

    private static ReportRequest Of(ProductHost product, string title) => product.Request(title) with { Thread = "month-end" };

    private static ReportRequest Update(ProductHost product, string title) => Of(product, title) with { Update = true };

    // Until it waits for a time, or for another delivery; timers stand still meanwhile.
    private static async Task BehindAsync(ProductHost product, Report report)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!product.Worker.Runtime.IsIdle
            || (await product.Reports.FindAsync(report.Id, limit.Token))!.Deliveries[0].State != DeliveryState.Waiting)
        {
            await Task.Delay(1, limit.Token);
        }
    }

    private static async Task AllowUpdatesAsync(ProductHost product)
    {
        var definition = product.Definition();
        definition.Scopes = [.. definition.Scopes, "ChannelMessage.ReadWrite"];
        await product.Connections.ConfigureAsync(definition, CancellationToken.None);
        Assert.IsType<TeamsWorkflows.Connections.SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service));
    }

    private static async Task<string> ErrorAsync(ProductHost product, ReportRequest request, string field)
        => Assert.Single(Assert.IsType<SubmitResult.Invalid>(
            await product.Reports.SubmitAsync("erp", "k", request, CancellationToken.None)).Errors[field]);
}
