using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;
using static TeamsWorkflows.Tests.Deliveries.LedgerText;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Reports by e-mail: by the mail server, or out of a mailbox of Exchange.</summary>
public sealed class EmailTests
{
    private const string Application = "erp-app";

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task A_mail_goes_to_people_and_copies_with_its_files_and_its_reference()
    {
        await using var product = await ProductHost.StartAsync();
        var (cfo, audit) = ($"cfo@{product.Tenant.Domain}", $"audit@{product.Tenant.Domain}");
        var delivery = await EndOfAsync(product, new([cfo], [audit]), product.Request() with
        {
            Subject = "Month end",
            Importance = MessageImportance.High,
            Attachments = [new("figures.csv", Convert.ToBase64String("1,2,3"u8), "text/csv")],
        });

        Assert.Equal((DeliveryState.HandedOver, "handed-over"), (delivery.State, Outcomes(delivery)));
        var mail = Assert.Single(product.Tenant.Mails);
        Assert.Equal(("smtp", delivery.MailMessageId), (mail.Via, mail.MessageId));
        Assert.Equal([cfo, audit], mail.To);
        Assert.Equal($"Month end [{DeliveryNames.Reference(delivery.CardId)}]", mail.Subject);
        Assert.Equal(["figures.csv"], mail.AttachmentNames);
        Assert.Contains("<strong>up</strong>", mail.HtmlBody, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task A_mail_server_that_refuses_for_a_while_gets_the_mail_later()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("smtp-refuses", new() { Count = 2 });
        var delivery = await EndOfAsync(product, new([$"cfo@{product.Tenant.Domain}"]));

        Assert.Equal("unavailable,unavailable,handed-over", Outcomes(delivery));
        Assert.Single(product.Tenant.Mails);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Graph_sends_out_of_the_accounts_own_mailbox_or_of_the_one_that_an_application_names(bool isApplication)
    {
        await using var product = await StartAsync();
        var from = isApplication ? product.Tenant.Operator.UserName : product.Tenant.Service.UserName;
        var delivery = await EndOfAsync(product, isApplication
            ? new(["cfo@contoso.example"], Connection: Application, From: from)
            : new(["cfo@contoso.example"], Connection: ProductHost.ConnectionId));

        Assert.Equal((DeliveryState.HandedOver, "handed-over"), (delivery.State, Outcomes(delivery)));
        var mail = Assert.Single(product.Tenant.Mails);
        Assert.Equal(("graph", from, delivery.MailMessageId), (mail.Via, mail.From, mail.MessageId));
        Assert.Equal(delivery.CardId.ToString("N"), Assert.Single(mail.Headers).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mail_stays_among_the_sent_ones_unless_that_is_not_wanted(bool isKept)
    {
        await using var product = await StartAsync();
        product.Get<IOptions<GraphOptions>>().Value.KeepsSentMail = isKept;
        await EndOfAsync(product, new(["cfo@contoso.example"], Connection: ProductHost.ConnectionId));

        Assert.Equal(isKept, Assert.Single(product.Tenant.Mails).IsKept);
    }

    [Theory]
    [Trait("Requirement", "B1")]
    [Trait("Requirement", "R82")]
    [InlineData("accepted-then-504")]
    [InlineData("accepted-then-cut")]
    public async Task What_Exchange_does_not_confirm_is_not_sent_twice(string scenario)
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply(scenario, new() { Surface = SandboxSurfaces.GraphMailSend });
        var delivery = await EndOfAsync(product, new(["cfo@contoso.example"], Connection: ProductHost.ConnectionId));

        Assert.Equal((DeliveryState.FellBack, "outcome-unknown,mailed"), (delivery.State, Outcomes(delivery)));
        Assert.Single(product.Tenant.Mails, m => m.Via == "graph");
        Assert.Single(product.ReportMails);
    }

    [Fact]
    public async Task A_throttled_mailbox_is_waited_for()
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Surface = SandboxSurfaces.GraphMailSend, Delay = 30, Count = 1 });

        Assert.Equal("throttled,handed-over", Outcomes(await EndOfAsync(product, new(["cfo@contoso.example"], Connection: ProductHost.ConnectionId))));
    }

    [Fact]
    [Trait("Requirement", "R86")]
    public async Task The_fallback_goes_by_Graph_when_it_is_set()
    {
        await using var product = await StartAsync(("Fallback:Host", ""), ("Fallback:Connection", Application));
        product.Tenant.Faults.Apply("forbidden-membership");
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        var mail = Assert.Single(product.ReportMails);
        Assert.Equal(("graph", delivery.MailMessageId), (mail.Via, mail.MessageId));
        Assert.Contains("Why this comes by e-mail", mail.HtmlBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null, false)]
    [InlineData("mail", "erp-app", false)]
    [InlineData("mail", " ", true)]
    [InlineData("", "erp-app", true)]
    public void The_fallback_has_one_way(string host, string? connection, bool isValid)
        => Assert.Equal(isValid, new ValidateFallbackOptions().Validate(null, new()
        {
            Host = host,
            Connection = connection,
            From = "a@b.example",
            Operators = ["o@b.example"],
        }).Succeeded);

    [Fact]
    [Trait("Requirement", "R34")]
    public async Task Addresses_senders_and_scopes_are_checked_when_it_is_handed_over()
    {
        await using var product = await StartAsync(scope: null);
        const string cfo = "cfo@contoso.example";

        Assert.Contains("destinations[0].to", (await ErrorsAsync(product, new([]))).Keys);
        Assert.Contains("destinations[0].to[1]", (await ErrorsAsync(product, new([cfo, "x\r\nBcc: y@z"]))).Keys);
        Assert.Contains("destinations[0].cc[0]", (await ErrorsAsync(product, new([cfo], ["nobody"]))).Keys);
        Assert.Contains("destinations[0].from", (await ErrorsAsync(product, new([cfo], From: cfo))).Keys);
        Assert.Contains("destinations[0].from", (await ErrorsAsync(product, new([cfo], Connection: Application))).Keys);
        Assert.Contains("destinations[0].from", (await ErrorsAsync(product, new([cfo], Connection: Application, From: product.Tenant.Administrator.UserName))).Keys);
        Assert.Contains("Mail.Send", Assert.Single((await ErrorsAsync(product, new([cfo], Connection: ProductHost.ConnectionId)))["destinations[0]"]), StringComparison.Ordinal);
    }

    private static Task<ProductHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync("Mail.Send", settings);

    private static async Task<ProductHost> StartAsync(string? scope, params (string Key, string Value)[] settings)
    {
        var product = await ProductHost.StartAsync(settings);
        var mails = product.Get<IOptions<FallbackOptions>>().Value; // set here, as the tenant is made with the host
        mails.Senders = [product.Tenant.Operator.UserName];
        mails.From = settings.Length > 0 ? product.Tenant.Operator.UserName : mails.From;
        var definition = product.Definition();
        definition.Scopes = [.. definition.Scopes, .. scope is null ? Array.Empty<string>() : [scope]];
        await product.Connections.ConfigureAsync(definition, CancellationToken.None);
        await product.Connections.ConfigureAsync(
            new()
            {
                Id = Application,
                DisplayName = "ERP",
                AuthModel = AuthModel.ApplicationSecret,
                TenantId = product.Tenant.Id,
                ClientId = product.Tenant.Daemon.ClientId,
                ClientSecret = product.Tenant.Daemon.ClientSecret,
                Owner = "ERP team",
                Scopes = [],
            },
            CancellationToken.None);
        Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service));
        return product;
    }

    private static async Task<Delivery> EndOfAsync(ProductHost product, EmailDestination destination, ReportRequest? request = null)
        => await product.EndOfAsync(await product.SubmitAsync((request ?? product.Request()) with { Destinations = [destination] }));

    private static async Task<IReadOnlyDictionary<string, string[]>> ErrorsAsync(ProductHost product, EmailDestination destination)
        => Assert.IsType<SubmitResult.Invalid>(await product.Reports.SubmitAsync(
            "erp", "k", product.Request() with { Destinations = [destination] }, CancellationToken.None)).Errors;
}
