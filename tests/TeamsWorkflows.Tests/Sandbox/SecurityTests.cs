using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Identity.Client;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed class SecurityTests(SandboxFixture fixture)
{
    private readonly SandboxTenant _tenant = fixture.Server.CreateTenant();

    [Fact]
    public async Task A_client_that_does_not_know_the_authority_gets_no_connection()
    {
        using var http = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(fixture.Server.HttpsAddress));
    }

    [Theory]
    [InlineData(0, "IDX14100")]
    [InlineData(1, "Invalid signature")]
    [InlineData(2, "Invalid signature")]
    public async Task A_token_that_was_tampered_with_is_refused(int part, string message)
    {
        var driver = new SignInDriver(fixture.Http, _tenant);
        var token = (await driver.SignInAsync(driver.Connector(), _tenant.Service)).AccessToken.Split('.');
        token[part] = part == 0 ? "" : Flip(token[part]);

        var (status, error) = await MeAsync(string.Join('.', token));

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains(message, error!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_the_Api_is_the_wrong_audience_for_Graph()
    {
        var app = new SignInDriver(fixture.Http, _tenant).Builder(_tenant.Publisher).WithClientSecret(_tenant.Publisher.ClientSecret).Build();
        var token = await app.AcquireTokenForClient(["api://teamsworkflows/.default"]).ExecuteAsync();

        var (status, error) = await MeAsync(token.AccessToken);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("Invalid audience", error!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assertion_of_an_unregistered_certificate_is_refused()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var stranger = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var app = new SignInDriver(fixture.Http, _tenant).Builder(_tenant.Daemon).WithCertificate(stranger).Build();

        var error = await Assert.ThrowsAsync<MsalServiceException>(
            () => app.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync());

        Assert.Contains("700027", error.ErrorCodesForLogging);
    }

    [Fact]
    public async Task A_code_is_redeemed_once_and_only_with_its_verifier()
    {
        var driver = new SignInDriver(fixture.Http, _tenant);
        var app = driver.Connector();
        var address = await app.GetAuthorizationRequestUrl(SignInDriver.PostScopes).WithPkce(out var verifier).ExecuteAsync();
        var code = (await driver.SubmitAsync(address, ("username", _tenant.Service.UserName)))["code"];

        var mismatch = await Assert.ThrowsAsync<MsalUiRequiredException>(() => Redeem(new string('x', 64)));
        await Redeem(verifier);
        var again = await Assert.ThrowsAsync<MsalUiRequiredException>(() => Redeem(verifier));

        Assert.Contains("501481", mismatch.ErrorCodesForLogging);
        Assert.Contains("54005", again.ErrorCodesForLogging);

        Task<AuthenticationResult> Redeem(string text) =>
            app.AcquireTokenByAuthorizationCode(SignInDriver.PostScopes, code).WithPkceCodeVerifier(text).ExecuteAsync();
    }

    [Fact]
    public async Task A_redirect_away_from_this_machine_is_shown_as_an_error_and_never_followed()
    {
        var address = new Uri($"{_tenant.Authority}/oauth2/v2.0/authorize?client_id={_tenant.Connector.ClientId}"
            + "&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fevil.example%2Fcb");

        using var answer = await fixture.Http.GetAsync(address);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("AADSTS50011", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_publisher_and_the_operator_get_their_roles_and_the_outsider_gets_none()
    {
        var driver = new SignInDriver(fixture.Http, _tenant);
        var publisher = driver.Builder(_tenant.Publisher).WithClientSecret(_tenant.Publisher.ClientSecret).Build();

        Assert.Equal(["Publisher"], Roles((await publisher.AcquireTokenForClient(["api://teamsworkflows/.default"]).ExecuteAsync()).AccessToken));
        Assert.Equal(["Operator"], Roles(await IdTokenAsync(driver, _tenant.Operator)));
        Assert.Equal(["Administrator", "Operator"], Roles(await IdTokenAsync(driver, _tenant.Administrator)));
        Assert.Empty(Roles(await IdTokenAsync(driver, _tenant.Outsider)));
    }

    private async Task<string> IdTokenAsync(SignInDriver driver, SandboxUser user)
    {
        string[] scopes = ["api://teamsworkflows/access_as_user"];
        var app = driver.Builder(_tenant.Api).WithClientSecret(_tenant.Api.ClientSecret).Build();
        var address = await app.GetAuthorizationRequestUrl(scopes).WithPkce(out var verifier).ExecuteAsync();
        var answer = await driver.SubmitAsync(address, ("username", user.UserName));
        var result = await app.AcquireTokenByAuthorizationCode(scopes, answer["code"]).WithPkceCodeVerifier(verifier).ExecuteAsync();
        return result.IdToken;
    }

    private static IEnumerable<string> Roles(string token) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token)
        .Claims.Where(claim => claim.Type == "roles").Select(claim => claim.Value);

    private async Task<(HttpStatusCode Status, JsonNode? Error)> MeAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _tenant.GraphAddress + "/me") { Headers = { Authorization = new("Bearer", token) } };
        using var answer = await fixture.Http.SendAsync(request);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonObject>())?["error"]);
    }

    // Not the last character: some of its bits may be padding.
    private static string Flip(string text) => text[..5] + (text[5] == 'A' ? 'B' : 'A') + text[6..];
}
