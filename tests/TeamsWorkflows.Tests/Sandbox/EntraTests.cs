using Microsoft.Identity.Client;
using Microsoft.IdentityModel.JsonWebTokens;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed class EntraTests(SandboxFixture fixture)
{
    private static readonly string[] GraphDefault = ["https://graph.microsoft.com/.default"];

    [Fact]
    public async Task A_daemon_gets_a_token_with_its_secret()
    {
        var tenant = fixture.Server.CreateTenant();
        var app = new SignInDriver(fixture.Http, tenant)
            .Builder(tenant.Daemon).WithClientSecret(tenant.Daemon.ClientSecret).Build();

        var result = await app.AcquireTokenForClient(GraphDefault).ExecuteAsync();

        var token = new JsonWebToken(result.AccessToken);
        Assert.Equal("https://graph.microsoft.com", Assert.Single(token.Audiences));
        Assert.Equal(tenant.Id, token.GetClaim("tid").Value);
        Assert.Equal(["Application.ReadWrite.OwnedBy", "ChannelMessage.Read.All", "Mail.Send"], token.Claims.Where(c => c.Type == "roles").Select(c => c.Value).Order());
    }

    [Fact]
    public async Task A_daemon_gets_a_token_with_its_certificate()
    {
        var tenant = fixture.Server.CreateTenant();
        using var certificate = tenant.Daemon.Certificate;
        var app = new SignInDriver(fixture.Http, tenant).Builder(tenant.Daemon).WithCertificate(certificate).Build();

        var result = await app.AcquireTokenForClient(GraphDefault).ExecuteAsync();

        Assert.Equal("app", new JsonWebToken(result.AccessToken).GetClaim("idtyp").Value);
    }

    [Fact]
    public async Task A_user_signs_in_with_code_and_PKCE_and_is_renewed_silently()
    {
        var tenant = fixture.Server.CreateTenant();
        var driver = new SignInDriver(fixture.Http, tenant);
        var app = driver.Connector();

        var first = await driver.SignInAsync(app, tenant.Service);
        var account = await app.GetAccountAsync(first.Account.HomeAccountId.Identifier);
        var renewed = await app.AcquireTokenSilent(SignInDriver.PostScopes, account).WithForceRefresh(true).ExecuteAsync();

        Assert.Equal(tenant.Service.Id, first.UniqueId);
        Assert.Equal(TokenSource.IdentityProvider, renewed.AuthenticationResultMetadata.TokenSource);
        Assert.NotEqual(first.AccessToken, renewed.AccessToken);
        Assert.Contains("ChannelMessage.Send", renewed.Scopes);
    }

    [Fact]
    public async Task A_revoked_session_cannot_be_renewed_until_the_user_signs_in_again()
    {
        var tenant = fixture.Server.CreateTenant();
        var driver = new SignInDriver(fixture.Http, tenant);
        var app = driver.Connector();
        var first = await driver.SignInAsync(app, tenant.Service);

        tenant.RevokeSessions(tenant.Service);
        var refused = await Assert.ThrowsAsync<MsalUiRequiredException>(() => Renew(app, first));
        var second = await driver.SignInAsync(app, tenant.Service);
        var renewed = await Renew(app, second);

        Assert.Contains("50173", refused.ErrorCodesForLogging);
        Assert.NotNull(renewed.AccessToken);
    }

    [Fact]
    public async Task A_challenge_that_needs_interaction_is_met_only_by_a_sign_in_with_its_claims()
    {
        var tenant = fixture.Server.CreateTenant();
        var driver = new SignInDriver(fixture.Http, tenant);
        var app = driver.Connector();
        var first = await driver.SignInAsync(app, tenant.Service);
        tenant.Faults.Apply("cae-challenge-interactive");

        var challenge = await Assert.ThrowsAsync<MsalClaimsChallengeException>(() => Renew(app, first));
        await Assert.ThrowsAsync<MsalClaimsChallengeException>(() => driver.SignInAsync(app, tenant.Service));
        var result = await driver.SignInAsync(app, tenant.Service, challenge.Claims);

        Assert.Contains("50076", challenge.ErrorCodesForLogging);
        Assert.NotNull((await Renew(app, result)).AccessToken);
    }

    internal static Task<AuthenticationResult> Renew(IConfidentialClientApplication app, AuthenticationResult result) =>
        app.AcquireTokenSilent(SignInDriver.PostScopes, result.Account).WithForceRefresh(true).ExecuteAsync();
}
