using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Graph.Models;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed partial class PageTests(SandboxFixture fixture)
{
    private readonly SandboxTenant _tenant = fixture.Server.CreateTenant();

    [Fact]
    public async Task A_channel_page_shows_the_card_and_encodes_what_could_run()
    {
        var graph = await GraphDriver.SignedInAsync(fixture, _tenant);
        var team = _tenant.Team("Finance");
        var channel = team.Channel("Reports").Id;
        var messages = graph.Teams[team.Id].Channels[channel].Messages;
        var parent = await messages.PostAsync(GraphDriver.Card("a1", "<script>alert(1)</script>Cash"));
        await messages[parent!.Id].Replies.PostAsync(new ChatMessage { Body = new ItemBody { Content = "<img src=x onerror=alert(2)>" } });

        using var page = await fixture.Http.GetAsync(Page($"teams/{_tenant.Id}/{team.Id}/{Uri.EscapeDataString(channel)}"));
        var html = await page.Content.ReadAsStringAsync();

        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;Cash", html, StringComparison.Ordinal);
        Assert.Contains("1 reply", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenarios_button_works_with_the_pages_guard_and_not_without()
    {
        var address = Page($"faults/{_tenant.Id}");
        var guard = Guard().Match(await fixture.Http.GetStringAsync(address)).Groups["value"].Value;

        using var refused = await fixture.Http.PostAsync(address, SignInDriver.Form(("scenario", "throttled")));
        Assert.Empty(_tenant.Faults.Active);
        using var applied = await fixture.Http.PostAsync(address, SignInDriver.Form(("guard", guard), ("scenario", "throttled"), ("count", "2")));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.SeeOther), (refused.StatusCode, applied.StatusCode));
        Assert.Equal(("throttled", 2), (Assert.Single(_tenant.Faults.Active).Name, _tenant.Faults.Active[0].Count));
    }

    [Fact]
    public async Task The_control_API_takes_JSON_and_refuses_a_foreign_page()
    {
        var address = Page($"sandbox/tenants/{_tenant.Id}/scenarios/throttled");

        using var form = await fixture.Http.PostAsync(address, SignInDriver.Form(("count", "1")));
        using var foreign = new HttpRequestMessage(HttpMethod.Post, address) { Headers = { { "Origin", "https://evil.example" } } };
        using var foreignAnswer = await fixture.Http.SendAsync(foreign);
        using var misspelt = await fixture.Http.PostAsJsonAsync(address, new { cuont = 1 });
        using var json = await fixture.Http.PostAsJsonAsync(address, new { count = 1 });

        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.BadRequest, HttpStatusCode.OK),
            (form.StatusCode, foreignAnswer.StatusCode, misspelt.StatusCode, json.StatusCode));
        Assert.Single(_tenant.Faults.Active);
    }

    [Fact]
    public async Task A_custom_rule_comes_in_over_HTTP_and_goes_again()
    {
        var address = Page($"sandbox/tenants/{_tenant.Id}/faults");

        using var added = await fixture.Http.PostAsJsonAsync(
            address, new { name = "teapot", surface = "graph:any", status = 418, delay = 1.5, moment = "afterAccepting" });
        var rule = Assert.Single(_tenant.Faults.Active);
        using var cleared = await fixture.Http.DeleteAsync(address);

        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal((418, TimeSpan.FromSeconds(1.5), FaultMoment.AfterAccepting), (rule.Status, rule.Delay, rule.Moment));
        Assert.Empty(_tenant.Faults.Active);
    }

    [Fact]
    public async Task A_name_that_is_not_this_machines_gets_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Page("sandbox/tenants/default")) { Headers = { Host = "evil.example" } };

        using var answer = await fixture.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_device_page_signs_a_device_in()
    {
        var app = Microsoft.Identity.Client.PublicClientApplicationBuilder.Create(_tenant.Api.ClientId)
            .WithAuthority(_tenant.Authority.ToString(), validateAuthority: false)
            .WithInstanceDiscovery(false)
            .WithHttpClientFactory(new SignInDriver(fixture.Http, _tenant))
            .Build();

        var result = await app.AcquireTokenWithDeviceCode(["api://teamsworkflows/access_as_user"], async code =>
        {
            using var picked = await fixture.Http.PostAsync(new Uri(code.VerificationUrl), SignInDriver.Form(
                ("user_code", code.UserCode), ("username", _tenant.Operator.UserName)));
            Assert.Equal(HttpStatusCode.OK, picked.StatusCode);
        }).ExecuteAsync();

        Assert.Equal(_tenant.Operator.Id, result.UniqueId);
    }

    [Fact]
    public async Task A_form_post_sign_in_brings_a_script_that_its_policy_allows_and_a_button_for_browsers_without()
    {
        var address = new Uri($"{_tenant.Authority}/oauth2/v2.0/authorize?client_id={_tenant.Api.ClientId}&response_type=code"
            + "&response_mode=form_post&scope=openid&state=s%22%3E&redirect_uri=https%3A%2F%2Flocalhost%3A7001%2Fsignin-oidc");

        using var answer = await fixture.Http.PostAsync(address, SignInDriver.Form(("username", _tenant.Operator.UserName)));
        var html = await answer.Content.ReadAsStringAsync();
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();

        Assert.Contains("action=\"https://localhost:7001/signin-oidc\"", html, StringComparison.Ordinal);
        Assert.Contains("value=\"s&quot;&gt;\"", html, StringComparison.Ordinal);
        Assert.Contains("<button", html, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' https://localhost:7001", policy, StringComparison.Ordinal);
        Assert.Contains($"'nonce-{Nonce().Match(html).Groups["value"].Value}'", policy, StringComparison.Ordinal);
    }

    private Uri Page(string path) => new(fixture.Server.HttpAddress, path);

    [GeneratedRegex("name=\"guard\" value=\"(?<value>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Guard();

    [GeneratedRegex("script nonce=\"(?<value>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Nonce();
}
