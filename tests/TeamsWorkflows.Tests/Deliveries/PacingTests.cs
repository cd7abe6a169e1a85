using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Messages keep the pace of their channel, their connection and their tenant, in order.</summary>
public sealed class PacingTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task A_channel_gets_its_messages_at_its_pace()
    {
        await using var product = await ProductHost.StartAsync();
        var reports = await SubmitAsync(product, 8);
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        Assert.Equal(8, product.Messages.Count);
        var times = product.Messages.Select(m => m.CreatedAt).Order().ToArray();
        Assert.True(times[^1] - times[0] >= TimeSpan.FromSeconds(6), "They did not keep the pace.");
        Assert.Equal(8, product.Posts);
    }

    [Fact]
    [Trait("Requirement", "R72")]
    [Trait("Requirement", "R74")]
    public async Task One_429_slows_all_siblings_and_no_others()
    {
        await using var product = await ProductHost.StartAsync(("Pacing:Connection:Interval", "00:00:00"));
        var started = product.Time.GetUtcNow();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 60, Count = 1, Channel = product.ReportsChannel });
        var first = await product.SubmitAsync(product.Request("The first"));
        await product.IdleAsync();
        Assert.Equal(1, product.Posts);

        var sibling = await product.SubmitAsync(product.Request("A sibling"));
        var other = await product.SubmitAsync(product.Request("Another channel") with { Destinations = [product.OtherChannel] });
        await product.IdleAsync();
        Assert.Equal(2, product.Posts); // the sibling has asked nobody
        Assert.Single(product.Tenant.AllMessages());
        var waiting = (await product.Reports.FindAsync(sibling.Id, default))!.Deliveries[0];
        Assert.Equal(DeliveryState.Waiting, waiting.State);
        Assert.Contains("pause of the channel", waiting.Reason, StringComparison.Ordinal);

        foreach (var report in new[] { first, sibling, other })
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        Assert.Equal(["The first", "A sibling"], product.Messages.OrderBy(m => m.CreatedAt).ThenBy(m => m.Id, StringComparer.Ordinal).Select(m => m.Subject));
        Assert.All(product.Messages, m => Assert.True(m.CreatedAt >= started + TimeSpan.FromSeconds(59), "It did not wait."));
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task An_address_gets_its_messages_at_its_pace_and_one_429_slows_its_siblings()
    {
        await using var product = await ProductHost.StartAsync(("Pacing:Address:Interval", "00:00:10"), ("Pacing:Address:Burst", "1"));
        var slack = new SlackDestination(product.Tenant.ReceiverAddress("slack").AbsoluteUri);
        var other = new SlackDestination($"{slack.Url}?channel=other");
        Report[] reports =
        [
            await product.SubmitAsync(product.Request("First") with { Destinations = [slack] }),
            await product.SubmitAsync(product.Request("Second") with { Destinations = [slack] }),
            await product.SubmitAsync(product.Request("Elsewhere") with { Destinations = [other] }),
        ];
        await product.IdleAsync();
        Assert.Equal(2, product.Tenant.Calls.Count); // the second waits for the first, and nobody for another address
        var states = await Task.WhenAll(reports.Select(async r => (await product.Reports.FindAsync(r.Id, default))!.Deliveries[0]));
        Assert.Contains("at the pace of the address", Assert.Single(states, d => d.State == DeliveryState.Waiting).Reason, StringComparison.Ordinal);
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        product.Tenant.Faults.Add(new()
        {
            Name = "too many",
            Surface = SandboxSurfaces.Receiver,
            Status = 429,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = "60" },
            Count = 1,
        });
        var refused = await product.SubmitAsync(product.Request("Refused") with { Destinations = [slack] });
        await product.IdleAsync();
        var requests = product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Receiver);
        var sibling = await product.SubmitAsync(product.Request("Sibling") with { Destinations = [slack] });
        await product.IdleAsync();
        Assert.Equal(requests, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Receiver)); // it has asked nobody
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(refused)).State);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(sibling)).State);
    }

    [Theory]
    [Trait("Requirement", "R74")]
    [InlineData("Webhook", 429)]
    [InlineData("Webhook", 503)]
    [InlineData("PagerDuty", 429)]
    public async Task A_program_and_an_incident_tool_get_theirs_at_their_pace_and_one_who_asks_for_a_pause_has_it_from_all(string kind, int status)
    {
        await using var product = await ProductHost.StartAsync(($"Pacing:{kind}:Interval", "00:00:10"), ($"Pacing:{kind}:Burst", "1"));
        (Destination target, Destination other) = kind == "Webhook"
            ? ((Destination)new WebhookDestination(Receiver("erp")), (Destination)new WebhookDestination(Receiver("crm")))
            : (new PagerDutyDestination(Key), new PagerDutyDestination(new('8', 32)));
        Report[] reports = [await HandOverAsync("First", target), await HandOverAsync("Second", target), await HandOverAsync("Elsewhere", other)];
        await product.IdleAsync();
        Assert.Equal(2, product.Tenant.Calls.Count); // the second waits for the first, and nobody for another target
        var states = await Task.WhenAll(reports.Select(async r => (await product.Reports.FindAsync(r.Id, default))!.Deliveries[0]));
        Assert.Contains("Others come first", Assert.Single(states, d => d.State == DeliveryState.Waiting).Reason, StringComparison.Ordinal);
        foreach (var report in reports)
        {
            Assert.Contains((await product.EndOfAsync(report)).State, new[] { DeliveryState.Delivered, DeliveryState.HandedOver });
        }

        product.Time.Advance(TimeSpan.FromMinutes(1)); // after a rest, who comes may go at once
        product.Tenant.Faults.Add(new()
        {
            Name = "a pause",
            Surface = SandboxSurfaces.Receiver,
            Status = status,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = "60" },
            Count = 1,
        });
        var refusedAt = product.Time.GetUtcNow();
        var refused = await HandOverAsync("Refused", target);
        await product.IdleAsync();
        var sibling = await HandOverAsync("Sibling", target);
        await product.IdleAsync();
        var calls = product.Tenant.Calls.Count;
        await HandOverAsync("Elsewhere again", other);
        await product.IdleAsync();
        Assert.Equal(calls + 1, product.Tenant.Calls.Count); // it alone has gone
        Assert.Contains("The other side asked for a pause", (await product.Reports.FindAsync(sibling.Id, default))!.Deliveries[0].Reason, StringComparison.Ordinal);
        foreach (var report in new[] { refused, sibling })
        {
            Assert.Contains((await product.EndOfAsync(report)).State, new[] { DeliveryState.Delivered, DeliveryState.HandedOver });
        }

        Assert.True(product.Time.GetUtcNow() >= refusedAt + TimeSpan.FromSeconds(70), "They did not wait, or went together.");
        Assert.Equal("throttled", (await product.Reports.FindAsync(refused.Id, default))!.Deliveries[0].Attempts[0].Outcome);
        var lines = await product.Database.ReadAsync(db => db.Paces.Select(p => p.Key).ToListAsync(), default);
        Assert.Equal(2, lines.Count);
        Assert.DoesNotContain(lines, l => l.Contains(Key, StringComparison.Ordinal) || l.Contains("receivers", StringComparison.Ordinal));

        string Receiver(string name) => product.Tenant.ReceiverAddress(name).AbsoluteUri;

        Task<Report> HandOverAsync(string title, Destination destination) => product.SubmitAsync(product.Request(title) with { Destinations = [destination] });
    }

    [Theory]
    [Trait("Requirement", "R74")]
    [InlineData("webhook", 503)]
    [InlineData("slack", 429)]
    public async Task Who_asks_for_a_pause_without_end_is_asked_again_within_the_hour(string kind, int status)
    {
        await using var product = await ProductHost.StartAsync();
        var address = product.Tenant.ReceiverAddress(kind).AbsoluteUri;
        Destination target = kind == "slack" ? new SlackDestination(address) : new WebhookDestination(address);
        product.Tenant.Faults.Add(new()
        {
            Name = "a wrong date",
            Surface = SandboxSurfaces.Receiver,
            Status = status,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = "864000" },
            Count = 1,
        });
        var refusedAt = product.Time.GetUtcNow();
        var refused = await product.SubmitAsync(product.Request("Refused", patience: TimeSpan.FromHours(2)) with { Destinations = [target] });
        await product.IdleAsync();
        var sibling = await product.SubmitAsync(product.Request("Sibling", patience: TimeSpan.FromHours(2)) with { Destinations = [target] });
        foreach (var report in new[] { refused, sibling })
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        Assert.True(product.Time.GetUtcNow() >= refusedAt + AddressOutcomes.LongestPause, "They did not wait.");
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public async Task A_program_and_Slack_at_one_address_have_lines_of_their_own()
    {
        await using var product = await ProductHost.StartAsync(("Pacing:Address:Interval", "00:10:00"), ("Pacing:Address:Burst", "1"));
        var address = product.Tenant.ReceiverAddress("both").AbsoluteUri;
        await product.SubmitAsync(product.Request("First") with { Destinations = [new SlackDestination(address)] });
        await product.SubmitAsync(product.Request("Second") with { Destinations = [new WebhookDestination(address)] });
        await product.IdleAsync();

        Assert.Equal(2, product.Tenant.Calls.Count); // neither waits for the other's turn
    }

    [Fact]
    [Trait("Requirement", "B14")]
    public async Task What_is_beyond_the_days_budget_goes_tomorrow_or_to_the_fallback()
    {
        await using var product = await ProductHost.StartAsync(("Pacing:Channel:PerDay", "1"));
        var started = product.Time.GetUtcNow();
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(await product.SubmitAsync())).State);

        var impatient = await product.EndOfAsync(await product.SubmitAsync(product.Request(patience: TimeSpan.FromSeconds(1))));
        Assert.Equal(DeliveryState.FellBack, impatient.State);
        Assert.Contains("used up", impatient.Reason, StringComparison.Ordinal);

        var patient = await product.EndOfAsync(await product.SubmitAsync(product.Request(patience: TimeSpan.FromDays(2))));
        Assert.Equal(DeliveryState.Delivered, patient.State);
        Assert.True(product.Time.GetUtcNow().Date > started.Date, "It went on the same day.");
        Assert.Equal(2, product.Messages.Count);
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task Parked_deliveries_drain_in_order_at_their_channels_pace()
    {
        await using var product = await ProductHost.StartAsync(("Pacing:Connection:Interval", "00:00:00"), ("Deliveries:ResumeInterval", "00:00:00"));
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        var reports = await SubmitAsync(product, 60);
        await product.OpenCaseAsync(parked: 60, soon: TimeSpan.FromMinutes(5));
        await product.SignInAsync(product.Tenant.Service);
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        var inOrder = product.Messages.OrderBy(m => m.CreatedAt).ThenBy(m => m.Id, StringComparer.Ordinal).Select(m => m.Subject).ToArray();
        Assert.Equal(reports.Skip(2).Select(r => r.Title), inOrder[2..]); // the first two may go at once
        Assert.True(product.Messages.Max(m => m.CreatedAt) - product.Messages.Min(m => m.CreatedAt) >= TimeSpan.FromSeconds(58), "They did not keep the pace.");
    }

    private static async Task<List<Report>> SubmitAsync(ProductHost product, int count)
    {
        List<Report> reports = [];
        for (var i = 0; i < count; i++)
        {
            reports.Add(await product.SubmitAsync(product.Request($"Report {i:D2}")));
        }

        return reports;
    }
}
