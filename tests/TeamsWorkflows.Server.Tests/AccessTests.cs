using System.Net;

namespace TeamsWorkflows.Server.Tests;

[Collection(nameof(SharedServer))]
public sealed class AccessTests(ServerHost host)
{
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
    public async Task Health_is_open()
    {
        using var anonymous = host.Anonymous();
        foreach (var path in (string[])["/health/live", "/health/ready"])
        {
            using var response = await anonymous.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
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
}
