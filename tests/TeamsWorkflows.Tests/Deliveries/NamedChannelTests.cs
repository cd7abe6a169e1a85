using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;
using static TeamsWorkflows.Tests.Deliveries.LedgerText;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>A channel that is meant by its name is found, or made, and there is one of it whatever goes wrong.</summary>
public sealed class NamedChannelTests
{
    [Fact]
    [Trait("Requirement", "R81")]
    public async Task A_channel_is_made_when_it_is_needed_and_found_the_next_time()
    {
        await using var product = await StartAsync();
        var first = await EndOfAsync(product, "Month end 2026-11");
        var second = await EndOfAsync(product, "month end 2026-11");
        var known = await EndOfAsync(product, "Reports");

        Assert.Equal((DeliveryState.Delivered, "prepared,posted"), (first.State, Outcomes(first)));
        Assert.Equal((first.ChannelId, first.ChannelId), (product.Finance.Channel("Month end 2026-11").Id, second.ChannelId));
        Assert.Equal(2, product.Tenant.Messages(product.Finance.Id, first.ChannelId!).Count);
        Assert.Equal(product.ReportsChannel, known.ChannelId);
        Assert.Single(product.Tenant.Requests, r => r.Surface == SandboxSurfaces.GraphPlace);
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task Reports_that_come_at_the_same_moment_make_one_channel()
    {
        await using var product = await StartAsync();
        var reports = await Task.WhenAll(Enumerable.Range(1, 5).Select(_ => product.SubmitAsync(To(product, "New"))));
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        Assert.Equal(5, product.Tenant.Messages(product.Finance.Id, product.Finance.Channel("New").Id).Count);
    }

    [Theory]
    [Trait("Requirement", "R82")]
    [InlineData("accepted-then-504")]
    [InlineData("accepted-then-cut")]
    [InlineData("accepted-empty-201")]
    [InlineData("unavailable-503")]
    public async Task A_channel_that_was_made_without_an_answer_is_found(string scenario)
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply(scenario, new() { Surface = SandboxSurfaces.GraphPlace });
        var delivery = await EndOfAsync(product, "New");

        Assert.Equal("unavailable,prepared,posted", Outcomes(delivery));
        Assert.Single(product.Tenant.Messages(product.Finance.Id, product.Finance.Channel("New").Id));
    }

    [Theory]
    [InlineData(409)]
    [InlineData(400)]
    public async Task A_name_that_is_taken_meanwhile_is_looked_for_again(int status)
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "taken",
            Surface = SandboxSurfaces.GraphPlace,
            Moment = FaultMoment.AfterAccepting,
            Status = status,
            Count = 1,
            ContentType = "application/json",
            Body = """{"error":{"code":"NameAlreadyExists","message":"Channel name already existed, please use other name."}}""",
        });

        Assert.Equal("unavailable,prepared,posted", Outcomes(await EndOfAsync(product, "New")));
    }

    [Fact]
    public async Task Its_folder_and_its_threads_are_those_of_the_channel_that_is_found()
    {
        await using var product = await StartAsync();
        var request = To(product, "New") with { Thread = "t", Attachments = [new("a.txt", "AAAA")] };
        var first = await product.EndOfAsync(await product.SubmitAsync(request));
        var second = await product.EndOfAsync(await product.SubmitAsync(request));

        Assert.Equal(first.MessageId, second.RootMessageId);
        Assert.Equal(2, product.Tenant.Files.Count);
    }

    [Fact]
    [Trait("Requirement", "R34")]
    public async Task Scopes_and_names_are_checked_when_it_is_handed_over()
    {
        await using var product = await ProductHost.StartAsync();
        var errors = await ErrorsAsync(product, new(ProductHost.ConnectionId, product.Finance.Id, null, "a/b"));
        var both = await ErrorsAsync(product, new(ProductHost.ConnectionId, product.Finance.Id, product.ReportsChannel, "Reports"));

        Assert.Contains(errors["destinations[0]"], e => e.Contains("Channel.Create", StringComparison.Ordinal));
        Assert.Contains(errors["destinations[0]"], e => e.Contains("Channel.ReadBasic.All", StringComparison.Ordinal));
        Assert.Contains("destinations[0].channelName", errors.Keys);
        Assert.Contains("destinations[0].channelName", both.Keys);
    }

    private static async Task<ProductHost> StartAsync()
    {
        var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        definition.Scopes = [.. definition.Scopes, "Channel.ReadBasic.All", "Channel.Create"];
        await product.Connections.ConfigureAsync(definition, CancellationToken.None);
        Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service));
        return product;
    }

    private static ReportRequest To(ProductHost product, string name)
        => product.Request() with { Destinations = [new ChannelDestination(ProductHost.ConnectionId, product.Finance.Id, null, name)] };

    private static async Task<Delivery> EndOfAsync(ProductHost product, string name) => await product.EndOfAsync(await product.SubmitAsync(To(product, name)));

    private static async Task<IReadOnlyDictionary<string, string[]>> ErrorsAsync(ProductHost product, ChannelDestination destination)
        => Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync(
            "erp", "k", product.Request() with { Destinations = [destination] }, CancellationToken.None)).Errors;
}
