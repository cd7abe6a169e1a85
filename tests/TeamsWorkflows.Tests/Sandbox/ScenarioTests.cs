using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Identity.Client;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed class ScenarioTests(SandboxFixture fixture)
{
    private readonly SandboxTenant _tenant = fixture.Server.CreateTenant();

    private SandboxTeam Team => _tenant.Team("Finance");

    private int Stored => _tenant.Messages(Team.Id, Team.Channel("Reports").Id).Count;

    [Theory]
    [Trait("Requirement", "B3")]
    [InlineData("throttled", 429, 0)]
    [InlineData("throttled-date", 429, 0)]
    [InlineData("throttled-no-retry-after", 429, 0)]
    [InlineData("unavailable-503", 503, 0)]
    [InlineData("bad-gateway-html", 502, 0)]
    [InlineData("forbidden-membership", 403, 0)]
    [InlineData("forbidden-scope", 403, 0)]
    [InlineData("expired-403", 403, 0)]
    [InlineData("invalid-audience", 401, 0)]
    [InlineData("token-expired", 401, 0)]
    [InlineData("refresh-revoked", 401, 0)]
    [InlineData("user-disabled", 401, 0)]
    [InlineData("cae-challenge", 401, 0)]
    [InlineData("accepted-then-504", 504, 1)]
    [InlineData("accepted-empty-201", 201, 1)]
    public async Task A_post_meets_the_fault_and_is_stored_only_when_the_scenario_says_so(string scenario, int status, int stored)
    {
        var token = await TokenAsync();
        _tenant.Faults.Apply(scenario, new ScenarioParameters { Count = 1 });

        using var answer = await PostAsync(token.AccessToken);

        Assert.Equal((status, stored), ((int)answer.StatusCode, Stored));
    }

    [Theory]
    [InlineData("accepted-then-cut", 1)]
    [InlineData("cut-before-accept", 0)]
    public async Task A_cut_connection_gives_no_answer(string scenario, int stored)
    {
        var token = await TokenAsync();
        _tenant.Faults.Apply(scenario);

        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(token.AccessToken));

        Assert.Equal(stored, Stored);
    }

    [Theory]
    [Trait("Requirement", "B3")]
    [InlineData("refresh-revoked", "50173", "invalid_grant")]
    [InlineData("consent-revoked", "65001", "invalid_grant")]
    [InlineData("mfa-required", "50076", "invalid_grant")]
    [InlineData("ca-blocked", "53003", "invalid_grant")]
    [InlineData("user-disabled", "50057", "invalid_grant")]
    [InlineData("refresh-inactive", "700082", "invalid_grant")]
    [InlineData("sign-in-frequency", "70043", "invalid_grant")]
    [InlineData("secret-expired", "7000222", "invalid_client")]
    [InlineData("secret-wrong", "7000215", "invalid_client")]
    [InlineData("token-endpoint-503", "90033", "service_not_available")]
    [InlineData("token-endpoint-429", "90055", "temporarily_unavailable")]
    public async Task A_renewal_meets_the_fault_with_Entras_own_number(string scenario, string code, string error)
    {
        var (app, result) = await SignedInAsync();
        _tenant.Faults.Apply(scenario);

        var refused = await Assert.ThrowsAnyAsync<MsalServiceException>(() => EntraTests.Renew(app, result));

        Assert.Equal(error, refused.ErrorCode);
        Assert.Contains(code, refused.ErrorCodesForLogging);
    }

    [Theory]
    [InlineData("consent-revoked")]
    [InlineData("mfa-required")]
    [InlineData("ca-blocked")]
    [InlineData("user-disabled")]
    [InlineData("secret-expired")]
    [InlineData("secret-wrong")]
    [InlineData("clock-skew")]
    public async Task Clearing_the_faults_cures_what_can_be_cured(string scenario)
    {
        var (app, result) = await SignedInAsync();
        _tenant.Faults.Apply(scenario);

        _tenant.Faults.Clear();
        var renewed = await EntraTests.Renew(app, result);
        using var answer = await PostAsync(renewed.AccessToken);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task An_unknown_certificate_is_named_as_such_until_a_new_one_is_made()
    {
        using var old = _tenant.Daemon.Certificate;
        _tenant.Faults.Apply("certificate-unknown");

        var refused = await Assert.ThrowsAsync<MsalServiceException>(() => Daemon(old));
        _tenant.RotateCertificate();
        using var fresh = _tenant.Daemon.Certificate;

        Assert.Contains("700027", refused.ErrorCodesForLogging);
        Assert.NotNull((await Daemon(fresh)).AccessToken);

        Task<AuthenticationResult> Daemon(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
            new SignInDriver(fixture.Http, _tenant).Builder(_tenant.Daemon).WithCertificate(certificate).Build()
                .AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync();
    }

    [Fact]
    public async Task A_claims_challenge_is_answered_silently_with_its_claims()
    {
        var (app, result) = await SignedInAsync();
        _tenant.Faults.Apply("cae-challenge");
        using var challenged = await PostAsync(result.AccessToken);
        var claims = WwwAuthenticateParameters.GetClaimChallengeFromResponseHeaders(challenged.Headers);

        var renewed = await app.AcquireTokenSilent(SignInDriver.PostScopes, result.Account).WithClaims(claims).ExecuteAsync();
        using var answer = await PostAsync(renewed.AccessToken);

        Assert.Contains("nbf", claims, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task The_403_that_means_expired_ends_with_the_next_token()
    {
        var (app, result) = await SignedInAsync();
        _tenant.Faults.Apply("expired-403");
        using var refused = await PostAsync(result.AccessToken);

        var renewed = await EntraTests.Renew(app, result);
        using var answer = await PostAsync(renewed.AccessToken);

        Assert.Contains("No authorization information present", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Created), (refused.StatusCode, answer.StatusCode));
    }

    [Fact]
    public async Task Counted_faults_end_after_their_count_and_timed_faults_at_their_time()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));
        await using var server = await SandboxServer.StartAsync(SandboxFixture.AnyPorts(), clock, CancellationToken.None);
        using var http = SandboxFixture.Client(server);
        var tenant = server.CreateTenant();
        var driver = new SignInDriver(http, tenant);
        var token = (await driver.SignInAsync(driver.Connector(), tenant.Service)).AccessToken;

        tenant.Faults.Apply("unavailable-503", new ScenarioParameters { Count = 2 });
        int[] counted = [await Status(), await Status(), await Status()];
        tenant.Faults.Apply("throttled", new ScenarioParameters { Seconds = 30 });
        var (first, wait) = (await Status(), RetryAfter);
        clock.Advance(TimeSpan.FromSeconds(20));
        var (second, shorter) = (await Status(), RetryAfter);
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([503, 503, 201], counted);
        Assert.Equal((429, 30, 429, 10), (first, wait, second, shorter));
        Assert.Equal(201, await Status());
        Assert.Empty(tenant.Faults.Active);

        async Task<int> Status()
        {
            using var answer = await PostAsync(http, tenant, token);
            RetryAfter = (int?)answer.Headers.RetryAfter?.Delta?.TotalSeconds;
            return (int)answer.StatusCode;
        }
    }

    private int? RetryAfter { get; set; }

    [Fact]
    public async Task Read_lag_hides_a_new_message_until_it_is_old_enough()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));
        await using var server = await SandboxServer.StartAsync(SandboxFixture.AnyPorts(), clock, CancellationToken.None);
        using var http = SandboxFixture.Client(server);
        var tenant = server.CreateTenant();
        var driver = new SignInDriver(http, tenant);
        var token = (await driver.SignInAsync(driver.Connector(), tenant.Service)).AccessToken;
        tenant.Faults.Apply("read-lag", new ScenarioParameters { Delay = 10 });
        using var posted = await PostAsync(http, tenant, token);

        var before = await CountAsync();
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((0, 1), (before, await CountAsync()));

        async Task<int> CountAsync()
        {
            using var request = Request(server.HttpsAddress, tenant, HttpMethod.Get, token);
            using var answer = await http.SendAsync(request);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return json.RootElement.GetProperty("value").GetArrayLength();
        }
    }

    [Theory]
    [Trait("Requirement", "B3")]
    [InlineData("expired-403", SandboxSurfaces.GraphMessagePost)]
    [InlineData("cae-challenge", SandboxSurfaces.GraphMessagePost, false)]
    [InlineData("accepted-then-504", SandboxSurfaces.GraphMessagePost)]
    [InlineData("throttled-no-retry-after", SandboxSurfaces.GraphMessagePost)]
    [InlineData("clock-skew", SandboxSurfaces.GraphMessagePost)]
    [InlineData("consent-revoked", SandboxSurfaces.Token, false)]
    [InlineData("sign-in-frequency", SandboxSurfaces.Token)]
    [InlineData("secret-expired", SandboxSurfaces.Token, false)]
    [InlineData("certificate-unknown", SandboxSurfaces.Token, false)]
    [InlineData("workflow-lost", SandboxSurfaces.Webhook)]
    [InlineData("vault-503", SandboxSurfaces.KeyVault)]
    [InlineData("smtp-refuses", SandboxSurfaces.Smtp)]
    public void Each_kind_of_failure_has_a_scenario_by_name_and_a_healthy_tenant_again_without_it(string scenario, string surface, bool isRule = true)
    {
        Assert.Contains(surface, SandboxSurfaces.Known);
        _tenant.Faults.Apply(scenario);
        Assert.Equal(isRule, _tenant.Faults.Active.Any(r => SandboxSurfaces.Covers(r.Surface, surface)));
        Assert.Equal(isRule, _tenant.Faults.Active.Count > 0); // conditions of users and apps are no rules
        _tenant.Faults.Clear();
        Assert.Empty(_tenant.Faults.Active);
        Assert.ThrowsAny<ArgumentException>(() => _tenant.Faults.Apply(scenario + "-of-no-kind"));
    }

    [Fact]
    public async Task A_skewed_clock_shows_in_the_date_header_and_makes_good_tokens_look_expired()
    {
        var token = await TokenAsync();
        _tenant.Faults.Apply("clock-skew", new ScenarioParameters { Delay = 2 * 60 * 60 });

        using var answer = await PostAsync(token.AccessToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.InRange(answer.Headers.Date!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(119), TimeSpan.FromMinutes(121));
    }

    [Fact]
    public async Task Two_hundred_without_a_token_and_with_a_page_are_what_MSAL_sees()
    {
        var (app, result) = await SignedInAsync();
        _tenant.Faults.Apply("token-200-without-token");
        var empty = await EntraTests.Renew(app, result);

        _tenant.Faults.Apply("token-200-html");
        await Assert.ThrowsAnyAsync<JsonException>(() => EntraTests.Renew(app, result));

        Assert.Null(empty.AccessToken);
    }

    [Fact]
    public async Task A_rule_for_another_channel_leaves_this_one_alone()
    {
        var token = await TokenAsync();
        _tenant.Faults.Apply("unavailable-503", new ScenarioParameters { Channel = Team.Channel("General").Id });

        using var answer = await PostAsync(token.AccessToken);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private async Task<(IConfidentialClientApplication App, AuthenticationResult Result)> SignedInAsync()
    {
        var driver = new SignInDriver(fixture.Http, _tenant);
        var app = driver.Connector();
        return (app, await driver.SignInAsync(app, _tenant.Service));
    }

    private async Task<AuthenticationResult> TokenAsync() => (await SignedInAsync()).Result;

    private Task<HttpResponseMessage> PostAsync(string token) => PostAsync(fixture.Http, _tenant, token);

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, SandboxTenant tenant, string token)
    {
        using var request = Request(tenant.GraphAddress, tenant, HttpMethod.Post, token);
        request.Content = new StringContent("""{"body":{"content":"hello"}}""", Encoding.UTF8, "application/json");
        return await http.SendAsync(request);
    }

    private static HttpRequestMessage Request(Uri server, SandboxTenant tenant, HttpMethod method, string token)
    {
        var team = tenant.Team("Finance");
        var channel = Uri.EscapeDataString(team.Channel("Reports").Id);
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1.0/teams/{team.Id}/channels/{channel}/messages");
        return new HttpRequestMessage(method, new Uri(server, path)) { Headers = { Authorization = new("Bearer", token) } };
    }
}
