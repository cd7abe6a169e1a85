using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Playwright;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api.Reference;
using static Microsoft.Playwright.Assertions;
using static TeamsWorkflows.Server.Tests.PageChecks;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The page of the API's description: what it shows, and that it can do nothing else.</summary>
[Collection(nameof(SharedServer))]
public sealed partial class ReferencePageTests(ServerHost host)
{
    private static readonly Uri Page = new(ReferenceEndpoints.Path, UriKind.Relative);

    [Fact]
    public async Task One_address_has_an_unsafe_policy_and_a_sandbox_and_no_other_has_either()
    {
        using var anonymous = host.Anonymous();
        foreach (var row in EndpointTable.Rows.Keys)
        {
            using var request = new HttpRequestMessage(new HttpMethod(EndpointTable.Method(row)), EndpointTable.Path(row));
            using var response = await anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead); // a stream of events goes on
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            var isPage = row == $"GET {ReferenceEndpoints.Path}";
            Assert.True(isPage == policy.Contains("unsafe", StringComparison.Ordinal), $"{row}: {policy}");
            Assert.True(isPage == policy.Contains("sandbox", StringComparison.Ordinal), $"{row}: {policy}");
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        }

        // Nor has what the table's addresses do not answer with: of a policy of its own there is this one.
        var sandboxed = host.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static e => e.Metadata.GetMetadata<SandboxedPage>() is not null);
        Assert.Equal(ReferenceEndpoints.Path, Assert.Single(sandboxed).RoutePattern.RawText);
    }

    [Fact]
    public async Task Its_policy_locks_it_in()
    {
        using var anonymous = host.Anonymous();
        using var response = await anonymous.GetAsync(Page);
        var directives = response.Headers.GetValues("Content-Security-Policy").Single().Split("; ")
            .ToDictionary(static d => d.Split(' ')[0], static d => d[(d.Split(' ')[0].Length + 1)..], StringComparer.Ordinal);

        Assert.Equal("allow-scripts", directives["sandbox"]); // never allow-same-origin
        Assert.Equal("'none'", directives["default-src"]);
        Assert.Equal("'self'", directives["script-src"]);
        Assert.Equal("'unsafe-inline'", directives["style-src"]);
        Assert.Equal("'self'", directives["img-src"]);
        Assert.All((string[])["base-uri", "form-action", "frame-ancestors"], name => Assert.Equal("'none'", directives[name]));
        Assert.Equal(8, directives.Count); // and nothing else may be loaded: no connection, font, frame or worker
        Assert.False(response.Headers.Contains("Cross-Origin-Opener-Policy"));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotMatch("<script>|<script type=\"module|\\son[a-z]+=\"", Outside().Replace(await response.Content.ReadAsStringAsync(), ""));
    }

    [Theory]
    [InlineData(1440, false, "tag/orchestrations", "Orchestrations")]
    [InlineData(390, true, "models", "Models")]
    public async Task It_shows_what_the_API_does_and_reaches_nobody(int width, bool isDark, string place, string heading)
    {
        var complaints = new List<string>();
        var strangers = new ConcurrentQueue<string>();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints, width, isDark);
        await Browser.SignInAsync(page, host.Address, host.Tenant.Administrator.UserName);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Authority != host.Address.Authority)
            {
                strangers.Enqueue(request.Url);
            }
        };

        var formsBelongTo = await AntiForgeryAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "API", Exact = true }).ClickAsync();
        await ExpectShownAsync(page.GetByRole(AriaRole.Heading, new() { Name = "TeamsWorkflows" }));
        await ExpectShownAsync(page.GetByText("This page shows the API and cannot call it"));
        await Expect(page.Locator("#outline")).ToHaveCountAsync(0);
        await ExpectShownAsync(page.GetByText("/api/v1/reports/preview").Filter(new() { Visible = true }).First);
        await ExpectShownAsync(page.GetByRole(AriaRole.Heading, new() { Name = "Hands over a report." }));
        await ExpectShownAsync(page.GetByText("'Idempotency-Key: sales-2026-11-26'").First); // the example, as a call of curl
        await ExpectNoSidewaysScrollAsync(page);
        await ScreenshotAsync(page, $"api-{width}");
        await page.EvaluateAsync("place => { location.hash = place; }", place); // what is shown there is not made before
        await ExpectShownAsync(page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true }));
        await ExpectAccessibleAsync(page);
        foreach (var label in (string[])["Test Request", "Ask AI", "Generate MCP", "Open API Client", "Download OpenAPI", "Powered by Scalar"])
        {
            await Expect(page.GetByText(label).Filter(new() { Visible = true })).ToHaveCountAsync(0);
        }

        Assert.Empty(complaints);
        Assert.Empty(strangers);

        Assert.Equal("null", await page.EvaluateAsync<string>("self.origin"));
        Assert.Equal("SecurityError", await RefusalAsync(page, "document.cookie"));
        Assert.Equal("SecurityError", await RefusalAsync(page, "indexedDB.open('kept')"));
        Assert.Equal("TypeError", await RefusalAsync(page, "await fetch('/')"));
        Assert.Equal("TypeError", await RefusalAsync(page, "await fetch('/api/v1/cases')"));
        Assert.Null(await page.EvaluateAsync<string?>("open('/')"));
        Assert.Empty(strangers);

        complaints.Clear(); // each of those was one
        await page.GetByRole(AriaRole.Link, new() { Name = "Console" }).ClickAsync();
        await ExpectShownAsync(page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })); // still signed in
        Assert.Equal(formsBelongTo, await AntiForgeryAsync(page)); // a form that is open in another tab can still be sent
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    public async Task Until_its_script_has_started_it_says_what_the_API_can_do(int width, bool isDark)
    {
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync([], width, isDark);
        await page.RouteAsync($"**{ScalarScript.Address}", static route => route.AbortAsync());
        await page.GotoAsync(new Uri(host.Address, Page).AbsoluteUri);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Reports", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "POST /api/v1/reports Hands over a report." })).ToBeVisibleAsync();
        await ExpectNoSidewaysScrollAsync(page);
        await ExpectAccessibleAsync(page);
        await ScreenshotAsync(page, $"api-outline-{width}");
    }

    [Fact]
    public async Task The_document_in_it_is_the_one_that_programs_read()
    {
        using var anonymous = host.Anonymous();
        var embedded = JsonNode.Parse(Embedded().Match(await anonymous.GetStringAsync(Page)).Groups["document"].Value)!;
        var document = JsonNode.Parse(await anonymous.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        Assert.StartsWith((string)document["info"]!["description"]!, (string)embedded["info"]!["description"]!, StringComparison.Ordinal);

        embedded["info"]!["description"] = document["info"]!["description"]!.DeepClone(); // it also says how to call the API from here
        Assert.True(JsonNode.DeepEquals(document, embedded));
        Assert.Null(document["paths"]![ReferenceEndpoints.Path]);
    }

    [Fact]
    public async Task Page_and_script_are_sent_compressed_and_not_again_to_who_has_them()
    {
        foreach (var address in (string[])[ReferenceEndpoints.Path, ScalarScript.Address])
        {
            using var plain = await AskAsync(address, "identity");
            var content = await plain.Content.ReadAsByteArrayAsync();
            using var packed = await AskAsync(address, "gzip, deflate, br");
            await using var unpacking = new GZipStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            await unpacking.CopyToAsync(unpacked);

            Assert.Empty(plain.Content.Headers.ContentEncoding);
            Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
            Assert.Equal(["Accept-Encoding"], packed.Headers.Vary);
            Assert.Equal(content, unpacked.ToArray());
            Assert.InRange(packed.Content.Headers.ContentLength!.Value, 1, content.Length / 3);

            using var again = await AskAsync(address, "gzip", packed.Headers.ETag!.ToString());
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Equal(address == ReferenceEndpoints.Path ? "no-cache" : "public, max-age=31536000, immutable", again.Headers.CacheControl!.ToString());
        }
    }

    private async Task<HttpResponseMessage> AskAsync(string address, string encodings, string? seen = null)
    {
        using var anonymous = host.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encodings);
        if (seen is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", seen);
        }

        return await anonymous.SendAsync(request);
    }

    private static async Task<string> AntiForgeryAsync(IPage page)
        => (await page.Context.CookiesAsync()).Single(static cookie => cookie.Name == "teamsworkflows-antiforgery").Value;

    // Its script is large: on a busy machine it takes longer to start than an expectation waits.
    private static Task ExpectShownAsync(ILocator what) => Expect(what).ToBeVisibleAsync(new() { Timeout = (float)ServerHost.Patience.TotalMilliseconds });

    private static Task<string> RefusalAsync(IPage page, string act)
        => page.EvaluateAsync<string>($"async () => {{ try {{ {act}; return 'done'; }} catch (e) {{ return e.name; }} }}");

    [GeneratedRegex("<script type=\"application/json\" id=\"document\">(?<document>.*)</script>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Embedded();

    [GeneratedRegex("<script type=\"application/json\".*</script>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Outside();
}
