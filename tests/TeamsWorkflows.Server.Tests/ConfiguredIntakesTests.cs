using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Intakes that the configuration declares: checked before the server starts, and nobody else's to change.</summary>
public sealed class ConfiguredIntakesTests : IDisposable
{
    private const string Address = "/api/v1/intakes/declared";

    private static readonly string Secret = new('s', 40);
    private static readonly string Another = new('a', 40);

    private readonly string _folder = Directory.CreateTempSubdirectory("intakes").FullName;

    [Theory]
    [InlineData("Id", "Daily Sales", "Intakes:0:Id: Use 1 to 64")]
    [InlineData("Publisher", "", "Intakes:0:Publisher: ")]
    [InlineData("Secret", "short", "Intakes:0:Secret: Give 32 to 200 characters")]
    [InlineData("SecretHeader", "X-Mine", "Intakes:0:SecretHeader: Give the name of a header")]
    [InlineData("ReplayWindow", "03:00:00", "Intakes:0:ReplayWindow: Give a time between")]
    [InlineData("KeyField", "run..id", "Intakes:0:KeyField: Give names of members")]
    [InlineData("ReportFile", "", "Intakes:0:ReportFile: ")]
    [InlineData("Id", null, "Intakes:0:Id: ")]
    [InlineData("Publisher", null, "Intakes:0:Publisher: ")]
    [InlineData("Secret", null, "Intakes:0:Secret: ")]
    [InlineData("ReportFile", null, "Intakes:0:ReportFile: ")]
    [InlineData("ReportFile", "nowhere.json", "Intakes:0:ReportFile: 'nowhere.json' cannot be read as a report")]
    public void What_is_wrong_is_named_by_its_setting_and_with_what_to_do(string setting, string? value, string beginning)
    {
        var refusal = Refusal((setting, value));
        Assert.StartsWith(beginning, Assert.Single(refusal), StringComparison.Ordinal);
        Assert.DoesNotContain(refusal, f => f.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void A_report_without_a_sample_is_refused_and_so_is_a_name_that_is_given_twice()
    {
        var file = Template("""{"title":"x","body":"y","destinations":[]}""");
        Assert.StartsWith("Intakes:0:ReportFile: data.request: Give a sample", Assert.Single(Refusal(("ReportFile", file))), StringComparison.Ordinal);

        ConfiguredIntakes twice = new();
        (twice.ByKey["Intakes:0"], twice.ByKey["Intakes:1"]) = (Entry(), Entry());
        Assert.Equal("Intakes:1:Id: 'declared' is given twice.", Assert.Single(new ValidateConfiguredIntakes().Validate(null, twice).Failures!));
    }

    [Fact]
    public async Task An_intake_whose_report_does_not_fit_the_connections_is_switched_off_until_it_does()
    {
        var data = Path.Combine(_folder, "data");
        var file = Template(Facing("nobody"));
        await using (var unfit = await StartAsync(data, Settings(file, Secret)))
        {
            using var administrator = await unfit.Host.AdministratorAsync();
            Assert.False((await administrator.GetJsonAsync(Address)).GetProperty("isEnabled").GetBoolean());
            using var refused = await CallAsync(unfit.Host, Secret, "run-1");
            Assert.False(refused.IsSuccessStatusCode);
        }

        await File.WriteAllTextAsync(file, Facing(DevelopmentSandbox.ConnectionId));
        await using var fit = await StartAsync(data, Settings(file, Secret));
        using var later = await fit.Host.AdministratorAsync();
        Assert.True((await later.GetJsonAsync(Address)).GetProperty("isEnabled").GetBoolean());

        static string Facing(string connection)
            => $$$"""{"title":"x","body":"y","data":{"request":{}},"destinations":[{"connection":"{{{connection}}}","teamId":"{{{Guid.NewGuid()}}}","channelId":"19:x@thread.tacv2"}]}""";
    }

    [Theory]
    [InlineData("""[{"connection":"nobody","teamId":"t","channelId":"19:x@thread.tacv2"}]""", "destinations[0].teamId: ")]
    [InlineData("""[{"kind":"email","to":["a@contoso.example"]},{"kind":"email","to":["a@contoso.example"]}]""", "destinations[1]: This destination is given twice")]
    public async Task A_report_that_is_wrong_in_itself_keeps_the_server_from_starting(string destinations, string refused)
    {
        var file = Template($$$"""{"title":"x","body":"y","data":{"request":{}},"destinations":{{{destinations}}}}""");
        var host = new ServerHost { Settings = Settings(file, Secret) };
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(host.InitializeAsync);
        Assert.StartsWith($"Intakes:0:ReportFile: {refused}", Assert.Single(ServerProcess.Lines(refusal).Split('\n')), StringComparison.Ordinal);
        await host.DisposeAsync();
    }

    [Fact]
    [Trait("Requirement", "R81")]
    public async Task A_declared_intake_takes_reports_is_changed_by_the_configuration_alone_and_outlives_it_switched_off()
    {
        var data = Path.Combine(_folder, "data");
        var file = Template(
            """
            {"title":"{{ request.title }}","body":"x","data":{"request":{"title":"Sample"}},
            "destinations":[{"kind":"email","to":["readers@contoso.example"]}]}
            """);

        string report, etag;
        await using (var first = await StartAsync(data, Settings(file, Secret)))
        {
            using var administrator = await first.Host.AdministratorAsync();
            var shown = await administrator.GetJsonAsync(Address);
            Assert.Equal(("Configuration", "erp", "Make"), (shown.Text("origin"), shown.Text("publisher"), shown.Text("tool")));
            etag = await ETagAsync(administrator);
            using var taken = await CallAsync(first.Host, Secret, "run-1");
            Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
            report = (await taken.JsonAsync()).Text("reportId");

            using var content = new StringContent(
                """{"report":{"title":"x","body":"y","data":{"request":{}},"destinations":[{"kind":"email","to":["a@b.example"]}]}}""",
                Encoding.UTF8,
                "application/json");
            using var put = await administrator.PutAsync(new Uri(Address, UriKind.Relative), content);
            using var rotated = await administrator.PostJsonAsync($"{Address}/rotate", "{}");
            using var deleted = await administrator.DeleteAsync(new Uri(Address, UriKind.Relative));
            foreach (var answer in new[] { put, rotated, deleted })
            {
                Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
                Assert.EndsWith(":intake-of-configuration", (await answer.JsonAsync()).Text("type"), StringComparison.Ordinal);
            }
        }

        await using (var same = await StartAsync(data, Settings(file, Secret)))
        {
            using var administrator = await same.Host.AdministratorAsync();
            Assert.Equal(etag, await ETagAsync(administrator)); // nothing was written
        }

        await using (var changed = await StartAsync(data, [.. Settings(file, Another), "--Intakes:0:Tool=N8n"]))
        {
            using var administrator = await changed.Host.AdministratorAsync();
            Assert.Equal("N8n", (await administrator.GetJsonAsync(Address)).Text("tool"));
            using var repeat = await CallAsync(changed.Host, Another, "run-1");
            Assert.Equal(report, (await repeat.JsonAsync()).Text("reportId")); // it is still the same intake
            using var former = await CallAsync(changed.Host, Secret, "run-2");
            Assert.Equal(HttpStatusCode.Accepted, former.StatusCode); // for a day
        }

        await using var without = await StartAsync(data, []);
        using var later = await without.Host.AdministratorAsync();
        var left = await later.GetJsonAsync(Address);
        Assert.Equal(("Api", false), (left.Text("origin"), left.GetProperty("isEnabled").GetBoolean()));
        Assert.NotEqual("", left.Text("lastAt"));
        using var refused = await CallAsync(without.Host, Another, "run-3");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var gone = await later.DeleteAsync(new Uri(Address, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal("declared", await TitleAsync(later, report));
    }

    [Fact]
    public async Task An_intake_that_was_somebody_elses_takes_nothing_by_their_secret_any_more()
    {
        var data = Path.Combine(_folder, "data");
        string secret;
        await using (var theirs = await StartAsync(data, []))
        {
            using var administrator = await theirs.Host.AdministratorAsync();
            using var content = new StringContent(
                """{"report":{"title":"x","body":"y","data":{"request":{}},"destinations":[{"kind":"email","to":["a@b.example"]}]}}""",
                Encoding.UTF8,
                "application/json");
            using var put = await administrator.PutAsync(new Uri(Address, UriKind.Relative), content);
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
            secret = (await put.JsonAsync()).Text("secret");
        }

        var file = Template("""{"title":"declared","body":"x","data":{"request":{}},"destinations":[{"kind":"email","to":["a@b.example"]}]}""");
        await using var declared = await StartAsync(data, Settings(file, Secret));
        using var refused = await CallAsync(declared.Host, secret, "run-1");
        using var taken = await CallAsync(declared.Host, Secret, "run-1");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Accepted), (refused.StatusCode, taken.StatusCode));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<Running> StartAsync(string folder, IReadOnlyList<string> settings)
    {
        var host = new ServerHost { Folder = folder, Settings = settings };
        await host.InitializeAsync();
        return new(host);
    }

    private static async Task<string> ETagAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri(Address, UriKind.Relative));
        return response.Headers.ETag!.Tag;
    }

    private static async Task<string> TitleAsync(HttpClient client, string report) => (await client.GetJsonAsync($"/api/v1/reports/{report}")).Text("title");

    private static async Task<HttpResponseMessage> CallAsync(ServerHost host, string secret, string key)
    {
        const string body = """{"title":"declared"}""";
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var client = host.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        request.Headers.Add("X-TeamsWorkflows-Timestamp", timestamp);
        request.Headers.Add("X-TeamsWorkflows-Signature", Sign(secret, timestamp, body));
        return await client.SendAsync(request);
    }

    private static string Sign(string secret, string timestamp, string body) => "v1=" + Convert.ToHexStringLower(
        System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));

    private static string[] Settings(string file, string secret) =>
    [
        "--Intakes:0:Id=declared", "--Intakes:0:Publisher=erp", "--Intakes:0:Tool=Make", $"--Intakes:0:Secret={secret}", $"--Intakes:0:ReportFile={file}",
    ];

    private string Template(string json)
    {
        var file = Path.Combine(_folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, json);
        return file;
    }

    private ConfiguredIntake Entry() => new()
    {
        Id = "declared",
        Publisher = "erp",
        Secret = Secret,
        ReportFile = Template("""{"title":"x","body":"y","data":{"request":{}},"destinations":[]}"""),
    };

    private string[] Refusal((string Setting, string? Value) wrong)
    {
        ConfiguredIntakes intakes = new();
        var entry = Entry();
        ConfiguredIntakes.Bind(intakes, new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intakes:0:Id"] = entry.Id,
            ["Intakes:0:Publisher"] = entry.Publisher,
            ["Intakes:0:Secret"] = entry.Secret,
            ["Intakes:0:ReportFile"] = entry.ReportFile,
            [$"Intakes:0:{wrong.Setting}"] = wrong.Value,
        }).Build());
        return [.. new ValidateConfiguredIntakes().Validate(null, intakes).Failures!];
    }

    private sealed record Running(ServerHost Host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}
