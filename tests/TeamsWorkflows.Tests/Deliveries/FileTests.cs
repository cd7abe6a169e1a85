using System.Text;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;
using static TeamsWorkflows.Tests.Deliveries.LedgerText;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>A report as a file in a channel's folder.</summary>
public sealed class FileTests
{
    [Fact]
    [Trait("Requirement", "R81")]
    public async Task A_report_and_its_attachments_lie_in_the_folder_and_each_report_is_files_of_its_own()
    {
        await using var product = await ProductHost.StartAsync();
        var request = To(product) with { Attachments = [new("figures.txt", Convert.ToBase64String("1,2,3"u8), "text/plain")] };
        var delivery = await product.EndOfAsync(await product.SubmitAsync(request));
        await product.EndOfAsync(await product.SubmitAsync(request));

        Assert.Equal((DeliveryState.Delivered, "prepared,posted"), (delivery.State, Outcomes(delivery)));
        Assert.StartsWith("01", delivery.MessageId, StringComparison.Ordinal);
        Assert.EndsWith("Daily%20sales.html", delivery.WebUrl, StringComparison.Ordinal);
        var reference = DeliveryNames.Reference(delivery.CardId);
        Assert.Equal([$"{reference} figures.txt", $"{reference} Daily sales.html"], product.Tenant.Files.Take(2).Select(f => f.Name));
        Assert.Contains("<strong>up</strong>", Encoding.UTF8.GetString(product.Tenant.Files[1].Content.Span), StringComparison.Ordinal);
        Assert.Equal(4, product.Tenant.Files.Count);
        Assert.Empty(product.Tenant.AllMessages());
    }

    [Fact]
    public async Task A_file_of_a_name_is_replaced_by_the_next_report_in_a_folder_that_is_made()
    {
        await using var product = await ProductHost.StartAsync();
        var request = To(product, "sales/2026", "latest") with { Body = null, Table = new(Csv: "region,sales\nNorth,1\n") };
        await product.EndOfAsync(await product.SubmitAsync(request));
        await product.EndOfAsync(await product.SubmitAsync(request with { Table = new(Csv: "region,sales\nNorth,2\n") }));

        var file = Assert.Single(product.Tenant.Files);
        Assert.Equal(("sales/2026/latest.csv", 2), (file.Name, file.Version));
        Assert.Contains("North,2", Encoding.UTF8.GetString(file.Content.Span), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "R82")]
    [Trait("Requirement", "B1")]
    [InlineData("accepted-then-504", 2)]
    [InlineData("accepted-then-cut", 2)]
    [InlineData("cut-before-accept", 1)]
    [InlineData("unavailable-503", 1)]
    public async Task A_file_without_an_answer_is_put_again_and_is_one(string scenario, int version)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario, new() { Surface = SandboxSurfaces.GraphFilePut });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(To(product)));

        Assert.Equal("unavailable,posted", Outcomes(delivery));
        Assert.Equal(version, Assert.Single(product.Tenant.Files).Version);
    }

    [Fact]
    public async Task A_preview_shows_the_file_and_where_it_will_be()
    {
        await using var product = await ProductHost.StartAsync();
        var shown = Assert.IsType<PreviewResult.Shown>(await product.Reports.PreviewAsync(
            To(product, "a", "b") with { Attachments = [new("c.txt", "AAAA")] }, CancellationToken.None)).Preview.Destinations[0];

        Assert.Equal(("text/html", "a/c.txt"), (shown.ContentType, Assert.Single(shown.Files)));
        Assert.Contains("a/b.html", Assert.Single(shown.Notes), StringComparison.Ordinal);
        Assert.Contains("<strong>up</strong>", shown.Payload, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R34")]
    public async Task What_no_library_takes_and_what_the_connection_may_not_is_refused_by_field()
    {
        await using var product = await ProductHost.StartAsync();

        Assert.Contains("destinations[0].folder", (await ErrorsAsync(product, To(product, "../other"))).Keys);
        Assert.Contains("destinations[0].folder", (await ErrorsAsync(product, To(product, "a//b"))).Keys);
        Assert.Contains("destinations[0].name", (await ErrorsAsync(product, To(product, name: "a/b.html"))).Keys);
        Assert.Contains("destinations[0].name", (await ErrorsAsync(
            product, To(product, name: "A.html") with { Attachments = [new("a.html", "AAAA")] })).Keys);

        var definition = product.Definition();
        definition.Scopes = new ConnectionDefinition().Scopes;
        await product.Connections.ConfigureAsync(definition, CancellationToken.None);
        Assert.Contains("Files.ReadWrite.All", Assert.Single((await ErrorsAsync(product, To(product)))["destinations[0]"]), StringComparison.Ordinal);
    }

    private static ReportRequest To(ProductHost product, string? folder = null, string? name = null) => product.Request() with
    {
        Destinations = [new FileDestination(ProductHost.ConnectionId, product.Finance.Id, product.ReportsChannel, folder, name)],
    };

    private static async Task<IReadOnlyDictionary<string, string[]>> ErrorsAsync(ProductHost product, ReportRequest request)
        => Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync("erp", "k", request, CancellationToken.None)).Errors;
}
