using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;
using static TeamsWorkflows.Tests.Deliveries.LedgerText;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Reports in chats: one message, in the one chat that is meant, whatever goes wrong on the way.</summary>
public sealed class ChatTests
{
    [Fact]
    [Trait("Requirement", "R81")]
    public async Task The_chat_with_a_person_is_opened_and_is_the_same_one_the_next_time()
    {
        await using var product = await StartAsync();
        var first = await EndOfAsync(product, With(product, product.Tenant.Operator.UserName));
        var second = await EndOfAsync(product, With(product, product.Tenant.Operator.Id));
        var third = await EndOfAsync(product, new(ProductHost.ConnectionId, first.ChatId));

        Assert.Equal("prepared,posted", Outcomes(first));
        Assert.Equal("posted", Outcomes(third));
        Assert.Equal([first.ChatId, first.ChatId, first.ChatId], product.Tenant.AllMessages().Select(m => m.ChatId));
        Assert.Equal(first.CardId, Guid.Parse(product.Tenant.AllMessages()[0].AttachmentIds[0]));
        Assert.Equal((DeliveryState.Delivered, product.Tenant.AllMessages()[1].Id), (second.State, second.MessageId));
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task A_chat_of_several_people_is_made_once_for_all_that_come_at_the_same_moment()
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Surface = SandboxSurfaces.GraphPlace, Delay = 60, Count = 1 });
        var (olivia, adam) = (product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName);
        var reports = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => product.SubmitAsync(
            product.Request($"Report {i}") with { Destinations = [i % 2 == 0 ? Group(product, olivia, adam) : Group(product, adam, olivia)] })));
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        Assert.Equal(6, product.Tenant.AllMessages().Count);
        Assert.Single(product.Tenant.AllMessages().Select(m => m.ChatId).Distinct());
        Assert.Equal(2, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.GraphPlace)); // the refused one, and one
    }

    [Theory]
    [Trait("Requirement", "R82")]
    [InlineData("accepted-then-504", "unavailable,prepared,posted", 1)]
    [InlineData("accepted-then-cut", "unavailable,prepared,posted", 1)]
    [InlineData("unavailable-503", "unavailable,paced,paced,prepared,posted", 2)]
    [InlineData("throttled", "throttled,prepared,posted", 2)]
    public async Task A_chat_that_was_made_without_an_answer_is_found(string scenario, string outcomes, int requests)
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply(scenario, new() { Surface = SandboxSurfaces.GraphPlace });
        var delivery = await EndOfAsync(product, Group(product, product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName));
        var again = await EndOfAsync(product, Group(product, product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName));

        Assert.Equal(outcomes, Outcomes(delivery));
        Assert.Equal(("posted", delivery.ChatId), (Outcomes(again), again.ChatId));
        Assert.Equal(requests, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.GraphPlace));
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task A_chat_that_was_made_without_an_answer_and_is_not_listed_yet_is_waited_for_and_not_made_again()
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply("accepted-then-504", new() { Surface = SandboxSurfaces.GraphPlace });
        product.Tenant.Faults.Apply("read-lag", new() { Delay = 20 });
        var group = Group(product, product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName);
        var reports = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => product.SubmitAsync(product.Request($"Report {i}") with { Destinations = [group] })));
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        Assert.Equal(1, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.GraphPlace));
        Assert.Single(product.Tenant.AllMessages().Select(m => m.ChatId).Distinct());
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task Whoever_waits_for_a_chat_does_not_wait_for_the_message_of_the_delivery_that_makes_it()
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Surface = SandboxSurfaces.GraphPlace, Delay = 60, Count = 1 });
        product.Tenant.Faults.Apply("accepted-then-504", new() { Count = 1 });
        product.Tenant.Faults.Apply("read-lag", new() { Delay = 100 }); // the first message is in doubt for two minutes
        var group = Group(product, product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName);
        var first = await product.SubmitAsync(product.Request("First") with { Destinations = [group] });
        await product.IdleAsync();
        var second = await product.SubmitAsync(product.Request("Second") with { Destinations = [group] });
        Delivery[] both = [];
        await product.UntilAsync(
            async () =>
            {
                if (!product.Worker.Runtime.IsIdle)
                {
                    return false; // what is read while something runs may be of different moments
                }

                both = await Task.WhenAll(new[] { first, second }.Select(async r => (await product.Reports.FindAsync(r.Id, CancellationToken.None))!.Deliveries[0]));
                return both.Any(d => d.State == DeliveryState.Delivered);
            },
            soon: TimeSpan.FromSeconds(61));

        var doubtful = Assert.Single(both, d => d.State == DeliveryState.Waiting); // whichever of the two came first
        Assert.Contains("outcome-unknown", Outcomes(doubtful), StringComparison.Ordinal);
        Assert.Single(new[] { (await product.EndOfAsync(first)).ChatId, (await product.EndOfAsync(second)).ChatId }.Distinct());
        Assert.Equal(2, product.Tenant.AllMessages().Count);
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task A_chat_that_is_gone_is_made_anew_once_for_all()
    {
        await using var product = await StartAsync();
        var group = Group(product, product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName);
        var before = await EndOfAsync(product, group);
        product.Time.Advance(TimeSpan.FromMinutes(5)); // by then, lists of chats have what was made
        product.Tenant.RemoveChat(before.ChatId!);
        var reports = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => product.SubmitAsync(
            product.Request($"Report {i}") with { Destinations = [group], Thread = "month" })));
        var after = new List<Delivery>();
        foreach (var report in reports)
        {
            after.Add(await product.EndOfAsync(report));
        }

        Assert.All(after, d => Assert.Equal(DeliveryState.Delivered, d.State));
        Assert.Contains(after, d => Outcomes(d) == "place-gone,prepared,posted");
        Assert.NotEqual(before.ChatId, Assert.Single(after.Select(d => d.ChatId).Distinct()));
        Assert.Equal(2, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.GraphPlace));
    }

    [Theory]
    [Trait("Requirement", "R82")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chat_that_the_account_was_taken_out_of_is_made_anew_for_posts_and_updates(bool updates)
    {
        await using var product = await StartAsync();
        var group = Group(product, product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName);
        var request = product.Request() with { Thread = "build", Update = updates, Destinations = [group] };
        var before = await product.EndOfAsync(await product.SubmitAsync(request with { Title = "Running" }));
        product.Time.Advance(TimeSpan.FromMinutes(5)); // by then, lists of chats have what was made
        product.Tenant.RemoveMember(before.ChatId!, product.Tenant.Service);
        var after = await product.EndOfAsync(await product.SubmitAsync(request with { Title = "Done" }));

        Assert.Equal(("place-gone,prepared,posted", DeliveryState.Delivered), (Outcomes(after), after.State));
        Assert.NotEqual(before.ChatId, after.ChatId);
        Assert.NotEqual(before.MessageId, after.MessageId);
        Assert.Equal(after.ChatId, (await EndOfAsync(product, group)).ChatId); // for everybody
    }

    [Theory]
    [Trait("Requirement", "R82")]
    [InlineData("expired-403", false)]
    [InlineData("expired-403", true)]
    [InlineData("forbidden-membership", false)]
    [InlineData("forbidden-membership", true)]
    [InlineData("forbidden-scope", false)]
    public async Task A_refusal_that_passes_is_none_of_the_chat(string scenario, bool updates)
    {
        await using var product = await StartAsync();
        var group = Group(product, product.Tenant.Operator.UserName, product.Tenant.Administrator.UserName);
        var request = product.Request() with { Thread = "build", Update = updates, Destinations = [group] };
        var before = await product.EndOfAsync(await product.SubmitAsync(request with { Title = "Running" }));
        product.Tenant.Faults.Apply(scenario, new() { Count = 2 });
        var report = await product.SubmitAsync(request with { Title = "Done" });
        await product.IdleAsync();
        var refused = (await product.Reports.FindAsync(report.Id, CancellationToken.None))!.Deliveries[0];
        product.Tenant.Faults.Clear();

        Assert.DoesNotContain("place-gone", Outcomes(refused), StringComparison.Ordinal);
        Assert.Equal(before.ChatId, refused.ChatId);
        Assert.Equal(before.ChatId, (await EndOfAsync(product, group)).ChatId);
        Assert.Equal(1, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.GraphPlace));
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [Trait("Requirement", "R82")]
    [InlineData("accepted-then-504", "prepared,outcome-unknown,already-posted")]
    [InlineData("cut-before-accept", "prepared,outcome-unknown,not-found,not-found,not-found,posted")]
    public async Task What_was_accepted_without_an_answer_is_looked_for_in_the_chat(string scenario, string outcomes)
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply(scenario);
        var delivery = await EndOfAsync(product, With(product, product.Tenant.Operator.UserName));

        Assert.Equal(outcomes, Outcomes(delivery));
        Assert.Single(product.Tenant.AllMessages());
    }

    [Fact]
    public async Task An_update_takes_the_place_of_the_first_message_of_its_thread()
    {
        await using var product = await StartAsync();
        var request = product.Request() with { Thread = "build", Destinations = [With(product, product.Tenant.Operator.UserName)] };
        var first = await product.EndOfAsync(await product.SubmitAsync(request with { Title = "Running", Update = true }));
        await product.EndOfAsync(await product.SubmitAsync(request with { Title = "A remark" }));
        var second = await product.EndOfAsync(await product.SubmitAsync(request with { Title = "Done", Update = true }));

        Assert.Equal(first.MessageId, second.MessageId);
        Assert.Equal(["Done", "A remark"], product.Tenant.AllMessages().Select(m => m.Subject));
    }

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task Who_is_no_member_of_a_chat_goes_out_by_mail()
    {
        await using var product = await StartAsync();
        var delivery = await EndOfAsync(product, new(ProductHost.ConnectionId, "19:somewhere@thread.v2"));

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Single(product.ReportMails);
    }

    [Fact]
    [Trait("Requirement", "R34")]
    public async Task Scopes_that_a_chat_needs_are_asked_for_when_it_is_handed_over()
    {
        await using var product = await ProductHost.StartAsync();
        var errors = await ErrorsAsync(product, With(product, product.Tenant.Operator.UserName));

        Assert.Contains(errors["destinations[0]"], e => e.Contains("ChatMessage.Send", StringComparison.Ordinal));
        Assert.Contains(errors["destinations[0]"], e => e.Contains("Chat.Read.", StringComparison.Ordinal));
        Assert.Contains(errors["destinations[0]"], e => e.Contains("Chat.Create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_names_no_chat_is_refused_by_field()
    {
        await using var product = await StartAsync();

        Assert.Contains("destinations[0].chatId", (await ErrorsAsync(product, new(ProductHost.ConnectionId))).Keys);
        Assert.Contains("destinations[0].chatId", (await ErrorsAsync(product, new(ProductHost.ConnectionId, "19:x@thread.v2", ["a@b"]))).Keys);
        Assert.Contains("destinations[0].members", (await ErrorsAsync(product, new(ProductHost.ConnectionId, null, []))).Keys);
        Assert.Contains("destinations[0].members[1]", (await ErrorsAsync(product, new(ProductHost.ConnectionId, null, ["a@b", "A@B"], "t"))).Keys);
        Assert.Contains("destinations[0].members[0]", (await ErrorsAsync(product, new(ProductHost.ConnectionId, null, ["me/../x@y"]))).Keys);
        Assert.Contains("destinations[0].topic", (await ErrorsAsync(product, new(ProductHost.ConnectionId, null, ["a@b", "c@d"]))).Keys);
    }

    private static async Task<ProductHost> StartAsync()
    {
        var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        definition.Scopes = [.. definition.Scopes, "Chat.ReadWrite"];
        await product.Connections.ConfigureAsync(definition, CancellationToken.None);
        Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service));
        return product;
    }

    private static ChatDestination With(ProductHost product, string member) => new(ProductHost.ConnectionId, Members: [member]);

    private static ChatDestination Group(ProductHost product, params string[] members)
        => new(ProductHost.ConnectionId, Members: members, Topic: $"Month end of {product.Tenant.Domain}");

    private static async Task<Delivery> EndOfAsync(ProductHost product, ChatDestination destination)
        => await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Destinations = [destination] }));

    private static async Task<IReadOnlyDictionary<string, string[]>> ErrorsAsync(ProductHost product, ChatDestination destination)
        => Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync(
            "erp", "k", product.Request() with { Destinations = [destination] }, CancellationToken.None)).Errors;
}
