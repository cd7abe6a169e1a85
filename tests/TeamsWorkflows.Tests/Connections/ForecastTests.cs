using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>What ends when, why we think so, and what stops then.</summary>
public sealed class ForecastTests
{
    [Fact]
    [Trait("Requirement", "B10")]
    [Trait("Requirement", "R61")]
    [Trait("Requirement", "R32")]
    public async Task Dates_come_with_their_reasons_and_only_some_need_a_person()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        definition.SecretExpiresAt = product.Time.GetUtcNow().AddDays(40);
        await product.Connections.ConfigureAsync(definition, default);
        product.Tenant.ExpireAccessTokens();
        await product.EndOfAsync(await product.SubmitAsync());

        var expiries = await product.Get<ForecastDesk>().ExpiriesAsync(default);

        Assert.Equal([ExpiryKind.AccessToken, ExpiryKind.ClientSecret, ExpiryKind.SignInUnused], expiries.Select(e => e.Kind));
        Assert.Equal([false, true, true], expiries.Select(e => e.NeedsPerson));
        Assert.Equal(90, (expiries[2].At - product.Time.GetUtcNow()).TotalDays, 0.01);
        Assert.All(expiries, e => Assert.NotEmpty(e.Because));
    }

    [Fact]
    [Trait("Requirement", "B10")]
    public async Task A_use_puts_the_end_of_an_unused_sign_in_off()
    {
        await using var product = await ProductHost.StartAsync();
        var desk = product.Get<ForecastDesk>();
        var before = Unused(await desk.ExpiriesAsync(default));
        product.Time.Advance(TimeSpan.FromDays(10));
        product.Tenant.ExpireAccessTokens();
        await product.EndOfAsync(await product.SubmitAsync());

        Assert.Equal(10, (Unused(await desk.ExpiriesAsync(default)) - before).TotalDays, 0.01);
    }

    [Fact]
    [Trait("Requirement", "B10")]
    [Trait("Requirement", "B5")]
    public async Task Sign_ins_that_end_at_intervals_foretell_the_next_end()
    {
        await using var product = await ProductHost.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            product.Time.Advance(TimeSpan.FromHours(12));
            product.Tenant.Faults.Apply("refresh-revoked");
            product.Tenant.ExpireAccessTokens();
            await product.SubmitAsync();
            await product.OpenCaseAsync();
            product.Tenant.Faults.Clear();
            await product.SignInAsync(product.Tenant.Service);
            if (i == 0)
            {
                await ClosedAsync(product);
            }
        }

        var frequency = Assert.Single(await product.Get<ForecastDesk>().ExpiriesAsync(default), e => e.Kind == ExpiryKind.SignInFrequency);
        Assert.Equal(12, (frequency.At - product.Time.GetUtcNow()).TotalHours, 0.1);
        Assert.Contains("12.0 hours", frequency.Because, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B10")]
    [Trait("Requirement", "R61")]
    public void A_certificate_says_itself_when_it_ends()
    {
        using var key = RSA.Create(2048);
        var end = new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero);
        using var made = new CertificateRequest("CN=app", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(end.AddYears(-1), end);
        var file = Path.ChangeExtension(Path.GetTempFileName(), ".pem");
        File.WriteAllText(file, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());

        Assert.Equal(end, TeamsWorkflows.Connections.CertificateFiles.EndOf(file));
        File.Delete(file);
        Assert.Null(TeamsWorkflows.Connections.CertificateFiles.EndOf(file));
    }

    [Fact]
    [Trait("Requirement", "B10")]
    public void The_feed_is_a_calendar_that_reminds_ahead_and_folds_its_lines()
    {
        var at = new DateTimeOffset(2027, 1, 31, 9, 0, 0, TimeSpan.Zero);
        Expiry[] expiries =
        [
            new("finance-posts", ExpiryKind.ClientSecret, at, NeedsPerson: true, "Entered; by Zoë, of Łódź and São Paulo, who knows.", "Make a new secret beside the old one."),
            new("finance-posts", ExpiryKind.AccessToken, at, NeedsPerson: false, "", ""),
        ];

        var feed = ExpiryCalendar.Write(expiries, at.AddDays(-60));

        var lines = feed.Split("\r\n");
        Assert.All(lines, l => Assert.True(Encoding.UTF8.GetByteCount(l) <= 75, l));
        Assert.Equal(1, lines.Count(l => l == "BEGIN:VEVENT"));
        Assert.Equal(["TRIGGER:-P30D", "TRIGGER:-P7D", "TRIGGER:-P1D"], lines.Where(l => l.StartsWith("TRIGGER", StringComparison.Ordinal)));
        Assert.Contains("DTSTART:20270131T090000Z", lines);
        Assert.Contains(@"DESCRIPTION:Entered\; by Zoë\, of Łódź and São Paulo\, who knows.\nMake a new secret beside the old one.", feed.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("", lines[^1]);
    }

    [Fact]
    [Trait("Requirement", "B10")]
    [Trait("Requirement", "R61")]
    public async Task What_ends_is_told_at_each_threshold_once_and_a_mail_that_fails_is_tried_again()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        definition.SecretExpiresAt = product.Time.GetUtcNow().AddDays(29);
        await product.Connections.ConfigureAsync(definition, default);
        var teller = product.Get<ExpiryTeller>();
        product.Tenant.Faults.Add(new() { Name = "smtp-busy", Surface = SandboxSurfaces.Smtp, Status = 450, Count = 1 });

        await teller.TellAsync(default);
        Assert.Empty(product.OperatorMails);
        await teller.TellAsync(default);
        await teller.TellAsync(default);
        Assert.Equal("Client secret of finance-posts ends within 30 days", Assert.Single(product.OperatorMails).Subject);
        foreach (var day in new[] { 14, 1, 8, 5, 1 }) // 15, 14, 6, 1 and 0 days are left
        {
            product.Time.Advance(TimeSpan.FromDays(day));
            await product.Get<TeamsWorkflows.Connections.TokenSource>().AcquireAsync(await HistoryTests.ConnectionAsync(product), new(BypassCache: true), default);
            await teller.TellAsync(default);
        }

        Assert.Equal([30, 14, 7, 1], product.OperatorMails.Select(m => int.Parse(m.Subject.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains("Make a new secret beside the old one", product.OperatorMails[^1].TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "B10")]
    [InlineData(31.0, null, null)]
    [InlineData(30.0, null, 30)]
    [InlineData(6.5, null, 7)]
    [InlineData(0.5, null, 1)]
    [InlineData(0.0, null, null)]
    [InlineData(0.4, 0.5, null)]
    [InlineData(0.4, 7.0, 1)]
    [InlineData(6.0, 7.0, null)]
    [InlineData(20.0, 90.0, 30)]
    public void A_threshold_is_for_what_lasts_longer(double left, double? lasts, int? days)
    {
        var expiry = new Expiry("a", ExpiryKind.SignInFrequency, default, NeedsPerson: true, "", "", lasts is { } l ? TimeSpan.FromDays(l) : null);

        Assert.Equal(days, ExpiryTeller.ThresholdOf(expiry, TimeSpan.FromDays(left)));
    }

    [Fact]
    [Trait("Requirement", "B10")]
    public async Task The_blast_radius_names_the_reports_and_when_the_next_is_due()
    {
        await using var product = await ProductHost.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await product.EndOfAsync(await product.SubmitAsync());
            product.Time.Advance(TimeSpan.FromDays(1));
        }

        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync(product.Request("Month end"));
        await product.OpenCaseAsync();

        var radius = await product.Get<ForecastDesk>().BlastRadiusAsync(TeamsWorkflows.Tests.ProductHost.ConnectionId, default);
        Assert.Equal(["Daily sales", "Month end"], radius.Reports.Select(r => r.Title));
        Assert.Equal([3, 1], radius.Reports.Select(r => r.Count));
        Assert.Equal("Month end", Assert.Single(radius.Waiting).Title);
        Assert.StartsWith("2 reports of 1 publisher", radius.Summary, StringComparison.Ordinal);
        Assert.EndsWith("; 1 under way or waiting.", radius.Summary, StringComparison.Ordinal);
    }

    private static DateTimeOffset Unused(IEnumerable<Expiry> expiries) => expiries.Single(e => e.Kind == ExpiryKind.SignInUnused).At;

    private static async Task ClosedAsync(ProductHost product)
    {
        while ((await product.Cases.PageAsync(isOpen: true, 0, 100, default)).Count > 0)
        {
            await Task.Delay(1);
        }
    }
}
