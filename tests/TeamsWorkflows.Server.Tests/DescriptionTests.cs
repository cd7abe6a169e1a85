using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What the repository says of the API is what the server says.</summary>
[Collection(nameof(SharedServer))]
public sealed partial class DescriptionTests(ServerHost host)
{
    private static readonly JsonSerializerOptions Shown = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_in_the_repository_is_the_one_that_the_server_answers_with()
    {
        using var anonymous = host.Anonymous();
        var document = JsonNode.Parse(await anonymous.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        Docs.AssertIs("openapi.json", document!.ToJsonString(Shown) + "\n", nameof(DescriptionTests), "TeamsWorkflows.Server.Tests");
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_and_shows_what_goes_in_and_comes_out()
    {
        using var anonymous = host.Anonymous();
        var paths = (await anonymous.GetJsonAsync("/openapi/v1.json")).GetProperty("paths");
        List<string> without = [];
        foreach (var (name, operation) in paths.EnumerateObject().SelectMany(static p => p.Value.EnumerateObject().Select(o => ($"{o.Name} {p.Name}", o.Value))))
        {
            if (!operation.TryGetProperty("summary", out _))
            {
                without.Add($"{name}: summary");
            }

            without.AddRange(Members(operation, "parameters").Where(static p => !p.TryGetProperty("example", out _)).Select(p => $"{name}: {p.Text("name")}"));
            if (operation.TryGetProperty("requestBody", out var body))
            {
                without.AddRange(Contents(body).Where(static c => !IsEmpty(c.Value) && !c.Value.TryGetProperty("example", out _)).Select(c => $"{name}: body {c.Name}"));
            }

            without.AddRange(operation.GetProperty("responses").EnumerateObject().SelectMany(r => Contents(r.Value)
                .Where(static c => !c.Value.TryGetProperty("example", out _)).Select(c => $"{name}: {r.Name} {c.Name}")));
        }

        Assert.Empty(without);
    }

    [Fact]
    public async Task What_a_request_must_have_is_what_it_is_refused_without()
    {
        using var publisher = await host.PublisherAsync();
        var schemas = (await publisher.GetJsonAsync("/openapi/v1.json")).GetProperty("components").GetProperty("schemas");
        var required = Required(schemas.GetProperty("ReportRequest"));
        Assert.Equal(["title", "destinations"], required);
        Assert.Equal("string", schemas.GetProperty("ReportRequest").GetProperty("properties").GetProperty("title").Text("type"));
        foreach (var name in required)
        {
            var report = JsonNode.Parse(host.Tenant.Report("Complete"))!.AsObject();
            report.Remove(name);
            using var refused = await publisher.SubmitAsync(report.ToJsonString(), Guid.NewGuid().ToString("N"));
            Assert.Equal(422, (int)refused.StatusCode);
            Assert.True((await refused.JsonAsync()).GetProperty("errors").TryGetProperty(name, out _));
        }

        Assert.Empty(schemas.EnumerateObject().SelectMany(static s => Required(s.Value)
            .Where(r => s.Value.GetProperty("properties").GetProperty(r).GetRawText().Contains("\"null\"", StringComparison.Ordinal)).Select(r => $"{s.Name}.{r}")));
        Assert.Equal(["email", "after", "then"], schemas.GetProperty("FallbackRequest").GetProperty("properties").EnumerateObject().Select(static p => p.Name));
        Assert.Empty(Required(schemas.GetProperty("FallbackRequest")));
        Assert.Equal(["url"], Required(schemas.GetProperty("NotifyRequest")));
        Assert.Equal(["kind", "url"], Required(schemas.GetProperty("SlackDestination")).Order());
        Assert.Equal(["decision"], Required(schemas.GetProperty("ApprovalDecisionRequest")));
    }

    private static string[] Required(JsonElement schema)
        => schema.TryGetProperty("required", out var names) ? [.. names.EnumerateArray().Select(static n => n.GetString()!)] : [];

    [Fact]
    public async Task A_refusal_that_is_shown_is_one_that_its_status_has()
    {
        using var anonymous = host.Anonymous();
        var paths = (await anonymous.GetJsonAsync("/openapi/v1.json")).GetProperty("paths");
        foreach (var response in paths.EnumerateObject().SelectMany(static p => p.Value.EnumerateObject()).SelectMany(static o => o.Value.GetProperty("responses").EnumerateObject()))
        {
            foreach (var content in Contents(response.Value).Where(static c => c.Name == "application/problem+json"))
            {
                var shown = content.Value.GetProperty("example");
                Assert.Equal(response.Name, shown.GetProperty("status").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture));
                Assert.Contains(shown.GetProperty("status").GetInt32(), ProblemCatalog.Kinds[shown.Text("type")[ProblemCatalog.Prefix.Length..]].Statuses);
            }
        }
    }

    [Fact]
    public async Task The_bodies_that_are_shown_can_be_read()
    {
        using var administrator = await host.AdministratorAsync();
        using var publisher = await host.PublisherAsync();
        var paths = (await administrator.GetJsonAsync("/openapi/v1.json")).GetProperty("paths");
        foreach (var path in paths.EnumerateObject().Where(static p => p.Name.StartsWith("/api/v1", StringComparison.Ordinal) && !p.Name.EndsWith("/bulk", StringComparison.Ordinal)))
        {
            foreach (var operation in path.Value.EnumerateObject().Where(static o => o.Value.TryGetProperty("requestBody", out _)))
            {
                using var request = new HttpRequestMessage(
                    new HttpMethod(operation.Name.ToUpperInvariant()), Parameter().Replace(path.Name, "shown"));
                var content = Contents(operation.Value.GetProperty("requestBody")).First().Value;
                request.Content = new StringContent(IsEmpty(content) ? "{}" : content.GetProperty("example").ToString(), Encoding.UTF8, "application/json");
                using var response = await (path.Name.StartsWith("/api/v1/reports", StringComparison.Ordinal) ? publisher : administrator).SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                Assert.False((int)response.StatusCode == 400 && !text.Contains("invalid-parameter", StringComparison.Ordinal), $"{operation.Name} {path.Name}: {text}");
            }
        }
    }

    [Fact]
    public void Every_kind_of_problem_is_documented_and_every_documented_one_exists()
    {
        var used = Directory.EnumerateFiles(Path.Combine(Docs.Root, "src", "TeamsWorkflows.Server"), "*.cs", SearchOption.AllDirectories)
            .Where(static f => Path.GetFileName(f) is not "ProblemCatalog.cs")
            .Select(File.ReadAllText)
            .SelectMany(static s => Literal().Matches(s).Select(static m => m.Groups["code"].Value)
                .Concat(Invalid().Matches(s).Select(static m => "invalid-" + m.Groups["what"].Value)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(ProblemCatalog.Kinds.Keys.Order(StringComparer.Ordinal), used);
    }

    [Fact]
    public void The_page_of_problems_is_made_from_the_code()
    {
        var page = new StringBuilder(
            """
            # Problems

            Every refusal of the API is a problem of RFC 9457 (`application/problem+json`): `type` never changes its meaning and is what
            programs branch on; `title` and `detail` are for people, and may be worded anew; `detail` says what to change; `errors`, where
            it is there, names the fields by their JSON paths; `traceId` finds the request in logs and traces.

            This page is made from the code. When it is stale, run
            `UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Server.Tests --filter DescriptionTests`.

            | type | status | what was wrong | what to do |
            |---|---|---|---|

            """);
        foreach (var kind in ProblemCatalog.Kinds.Values.OrderBy(static k => k.Code, StringComparer.Ordinal))
        {
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{kind.Type}` | {string.Join(", ", kind.Statuses)} | {kind.Meaning} | {kind.Remedy} |\n");
        }

        Docs.AssertIs("problems.md", page.ToString(), nameof(DescriptionTests), "TeamsWorkflows.Server.Tests");
    }

    private static IEnumerable<JsonElement> Members(JsonElement of, string name) => of.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    // {} is its own example; the writer of the document leaves it out.
    private static bool IsEmpty(JsonElement content) => content.ToString().Contains("/NoFields\"", StringComparison.Ordinal);

    private static IEnumerable<JsonProperty> Contents(JsonElement of) => of.TryGetProperty("content", out var content) ? content.EnumerateObject() : [];

    [GeneratedRegex("""(?:Problems\.(?:Of|Details)|\bOf|\bDetails)\(\s*(?:StatusCodes\.\w+|\d{3}|status),\s*"(?<code>[a-z-]+)",""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex("""Problems\.Invalid\(\s*"(?<what>[a-z-]+)",""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Invalid();

    [GeneratedRegex(@"\{\*{0,2}[^}]+\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Parameter();
}
