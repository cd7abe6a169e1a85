using System.Text;
using System.Text.Json;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Every kind of body arrives as it should, and what is too large arrives as a file with a summary.</summary>
public sealed class ContentDeliveryTests
{
    [Fact]
    public async Task Html_a_table_and_a_card_arrive_each_in_its_own_form()
    {
        await using var product = await ProductHost.StartAsync();
        using var card = JsonDocument.Parse("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Sales of {{ month }}"}]}""");
        using var data = JsonDocument.Parse("""{"month":"November"}""");
        using var row = JsonDocument.Parse("""{"region":"North","sales":12}""");

        await product.EndOfAsync(await product.SubmitAsync(product.Request("Html") with { Body = "<p onclick=x>Up by <b>4 %</b></p><script>y</script>", Format = ReportFormat.Html }));
        await product.EndOfAsync(await product.SubmitAsync(product.Request("Table") with { Body = null, Table = new([row.RootElement]) }));
        var delivery = await product.EndOfAsync(await product.SubmitAsync(
            product.Request("Card {{ month }}") with { Body = null, Card = card.RootElement, Data = data.RootElement }));

        Assert.StartsWith("<p>Up by <b>4 %</b></p><attachment", product.Messages[0].Content, StringComparison.Ordinal);
        Assert.Contains("<td>North</td><td>12</td>", product.Messages[1].Content, StringComparison.Ordinal);
        Assert.Equal("Card November", product.Messages[2].Subject);
        var attachment = Assert.Single(product.Messages[2].Attachments);
        Assert.Equal(delivery.CardId, Guid.Parse(attachment.Id));
        Assert.Contains("Sales of November", attachment.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subject_importance_and_mentions_are_the_messages_own()
    {
        await using var product = await ProductHost.StartAsync();
        var (olivia, adam) = (product.Tenant.Operator, product.Tenant.Administrator);
        await product.EndOfAsync(await product.SubmitAsync(product.Request() with
        {
            Body = "Please look, @[Olivia Operator].",
            Subject = "Month end",
            Importance = MessageImportance.High,
            Mentions = [new(olivia.Id, "Olivia Operator"), new(adam.Id, "Adam")],
        }));

        var message = Assert.Single(product.Messages);
        Assert.Equal(("Month end", "high"), (message.Subject, message.Importance));
        Assert.Equal([(0, olivia.Id), (1, adam.Id)], message.Mentions.Select(m => (m.Id, m.UserId)));
        Assert.StartsWith(
            "<p><at id=\"1\">Adam</at></p><p>Please look, <at id=\"0\">Olivia Operator</at>.</p>", message.Content, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B14")]
    [Trait("Requirement", "R81")]
    public async Task A_report_that_is_too_large_becomes_a_file_and_a_summary_with_its_link()
    {
        await using var product = await ProductHost.StartAsync();
        var csv = "region,sales\n" + string.Concat(Enumerable.Range(1, 2_000).Select(i => $"Region {i},{i * 7}\n"));
        var delivery = await product.EndOfAsync(await product.SubmitAsync(
            product.Request() with { Body = null, Table = new(Csv: csv) }));

        Assert.Equal((DeliveryState.Delivered, "prepared,posted"), (delivery.State, string.Join(',', delivery.Attempts.Select(a => a.Outcome))));
        var file = Assert.Single(product.Tenant.Files);
        Assert.Equal((".csv", 1), (Path.GetExtension(file.Name), file.Version));
        Assert.Contains("Region 2000,14000", Encoding.UTF8.GetString(file.Content.Span), StringComparison.Ordinal);
        var message = Assert.Single(product.Messages);
        Assert.DoesNotContain("Region 1", message.Content, StringComparison.Ordinal);
        Assert.Equal(2, message.Attachments.Count);
        Assert.Contains("Open the whole report", message.Attachments[0].Content, StringComparison.Ordinal);
        Assert.Contains(file.Name, Uri.UnescapeDataString(message.Attachments[1].ContentUrl!), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B14")]
    public async Task A_report_just_under_the_limit_is_whole_and_one_byte_more_is_a_file()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request() with { Format = ReportFormat.Text, Body = "x" };
        var room = ChannelMessageLimits.MaxMessageBytes - await SizeAsync(product, request) + 1;

        var fits = await PreviewAsync(product, request with { Body = new string('x', room) });
        var exceeds = await PreviewAsync(product, request with { Body = new string('x', room + 1) });

        Assert.Equal((ChannelMessageLimits.MaxMessageBytes, 0), (fits.SizeBytes, fits.Files.Count));
        Assert.Single(exceeds.Files);
        Assert.Single(exceeds.Notes);
        var delivery = await product.EndOfAsync(await product.SubmitAsync(request with { Body = new string('x', room) }));
        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Empty(product.Tenant.Files);
    }

    [Fact]
    public async Task A_preview_is_what_is_really_sent_and_leaves_nothing_behind()
    {
        await using var product = await ProductHost.StartAsync();
        var request = product.Request() with { Body = "<p>Hi</p><script>x</script>", Format = ReportFormat.Html };
        var shown = Assert.IsType<PreviewResult.Shown>(await product.Reports.PreviewAsync(request, CancellationToken.None)).Preview;

        Assert.Equal(["script"], shown.RemovedHtml);
        Assert.Empty(product.Messages);
        await product.EndOfAsync(await product.SubmitAsync(request));
        using var payload = JsonDocument.Parse(shown.Destinations[0].Payload);
        var sample = DeliveryNames.Card("preview").ToString("N");
        Assert.Equal(
            product.Messages[0].Content.Replace(product.Messages[0].AttachmentIds[0], sample, StringComparison.Ordinal),
            payload.RootElement.GetProperty("body").GetProperty("content").GetString());
        Assert.Equal(shown.Destinations[0].SizeBytes, Encoding.UTF8.GetByteCount(shown.Destinations[0].Payload));
    }

    [Fact]
    public async Task Attachments_lie_in_the_channels_folder_and_an_upload_that_fails_is_repeated()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "upload fails",
            Surface = SandboxSurfaces.GraphOther,
            Status = 503,
            ContentType = "application/json",
            Body = "{}",
            Count = 1,
        });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with
        {
            Attachments = [new("figures.txt", Convert.ToBase64String("1,2,3"u8), "text/plain"), new("more?.bin", "AAAA")],
        }));

        Assert.Equal("unavailable,prepared,prepared,posted", string.Join(',', delivery.Attempts.Select(a => a.Outcome)));
        Assert.Equal(2, product.Tenant.Files.Count);
        Assert.Equal("1,2,3", Encoding.UTF8.GetString(product.Tenant.Files[0].Content.Span));
        Assert.Equal(3, Assert.Single(product.Messages).Attachments.Count);
    }

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task A_report_that_goes_out_by_mail_brings_its_files()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("forbidden-membership");
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with
        {
            Attachments = [new("figures.csv", Convert.ToBase64String("1,2,3"u8), "text/csv"), new("more.bin", "AAAA")],
        }));

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Equal(["figures.csv", "more.bin"], Assert.Single(product.ReportMails).AttachmentNames);
    }

    [Fact]
    [Trait("Requirement", "R50")]
    public async Task Files_are_refused_when_they_are_handed_over_if_the_connection_may_not_upload()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        definition.Scopes = new ConnectionDefinition().Scopes;
        await product.Connections.ConfigureAsync(definition, CancellationToken.None);

        foreach (var request in (ReportRequest[])[
            product.Request() with { Attachments = [new("a.txt", "AAAA")] },
            product.Request() with { Body = new string('x', 40_000) }])
        {
            var refused = Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync("erp", "k", request, CancellationToken.None));
            Assert.Contains("Files.ReadWrite.All", Assert.Single(refused.Errors["destinations[0]"]), StringComparison.Ordinal);
        }

        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(await product.SubmitAsync())).State);
    }

    [Fact]
    [Trait("Requirement", "R84")]
    public async Task A_sign_in_that_dies_between_upload_and_post_parks_and_nothing_is_uploaded_twice()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "expired",
            Surface = SandboxSurfaces.GraphMessagePost,
            Status = 401,
            ContentType = "application/json",
            Count = 1,
            Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""",
        });
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Attachments = [new("a.txt", "AAAA")] }));

        Assert.Equal("prepared,authentication-failed,posted", string.Join(',', delivery.Attempts.Select(a => a.Outcome)));
        Assert.Equal(1, Assert.Single(product.Tenant.Files).Version);
        Assert.Single(product.Messages);
    }

    private static async Task<int> SizeAsync(ProductHost product, ReportRequest request) => (await PreviewAsync(product, request)).SizeBytes;

    private static async Task<DestinationPreview> PreviewAsync(ProductHost product, ReportRequest request)
        => Assert.IsType<PreviewResult.Shown>(await product.Reports.PreviewAsync(request, CancellationToken.None)).Preview.Destinations[0];
}
