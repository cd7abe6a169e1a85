using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Other tools hand reports over, without an account and without a token.</summary>
[Collection(nameof(SharedServer))]
public sealed class IntakeTests(ServerHost host)
{
    private const string Secret = "Secret";
    private const string Signature = "Signature";

    [Fact]
    [Trait("Requirement", "R81")]
    public async Task What_n8n_does_with_the_workflow_file_hands_a_report_over_once()
    {
        using var publisher = await host.PublisherAsync();
        var (name, secret) = await CreateAsync(publisher, Signature);
        var workflow = JsonDocument.Parse(await File.ReadAllTextAsync(WorkflowFile)).RootElement;
        var nodes = workflow.GetProperty("nodes").EnumerateArray().ToDictionary(n => n.Text("type"), n => n.GetProperty("parameters"));
        Assert.Contains("$execution.id", nodes["n8n-nodes-base.code"].Text("jsCode"), StringComparison.Ordinal);

        var title = Calls.Unique("n8n");
        var item = new Dictionary<string, string>
        {
            ["body"] = $$"""{"title":"{{title}}","text":"Sales were up"}""",
            ["key"] = "execution-231",
            ["timestamp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        var crypto = nodes["n8n-nodes-base.crypto"];
        Assert.Equal(("hmac", "SHA256", "hex"), (crypto.Text("action"), crypto.Text("type"), crypto.Text("encoding")));
        item[crypto.Text("dataPropertyName")] = Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Evaluate(crypto.Text("value"), item))));
        var call = nodes["n8n-nodes-base.httpRequest"];
        Assert.EndsWith("/api/v1/intakes/daily-sales", call.Text("url"), StringComparison.Ordinal);
        var headers = call.GetProperty("headerParameters").GetProperty("parameters").EnumerateArray()
            .Select(h => (h.Text("name"), Evaluate(h.Text("value"), item))).ToArray();

        using var first = await CallAsync(name, Evaluate(call.Text("body"), item), headers);
        using var repeat = await CallAsync(name, Evaluate(call.Text("body"), item), headers);
        Assert.Equal((202, 202), ((int)first.StatusCode, (int)repeat.StatusCode));
        Assert.Equal("true", Assert.Single(repeat.Headers.GetValues("Idempotency-Replayed")));
        var report = (await first.JsonAsync()).Text("reportId");
        await host.WaitForEndAsync(report);
        Assert.Single(host.Tenant.MessagesAbout(title));
        Assert.Equal(report, (await publisher.GetJsonAsync($"/api/v1/reports/{report}")).Text("id"));
        Assert.NotEqual("", (await publisher.GetJsonAsync($"/api/v1/intakes/{name}")).Text("lastAt"));
    }

    [Fact]
    public async Task The_n8n_workflow_is_one_that_n8n_imports()
    {
        var workflow = JsonDocument.Parse(await File.ReadAllTextAsync(WorkflowFile)).RootElement;
        var names = new List<string>();
        foreach (var node in workflow.GetProperty("nodes").EnumerateArray())
        {
            names.Add(node.Text("name"));
            Assert.True(Guid.TryParse(node.Text("id"), out _));
            Assert.StartsWith("n8n-nodes-base.", node.Text("type"), StringComparison.Ordinal);
            Assert.True(node.GetProperty("typeVersion").GetDouble() >= 1);
            Assert.Equal(2, node.GetProperty("position").GetArrayLength());
            Assert.Equal(JsonValueKind.Object, node.GetProperty("parameters").ValueKind);
        }

        Assert.Equal(names.Count, names.Distinct().Count());
        var targets = new List<string>();
        foreach (var connection in workflow.GetProperty("connections").EnumerateObject())
        {
            Assert.Contains(connection.Name, names);
            targets.AddRange(connection.Value.GetProperty("main").EnumerateArray().SelectMany(o => o.EnumerateArray()).Select(t => t.Text("node")));
        }

        Assert.Equal(names.Skip(1), targets); // one line, from the trigger to the call
        var crypto = workflow.GetProperty("nodes").EnumerateArray().Single(n => n.Text("name") == "Sign").GetProperty("parameters");
        Assert.StartsWith("={{ $env.", crypto.Text("secret"), StringComparison.Ordinal); // none in the file
    }

    [Fact]
    public async Task A_tool_that_cannot_sign_shows_its_secret_and_the_key_comes_out_of_the_body()
    {
        using var publisher = await host.PublisherAsync();
        var (name, secret) = await CreateAsync(publisher, Secret, ""","keyField": "run.id" """);
        var title = Calls.Unique("Zapier");
        var body = $$$"""{"title":"{{{title}}}","text":"x","run":{"id":4711}}""";

        using var first = await CallAsync(name, body, ("X-Intake-Secret", secret));
        using var other = await CallAsync(name, body.Replace("\"x\"", "\"y\"", StringComparison.Ordinal), ("X-Intake-Secret", secret));
        using var keyless = await CallAsync(name, """{"title":"a","text":"x"}""", ("X-Intake-Secret", secret));
        using var wrong = await CallAsync(name, body, ("X-Intake-Secret", secret + "x"));
        using var none = await CallAsync(name, body);
        Assert.Equal([202, 422, 400, 401, 401], new[] { first, other, keyless, wrong, none }.Select(r => (int)r.StatusCode));
        Assert.Contains("run.id", (await keyless.JsonAsync()).Text("detail"), StringComparison.Ordinal);
        await host.WaitForEndAsync((await first.JsonAsync()).Text("reportId"));
        Assert.Single(host.Tenant.MessagesAbout(title));
    }

    [Fact]
    [Trait("Requirement", "R65")]
    public async Task A_stranger_learns_nothing_and_what_does_not_fit_is_named_to_who_has_proved_himself()
    {
        using var publisher = await host.PublisherAsync();
        var (name, secret) = await CreateAsync(publisher, Signature);
        using var unsigned = await CallAsync(name, """{"title":"a","text":"b"}""", ("X-Intake-Secret", secret));
        using var unknown = await CallAsync("no-such-intake", "{}", Signed(secret, "{}"));
        using var stale = await CallAsync(name, "{}", Signed(secret, "{}", DateTimeOffset.UtcNow.AddMinutes(-6)));
        Assert.Equal([401, 401, 401], new[] { unsigned, unknown, stale }.Select(r => (int)r.StatusCode));
        Assert.Equal((await unsigned.JsonAsync()).Text("detail"), (await unknown.JsonAsync()).Text("detail"));

        using var noJson = await CallAsync(name, "title=a", Signed(secret, "title=a"));
        using var array = await CallAsync(name, "[]", Signed(secret, "[]"));
        using var unfit = await CallAsync(name, """{"title":"a"}""", Signed(secret, """{"title":"a"}"""));
        using var large = await CallAsync(name, new string(' ', 1024 * 1024 + 1));
        Assert.Equal([400, 400, 422], new[] { noJson, array, unfit }.Select(r => (int)r.StatusCode));
        Assert.Equal(413, (int)large.StatusCode);
        Assert.True((await unfit.JsonAsync()).GetProperty("errors").TryGetProperty("body", out _));
    }

    [Fact]
    public async Task A_new_secret_leaves_time_to_change_the_tool_and_one_that_is_switched_off_takes_nothing()
    {
        using var publisher = await host.PublisherAsync();
        var (name, old) = await CreateAsync(publisher, Secret);
        using var rotated = await publisher.PostJsonAsync($"/api/v1/intakes/{name}/rotate", "{}");
        var secret = (await rotated.JsonAsync()).Text("secret");
        Assert.NotEqual(old, secret);
        foreach (var (good, key) in new[] { (old, "1"), (secret, "2") })
        {
            using var taken = await CallAsync(name, """{"title":"a","text":"b"}""", ("X-Intake-Secret", good), ("Idempotency-Key", key));
            Assert.Equal(202, (int)taken.StatusCode);
        }

        using var seen = await publisher.GetAsync(new Uri($"/api/v1/intakes/{name}", UriKind.Relative));
        Assert.DoesNotContain(secret, await seen.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var off = await PutAsync(publisher, name, Definition(Secret, ""","isEnabled": false"""), seen.Headers.ETag!.Tag);
        Assert.Equal(200, (int)off.StatusCode);
        Assert.False((await off.JsonAsync()).TryGetProperty("secret", out _));
        using var refused = await CallAsync(name, """{"title":"a","text":"b"}""", ("X-Intake-Secret", secret), ("Idempotency-Key", "3"));
        Assert.Equal(401, (int)refused.StatusCode);
    }

    [Fact]
    public async Task Publishers_own_intakes_administrators_change_all_and_what_is_wrong_is_named()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var (name, _) = await CreateAsync(administrator, Signature);
        using var taken = await PutAsync(publisher, name, Definition(Signature));
        using var hidden = await publisher.GetAsync(new Uri($"/api/v1/intakes/{name}", UriKind.Relative));
        using var notMine = await publisher.DeleteAsync(new Uri($"/api/v1/intakes/{name}", UriKind.Relative));
        using var mine = await administrator.DeleteAsync(new Uri($"/api/v1/intakes/{name}", UriKind.Relative));
        Assert.Equal([409, 404, 404, 204], new[] { taken, hidden, notMine, mine }.Select(r => (int)r.StatusCode));

        using var wrong = await PutAsync(publisher, "wrong", """{"proof": "Signature", "secretHeader": "Authorization", "replayWindow": "09:00:00", "keyField": "a..b", "report": {"title": "x"}}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(
            ["keyField", "replayWindow", "report.body", "report.data.request", "report.destinations", "secretHeader"],
            (await wrong.JsonAsync()).GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    private static string WorkflowFile
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "TeamsWorkflows.sln")))
            {
                folder = folder.Parent!;
            }

            return Path.Combine(folder.FullName, "docs", "intakes", "n8n-report.json");
        }
    }

    // What n8n does with an expression that only takes values out of the item.
    private static string Evaluate(string text, Dictionary<string, string> item) => text.StartsWith('=')
        ? Regex.Replace(text[1..], @"\{\{ \$json\.(?<name>\w+) \}\}", m => item[m.Groups["name"].Value], RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
        : text;

    private static (string Name, string Value)[] Signed(string secret, string body, DateTimeOffset? at = null)
    {
        var timestamp = (at ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}"));
        return [("X-TeamsWorkflows-Timestamp", timestamp), ("X-TeamsWorkflows-Signature", "v1=" + Convert.ToHexStringLower(signature))];
    }

    private async Task<(string Name, string Secret)> CreateAsync(HttpClient client, string proof, string extra = "")
    {
        var name = "i-" + Guid.NewGuid().ToString("N")[..12];
        using var created = await PutAsync(client, name, Definition(proof, extra));
        Assert.Equal(201, (int)created.StatusCode);
        return (name, (await created.JsonAsync()).Text("secret"));
    }

    private string Definition(string proof, string extra = "")
    {
        var team = host.Tenant.Team("Finance");
        return $$$"""
            {"tool": "Other", "proof": "{{{proof}}}", "report": {"title": "{{ request.title }}", "body": "{{ request.text }}",
            "data": {"request": {"title": "Sample", "text": "Sample"}},
            "destinations": [{"connection": "finance-posts", "teamId": "{{{team.Id}}}", "channelId": "{{{team.Channel("Reports").Id}}}"}]}{{{extra}}}}
            """;
    }

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, string name, string body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/intakes/{name}");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await client.SendAsync(request);
    }

    private async Task<HttpResponseMessage> CallAsync(string name, string body, params (string Name, string Value)[] headers)
    {
        using var tool = host.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/intakes/{name}");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (header, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return await tool.SendAsync(request);
    }
}
