using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Who gets in where: every endpoint, each kind of caller.</summary>
[Collection(nameof(SharedServer))]
public sealed class EndpointAccessTests(ServerHost host)
{
    public static TheoryData<string, string> ForPrograms => Rows(static r => EndpointTable.IsForPrograms(r.Key) && r.Value != "*");

    [Fact]
    public void Every_endpoint_has_a_row_and_every_row_an_endpoint()
        => Assert.Equal(
            EndpointTable.Rows.Keys.Order(StringComparer.Ordinal),
            EndpointTable.Of(host.Server.Services.GetRequiredService<EndpointDataSource>()).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(ForPrograms))]
    public async Task An_address_for_programs_is_open_to_its_roles_and_closed_to_everybody_else(string row, string roles)
    {
        using var anonymous = host.Anonymous();
        using var forged = host.With("eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJBZG1pbmlzdHJhdG9yIl19.");
        using var foreign = host.With(await host.Tokens.ForGraphAsync());
        using var outsider = await host.OutsiderAsync();
        Assert.Equal(401, await StatusAsync(anonymous, row));
        Assert.Equal(401, await StatusAsync(forged, row));
        Assert.Equal(401, await StatusAsync(foreign, row));
        Assert.Equal(403, await StatusAsync(outsider, row));

        using var publisher = await host.PublisherAsync();
        using var approver = host.With(await host.Tokens.OfAsync(host.Tenant.Approver!));
        using var oversight = await host.OperatorAsync();
        using var administrator = await host.AdministratorAsync();
        foreach (var (client, role) in new[] { (publisher, 'P'), (approver, 'V'), (oversight, 'O'), (administrator, 'A') })
        {
            var status = await StatusAsync(client, row);
            Assert.True(roles.Contains(role, StringComparison.Ordinal) == status is not (401 or 403), $"{row} answers {status} to {role}");
        }
    }

    [Fact]
    public async Task A_page_is_open_to_its_roles_and_no_form_of_another_site_is_taken()
    {
        using var stranger = host.Anonymous();
        using var outsider = await SignInAsync(host.Tenant.Outsider.UserName);
        using var approver = await SignInAsync(host.Tenant.Approver!.UserName);
        using var oversight = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        using var administrator = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        foreach (var (row, roles) in EndpointTable.Rows.Where(static r => !EndpointTable.IsForPrograms(r.Key) && r.Value != "*" && r.Key != "POST /signout"))
        {
            Assert.Equal(302, await StatusAsync(stranger, row)); // to the sign-in
            Assert.Equal(403, (await AskAsync(outsider, row)).Status);
            foreach (var (session, role) in new[] { (approver, 'V'), (oversight, 'O'), (administrator, 'A') })
            {
                var status = (await AskAsync(session, row)).Status;
                if (!roles.Contains(role, StringComparison.Ordinal))
                {
                    Assert.True(status == 403, $"{row} answers {status} to {role}");
                }
                else if (row.StartsWith("POST", StringComparison.Ordinal))
                {
                    Assert.True(status == 400, $"{row} answers {status} to a form without its token");
                }
                else
                {
                    Assert.True(status is 200 or 404, $"{row} answers {status} to {role}");
                }
            }
        }
    }

    [Fact]
    public async Task What_belongs_to_another_publisher_is_not_there()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var name = $"theirs-{Guid.NewGuid():N}"[..20];
        using var schedule = await PutAsync(administrator, $"/api/v1/schedules/{name}", $$"""{"name":"Theirs","cron":"0 9 * * *","timeZone":"UTC","owner":"a@contoso.example","report":{{host.Tenant.Report("Theirs")}}}""");
        using var intake = await PutAsync(administrator, $"/api/v1/intakes/{name}", $$$"""{"tool":"Other","proof":"Secret","report":{{{host.Tenant.Report("Theirs", ",\"data\":{\"request\":{\"total\":1}}")}}}}""");
        var secret = (await intake.JsonAsync()).Text("secret");
        using var handing = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/intakes/{name}") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        handing.Headers.TryAddWithoutValidation("X-Intake-Secret", secret);
        handing.Headers.TryAddWithoutValidation("Idempotency-Key", name);
        using var anonymous = host.Anonymous();
        using var handed = await anonymous.SendAsync(handing);
        Assert.True(handed.IsSuccessStatusCode, await handed.Content.ReadAsStringAsync());
        var report = (await handed.JsonAsync()).Text("reportId");
        var delivery = (await administrator.GetJsonAsync($"/api/v1/reports/{report}")).GetProperty("deliveries")[0].Text("id");

        var schedules = $"/api/v1/schedules/{name}";
        (string Method, string Path, string Body)[] theirs =
        [
            ("GET", $"/api/v1/reports/{report}", ""), ("GET", $"/api/v1/reports/{report}/receipt", ""), ("GET", $"/api/v1/deliveries/{delivery}", ""),
            ("GET", schedules, ""), ("GET", $"{schedules}/upcoming", ""), ("GET", $"{schedules}/occurrences", ""), ("DELETE", schedules, ""),
            ("POST", $"{schedules}/pause", """{"reason":"not mine"}"""), ("POST", $"{schedules}/resume", """{"reason":"not mine"}"""),
            ("POST", $"{schedules}/trigger", """{"reason":"not mine"}"""),
            ("POST", $"{schedules}/backfill", """{"reason":"not mine","from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z"}"""),
            ("GET", $"/api/v1/intakes/{name}", ""), ("DELETE", $"/api/v1/intakes/{name}", ""), ("POST", $"/api/v1/intakes/{name}/rotate", "{}"),
        ];
        foreach (var (method, path, body) in theirs)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await publisher.SendAsync(request);
            Assert.True(response.StatusCode == HttpStatusCode.NotFound, $"{method} {path}: {(int)response.StatusCode}");
        }

        using var stolen = await PutAsync(publisher, schedules, $$"""{"name":"Mine","cron":"0 9 * * *","timeZone":"UTC","owner":"a@contoso.example","report":{{host.Tenant.Report("Mine")}}}""");
        Assert.Equal(HttpStatusCode.Conflict, stolen.StatusCode);
        foreach (var list in (string[])["reports", "schedules", "intakes", "deliveries"])
        {
            using var listed = await publisher.GetAsync(new Uri($"/api/v1/{list}", UriKind.Relative));
            Assert.DoesNotContain(name, await listed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static TheoryData<string, string> Rows(Func<KeyValuePair<string, string>, bool> select)
    {
        var rows = new TheoryData<string, string>();
        foreach (var (row, roles) in EndpointTable.Rows.Where(select))
        {
            rows.Add(row, roles);
        }

        return rows;
    }

    // Somebody whom the console's first page refuses is signed in all the same.
    private async Task<ConsoleSession> SignInAsync(string username)
    {
        var session = ConsoleSession.Stranger(host);
        await session.SignInAsync(username);
        return session;
    }

    private static Task<(int Status, string Text)> AskAsync(ConsoleSession session, string row) => session.AskAsync(EndpointTable.Method(row), EndpointTable.Path(row));

    private static async Task<int> StatusAsync(HttpClient client, string row)
    {
        using var request = new HttpRequestMessage(new HttpMethod(EndpointTable.Method(row)), EndpointTable.Path(row));
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Delete)
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead); // a stream of events goes on
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await client.PutAsync(new Uri(path, UriKind.Relative), content);
        Assert.True(response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict, await response.Content.ReadAsStringAsync());
        return response;
    }
}
