using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AngleSharp.Html.Parser;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Whatever somebody writes into a field: it is text on pages, in messages, in mails and in logs, and a refusal has a reason.</summary>
[Collection(nameof(SharedServer))]
public sealed class HostileInputTests(ServerHost host)
{
    private static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static readonly string[] Formats = ["Markdown", "Text", "Html"];

    private static readonly string[] Corpus =
    [
        "<script>alert(1)</script>", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
        "javascript:alert(1)//", "<iframe srcdoc='<script>alert(1)</script>'>", "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
        "<a href=\"javascript:alert(1)\">x</a>", "[x](javascript:alert(1))", "![x](x\" onerror=\"alert(1))", "<img src=\"x\" onerror=\"alert(1)\">",
        "{{ '<script>alert(1)</script>' }}", "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">", "<style>@import'//evil.example'</style>",
        "<base href=//evil.example>", "<form action=//evil.example><input type=submit>", "<meta http-equiv=refresh content=0;url=//evil.example>",
        "\u2028<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "%3Cscript%3Ealert(1)%3C/script%3E",
    ];

    public static TheoryData<string> Bodies => [
        "", "{", "[]", "null", "42", "\"text\"", "{\"title\":1}", "{\"title\":null}", "{\"nothing\":true}", "{\"title\":\"a\",\"title\":\"b\"}",
        "{\"destinations\":{}}", "{\"destinations\":[null]}", "{\"destinations\":[[[[]]]]}", "{\"card\":\"not an object\"}", "{\"patience\":\"soon\"}",
        "{\"title\":\"\\ud800\"}", "{\"title\":\"a\\u0000b\"}", "\uFEFF{}", "{\"format\":7}", "{\"format\":\"Latex\"}",
    ];

    [Fact]
    public async Task No_text_of_a_report_becomes_markup_on_a_page_or_in_a_message()
    {
        using var publisher = await host.PublisherAsync();
        using var session = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        var team = host.Tenant.Team("Finance");
        List<JsonElement> reports = [];
        foreach (var (payload, format) in Corpus.SelectMany(static p => Formats.Select(f => (p, f))))
        {
            if (await SubmitAsync(publisher, payload, format, new { connection = Development.DevelopmentSandbox.ConnectionId, teamId = team.Id, channelId = team.Channel("Reports").Id }, approval: null) is { } report)
            {
                reports.Add(report);
            }
        }

        foreach (var report in reports)
        {
            await host.WaitForEndAsync(report.Text("id"));
            AssertHarmless(await session.ReadAsync($"/deliveries/{Uri.EscapeDataString(report.GetProperty("deliveries")[0].Text("id"))}"));
            var title = report.Text("title");
            Assert.All(host.Tenant.AllMessages().Where(m => m.Content.Contains(title[..Marker], StringComparison.Ordinal)), static m => AssertHarmless(m.Content));
        }

        AssertHarmless(await session.ReadAsync("/deliveries"));
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public async Task No_text_of_a_report_becomes_markup_in_a_mail_that_brings_it_or_asks_for_its_approval()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await host.PublisherAsync();
        List<string> brought = [], asked = [];
        foreach (var (payload, format) in Corpus.SelectMany(static p => Formats.Select(f => (p, f))))
        {
            var mail = new { kind = "email", to = new[] { "readers@contoso.example" } };
            if (await SubmitAsync(publisher, payload, format, mail, approval: null) is { } report)
            {
                brought.Add(report.Text("title")[..Marker]);
            }

            if (await SubmitAsync(publisher, payload, format, mail, new { approvers = new[] { new { email = "chief@contoso.example" } }, note = payload }) is { } held)
            {
                asked.Add(held.Text("title")[..Marker]);
            }
        }

        Assert.NotEmpty(brought);
        Assert.NotEmpty(asked);
        foreach (var (to, titles) in new[] { ("readers@contoso.example", brought), ("chief@contoso.example", asked) })
        {
            foreach (var title in titles)
            {
                var mail = await host.Tenant.WaitForMailAsync(m => m.To.Contains(to) && $"{m.Subject} {m.HtmlBody}".Contains(title, StringComparison.Ordinal), enough.Token);
                Assert.NotNull(mail.HtmlBody);
            }
        }

        foreach (var mail in host.Tenant.Mails)
        {
            AssertHarmless(mail.HtmlBody ?? "");
            Assert.DoesNotContain(mail.Subject, static c => char.IsControl(c));
        }
    }

    [Fact]
    [Trait("Requirement", "R85")]
    public async Task No_text_of_a_connection_becomes_markup_in_the_mail_of_its_case()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        var own = new ServerHost { Settings = ["--Outbound:TrustedHosts:0=localhost"] };
        await own.InitializeAsync();
        using var administrator = await own.AdministratorAsync();
        using var publisher = await own.PublisherAsync();
        own.Tenant.EnableWorkflow(enabled: false);
        List<string> names = [];
        for (var i = 0; i < Corpus.Length; i++)
        {
            var (name, payload) = ($"hostile-{i}", Corpus[i].Replace("\u2028", " ", StringComparison.Ordinal));
            using var registered = await administrator.PostJsonAsync("/api/v1/connections", JsonSerializer.Serialize(new
            {
                id = name,
                displayName = $"{name}. {payload}",
                authModel = "Webhook",
                webhookAddress = $"{own.Tenant.WorkflowAddress.AbsoluteUri}&n={i}",
                owner = payload,
                environment = "production",
            }));
            Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(enough.Token));
            using var submitted = await publisher.SubmitAsync(
                JsonSerializer.Serialize(new { title = name, body = payload, destinations = new[] { new { kind = "workflow", connection = name } } }), name);
            Assert.Equal(HttpStatusCode.Accepted, submitted.StatusCode);
            names.Add(name);
        }

        string[] missing;
        do
        {
            await Task.Delay(50, CancellationToken.None);
            missing = [.. names.Where(name => !own.Tenant.Mails.Any(m => m.Subject.Contains($"{name}. ", StringComparison.Ordinal)))];
        }
        while (missing.Length > 0 && !enough.IsCancellationRequested);

        Assert.Empty(missing);
        foreach (var mail in own.Tenant.Mails.Where(static m => m.Subject.Contains(": hostile-", StringComparison.Ordinal)))
        {
            Assert.Contains("Open the case", mail.HtmlBody, StringComparison.Ordinal);
            AssertHarmless(mail.HtmlBody!);
            Assert.DoesNotContain(mail.Subject, static c => char.IsControl(c));
        }

        await own.DisposeAsync();
    }

    [Fact]
    public async Task No_other_field_becomes_markup_either()
    {
        using var administrator = await host.AdministratorAsync();
        using var session = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        for (var i = 0; i < Corpus.Length; i++)
        {
            var payload = Corpus[i].Replace("\u2028", " ", StringComparison.Ordinal);
            var name = $"hostile-{i}";
            var connection = JsonSerializer.Serialize(new
            {
                id = name,
                displayName = payload,
                authModel = "ApplicationSecret",
                tenantId = "11111111-1111-1111-1111-111111111111",
                clientId = "22222222-2222-2222-2222-222222222222",
                clientSecret = "hostile",
                owner = payload,
                scopes = new[] { "Mail.Send" },
                environment = "production",
            });
            using var registered = await administrator.PostJsonAsync("/api/v1/connections", connection);
            Assert.True(registered.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity, await registered.Content.ReadAsStringAsync());
            using var change = await administrator.PostJsonAsync($"/api/v1/connections/{name}/changes", JsonSerializer.Serialize(new { change = "PolicyChanged", note = payload }));
            var schedule = $$"""{"name":{{JsonSerializer.Serialize(payload)}},"cron":"0 9 * * *","timeZone":"UTC","owner":"a@contoso.example","report":{{host.Tenant.Report("Hostile")}}}""";
            using var content = new StringContent(schedule, Encoding.UTF8, "application/json");
            using var put = await administrator.PutAsync(new Uri($"/api/v1/schedules/{name}", UriKind.Relative), content);
            using var paused = await administrator.PostJsonAsync($"/api/v1/schedules/{name}/pause", JsonSerializer.Serialize(new { reason = $"because {payload}" }));
            Assert.True((int)paused.StatusCode is 204 or 404);
            if (put.IsSuccessStatusCode)
            {
                AssertHarmless(await session.ReadAsync($"/schedules/{name}"));
            }

            var query = Uri.EscapeDataString(payload);
            AssertHarmless((await session.AskAsync("GET", $"/orchestrations?name={query}&prefix={query}&tag={query}&createdFrom={query}")).Text);
            AssertHarmless((await session.AskAsync("GET", $"/audit?actor={query}&action={query}&target={query}&from={query}")).Text);
            AssertHarmless((await session.AskAsync("GET", $"/schedules?note={query}")).Text);
            AssertHarmless((await session.AskAsync("GET", $"/deliveries/{query}")).Text);
        }

        foreach (var path in (string[])["/connections", "/schedules", "/audit", "/"])
        {
            AssertHarmless(await session.ReadAsync(path));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_none_is_refused_with_a_problem_and_never_with_a_failure(string body)
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        foreach (var (client, method, path) in new[]
        {
            (publisher, "POST", "/api/v1/reports"), (publisher, "POST", "/api/v1/reports/preview"), (publisher, "PUT", "/api/v1/schedules/bad"),
            (administrator, "POST", "/api/v1/connections"), (administrator, "POST", "/api/v1/orchestrations/bulk"), (administrator, "PUT", "/api/v1/intakes/bad"),
            (administrator, "POST", "/api/v1/connections/finance-posts/consent"),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.TryAddWithoutValidation("Idempotency-Key", "bad-body");
            using var response = await client.SendAsync(request);
            Assert.True((int)response.StatusCode is 400 or 422, $"{method} {path} answers {(int)response.StatusCode} to {body}");
            Assert.StartsWith(ProblemPrefix, (await response.JsonAsync()).Text("type"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_too_deep_is_refused()
    {
        using var publisher = await host.PublisherAsync();
        using var large = await publisher.SubmitAsync($$"""{"title":"{{new string('x', 70_000)}}"}""", "large");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using var deep = await publisher.SubmitAsync($$"""{"data":{{new string('[', 2_000)}}{{new string(']', 2_000)}}}""", "deep");
        Assert.Equal(HttpStatusCode.BadRequest, deep.StatusCode);
        Assert.StartsWith(ProblemPrefix, (await deep.JsonAsync()).Text("type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_sends_all_of_a_body_that_is_too_large_gets_the_answer()
    {
        // As a client that looks for an answer when it has sent everything: more than the buffers between the two can hold.
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(host.Address.Host, host.Address.Port, enough.Token);
        await using var connection = tcp.GetStream();
        const int size = 24 * 1024 * 1024;
        await connection.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1/intakes/any HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"), enough.Token);
        await connection.WriteAsync(new byte[size], enough.Token);
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {host.Address.Authority}\r\nConnection: close\r\n\r\n"), enough.Token);

        using var reader = new StreamReader(connection, Encoding.UTF8);
        var answers = await reader.ReadToEndAsync(enough.Token);
        Assert.StartsWith("HTTP/1.1 413 ", answers, StringComparison.Ordinal);
        Assert.Contains($"{ProblemPrefix}too-large", answers, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200 OK", answers, StringComparison.Ordinal); // and goes on with the same connection
    }

    // Null: it was refused with a reason, which is as good. What is looked for later is at the title's beginning.
    private static async Task<JsonElement?> SubmitAsync(HttpClient publisher, string payload, string format, object destination, object? approval)
    {
        var (marker, line) = (Guid.NewGuid().ToString("N"), payload.Replace("\u2028", " ", StringComparison.Ordinal));
        var body = JsonSerializer.Serialize(new
        {
            title = $"{marker} {line}"[..Math.Min(200, Marker + 1 + line.Length)].ReplaceLineEndings(" "),
            subject = line,
            body = $"{payload} {marker}",
            format,
            destinations = new[] { destination },
            approval,
        }, WithoutNulls);
        using var response = await publisher.SubmitAsync(body, marker);
        if (response.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            return null;
        }

        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    private const int Marker = 32;

    private const string ProblemPrefix = "urn:teamsworkflows:problem:";

    // As a browser reads it: an attribute's value and an entity are no markup.
    private static void AssertHarmless(string markup)
    {
        foreach (var element in new HtmlParser().ParseDocument(markup).All)
        {
            var isActive = element.LocalName is "iframe" or "math" or "style" or "base" or "object" or "embed" or "applet"
                || (element.LocalName == "script" && element.GetAttribute("src")?.StartsWith("/assets/", StringComparison.Ordinal) != true)
                || (element.LocalName == "meta" && element.HasAttribute("http-equiv"))
                || element.Attributes.Any(static a => a.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || (a.Name is "href" or "src" or "action" or "formaction" or "xlink:href" && IsScript(a.Value)) || (a.Name is "action" or "formaction" && LeadsElsewhere(a.Value)));
            Assert.False(isActive, $"This runs, or leads elsewhere: {element.OuterHtml}");
        }
    }

    private static bool IsScript(string value) => value.TrimStart().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase);

    private static bool LeadsElsewhere(string value) => value.StartsWith("//", StringComparison.Ordinal) || value.StartsWith("http", StringComparison.OrdinalIgnoreCase);
}
