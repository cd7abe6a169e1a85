using System.Net;

namespace TeamsWorkflows.Server.Tests;

[Collection(nameof(SharedServer))]
public sealed class AccessTests(ServerHost host)
{
    /// <summary>Every address of the API, with the roles that may use it: P(ublisher), O(perator), A(dministrator).</summary>
    public static TheoryData<string, string, string> Addresses => new()
    {
        { "POST", "/api/v1/reports", "P" },
        { "GET", "/api/v1/reports/none", "POA" },
        { "GET", "/api/v1/deliveries", "POA" },
        { "GET", "/api/v1/deliveries/none", "POA" },
        { "GET", "/api/v1/intakes", "POA" },
        { "GET", "/api/v1/intakes/none", "POA" },
        { "PUT", "/api/v1/intakes/none", "PA" },
        { "DELETE", "/api/v1/intakes/none", "PA" },
        { "POST", "/api/v1/intakes/none/rotate", "PA" },
        { "GET", "/api/v1/schedules", "POA" },
        { "GET", "/api/v1/schedules/plan", "POA" },
        { "GET", "/api/v1/schedules/none", "POA" },
        { "PUT", "/api/v1/schedules/none", "PA" },
        { "DELETE", "/api/v1/schedules/none", "PA" },
        { "POST", "/api/v1/schedules/none/preview", "PA" },
        { "GET", "/api/v1/schedules/none/upcoming", "POA" },
        { "GET", "/api/v1/schedules/none/occurrences", "POA" },
        { "POST", "/api/v1/schedules/none/pause", "POA" },
        { "POST", "/api/v1/schedules/none/resume", "POA" },
        { "POST", "/api/v1/schedules/none/trigger", "POA" },
        { "POST", "/api/v1/schedules/none/backfill", "POA" },
        { "GET", "/api/v1/approvals", "OA" },
        { "GET", "/api/v1/approvals/none", "OA" },
        { "POST", "/api/v1/approvals/none/decide", "OA" },
        { "GET", "/api/v1/cases", "OA" },
        { "GET", "/api/v1/cases/none", "OA" },
        { "POST", "/api/v1/cases/none/sign-in", "OA" },
        { "POST", "/api/v1/cases/none/resolve", "OA" },
        { "POST", "/api/v1/diagnoses", "OA" },
        { "GET", "/api/v1/connections", "OA" },
        { "GET", "/api/v1/connections/none", "OA" },
        { "POST", "/api/v1/connections/none/sign-in", "OA" },
        { "GET", "/api/v1/orchestrations", "A" },
        { "GET", "/api/v1/orchestrations/none", "A" },
        { "GET", "/api/v1/orchestrations/none/history", "A" },
        { "GET", "/api/v1/orchestrations/none/history/export", "A" },
        { "POST", "/api/v1/orchestrations/none/terminate", "A" },
        { "POST", "/api/v1/orchestrations/none/suspend", "A" },
        { "POST", "/api/v1/orchestrations/none/resume", "A" },
        { "POST", "/api/v1/orchestrations/none/rewind", "A" },
        { "POST", "/api/v1/orchestrations/none/restart", "A" },
        { "POST", "/api/v1/orchestrations/none/purge", "A" },
        { "POST", "/api/v1/orchestrations/none/raise-event/go", "A" },
        { "POST", "/api/v1/orchestrations/bulk", "A" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Each_address_is_open_to_its_roles_and_closed_to_everybody_else(string method, string path, string roles)
    {
        using var anonymous = host.Anonymous();
        using var forged = host.With("eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJBZG1pbmlzdHJhdG9yIl19.");
        using var foreign = host.With(await host.Tokens.ForGraphAsync());
        using var outsider = await host.OutsiderAsync();
        using var publisher = await host.PublisherAsync();
        using var oversight = await host.OperatorAsync();
        using var administrator = await host.AdministratorAsync();

        Assert.Equal(401, await StatusAsync(anonymous, method, path));
        Assert.Equal(401, await StatusAsync(forged, method, path));
        Assert.Equal(401, await StatusAsync(foreign, method, path));
        Assert.Equal(403, await StatusAsync(outsider, method, path));
        foreach (var (client, role) in new[] { (publisher, 'P'), (oversight, 'O'), (administrator, 'A') })
        {
            var status = await StatusAsync(client, method, path);
            Assert.Equal(roles.Contains(role, StringComparison.Ordinal), status is not (401 or 403));
        }
    }

    [Fact]
    public async Task A_refusal_names_the_role_that_is_missing()
    {
        using var publisher = await host.PublisherAsync();
        using var response = await publisher.GetAsync(new Uri("/api/v1/orchestrations", UriKind.Relative));
        var problem = await response.JsonAsync();
        Assert.Contains("Administrator", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/api/v1/reports/none", "report")]
    [InlineData("/api/v1/deliveries/none", "delivery")]
    [InlineData("/api/v1/schedules/none", "schedule")]
    [InlineData("/api/v1/schedules/none/upcoming", "schedule")]
    [InlineData("/api/v1/schedules/none/occurrences", "schedule")]
    [InlineData("/api/v1/approvals/none", "approval")]
    [InlineData("/api/v1/cases/none", "case")]
    [InlineData("/api/v1/connections/none", "connection")]
    [InlineData("/api/v1/orchestrations/none", "orchestration")]
    [InlineData("/api/v1/orchestrations/none/history", "orchestration")]
    [InlineData("/api/v1/orchestrations/none/history/export", "orchestration")]
    [InlineData("/api/v1/nothing", "address")]
    public async Task What_does_not_exist_is_not_found(string path, string named)
    {
        using var administrator = await host.AdministratorAsync();
        using var response = await administrator.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var problem = await response.JsonAsync();
        Assert.EndsWith(":not-found", problem.Text("type"), StringComparison.Ordinal);
        Assert.Contains(named, problem.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/cases/none")]
    [InlineData("/approvals")]
    [InlineData("/approvals/none")]
    [InlineData("/deliveries")]
    [InlineData("/deliveries/none")]
    [InlineData("/connections")]
    [InlineData("/nothing")]
    public async Task The_console_sends_strangers_to_the_sign_in_with_PKCE(string path)
    {
        using var anonymous = host.Anonymous();
        using var response = await anonymous.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.StartsWith(host.Sandbox.HttpAddress.AbsoluteUri, response.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains("code_challenge_method=S256", response.Headers.Location.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_opens_no_page_and_the_console_takes_no_post_from_a_stranger()
    {
        using var administrator = await host.AdministratorAsync();
        using var page = await administrator.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);

        using var form = new FormUrlEncodedContent([]);
        using var posted = await administrator.PostAsync(new Uri("/connections/finance-posts/sign-in", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.Redirect, posted.StatusCode);
        Assert.DoesNotContain("ChannelMessage.Send", posted.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/cases")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/signin/callback")]
    [InlineData("/signed-out")]
    [InlineData("/")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var anonymous = host.Anonymous();
        using var response = await anonymous.GetAsync(new Uri(path, UriKind.Relative));
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Health_and_the_description_are_open()
    {
        using var anonymous = host.Anonymous();
        foreach (var path in (string[])["/health/live", "/health/ready"])
        {
            using var response = await anonymous.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var paths = (await anonymous.GetJsonAsync("/openapi/v1.json")).GetProperty("paths");
        foreach (var row in Addresses)
        {
            var (method, address) = ((string)row[0], ((string)row[1]).Replace("/none", "/{id}", StringComparison.Ordinal).Replace("/go", "/{name}", StringComparison.Ordinal));
            var described = paths.EnumerateObject().Single(p => p.Name.TrimEnd('/') == address).Value;
            Assert.True(described.TryGetProperty(method.ToLowerInvariant(), out _), $"{method} {address}");
        }
    }

    [Fact]
    public async Task Following_the_way_back_from_a_sign_in_changes_nothing()
    {
        using var anonymous = host.Anonymous();
        using var got = await anonymous.GetAsync(new Uri("/signin/callback?state=x&code=y", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);

        using var form = new FormUrlEncodedContent([new("state", "made-up"), new("code", "made-up")]);
        using var posted = await anonymous.PostAsync(new Uri("/signin/callback", UriKind.Relative), form);
        Assert.Contains("This sign-in is over", await posted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        }

        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
