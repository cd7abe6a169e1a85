using System.Buffers.Text;
using System.Text;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>What the token that was used says, against the clock, the service and the tenant.</summary>
public sealed class TokenClaimsTests
{
    private const string Graph = "https://graph.microsoft.com";
    private const string Tenant = "11111111-0000-0000-0000-000000000000";

    private static readonly ExpectedToken Expected = new([Graph, "00000003-0000-0000-c000-000000000000"], Tenant, ["ChannelMessage.Send"]);

    [Fact]
    [Trait("Requirement", "R12")]
    public void Claims_are_read_without_the_signature_as_numbers_or_as_strings()
    {
        var claims = TokenClaims.Read(Token($$"""{"aud":"{{Graph}}","iss":"https://sts.windows.net/{{Tenant}}/","tid":"{{Tenant}}","exp":1700003600,"nbf":"1700000000","scp":"User.Read ChannelMessage.Send","appid":"a"}"""))!;

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_003_600), claims.Expires);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), claims.NotBefore);
        Assert.Equal(["User.Read", "ChannelMessage.Send"], claims.Permissions);
        Assert.False(claims.IsApplication);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("opaque")]
    [InlineData("a.b")]
    [InlineData("a.!!!.c")]
    [InlineData("a.eyJ.c")]
    [InlineData("EwBwA8l6BAAU.not.json")]
    public void What_is_no_token_has_no_claims(string? token) => Assert.Null(TokenClaims.Read(token));

    [Theory]
    [Trait("Requirement", "R6")]
    [Trait("Requirement", "R12")]
    [Trait("Requirement", "R13")]
    [Trait("Requirement", "R14")]
    [Trait("Requirement", "R95")]
    [InlineData(-60, -3600, Graph, Tenant, 0, FailureClasses.AccessTokenExpired, null, OperatorAction.Reconnect)]
    [InlineData(3600, 1200, Graph, Tenant, 0, FailureClasses.TokenInvalid, "not-yet-valid", OperatorAction.FixConfiguration)]
    [InlineData(3600, -60, "https://vault.azure.net", Tenant, 0, FailureClasses.TokenInvalid, "audience", OperatorAction.FixConfiguration)]
    [InlineData(3600, -60, Graph, "22222222-0000-0000-0000-000000000000", 0, FailureClasses.TokenInvalid, "issuer", OperatorAction.FixConfiguration)]
    [InlineData(60, -3600, Graph, Tenant, -10, FailureClasses.ClientConfig, "clock", OperatorAction.FixConfiguration)]
    [InlineData(3600, -60, Graph, Tenant, 0, FailureClasses.TokenInvalid, "unexplained", OperatorAction.Reconnect)]
    public void A_bare_401_is_explained_by_the_claims(
        int expiresIn, int notBefore, string audience, string tenant, int clockMinutesAhead, string failureClass, string? subclass, OperatorAction action)
    {
        var diagnosis = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Payloads.Noon)
        {
            Status = 401,
            Token = Claims(expiresIn, notBefore, audience, tenant),
            Expected = Expected,
            ClockOffset = TimeSpan.FromMinutes(clockMinutesAhead),
        });

        Assert.Equal((failureClass, subclass, action), (diagnosis.Class, diagnosis.Subclass, diagnosis.Action));
    }

    [Fact]
    [Trait("Requirement", "R57")]
    public void An_expiry_that_the_claims_deny_is_said_with_less_confidence()
    {
        var evidence = new FailureEvidence(FailureSurface.GraphResponse, Payloads.Noon)
        {
            Status = 401,
            Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""",
        };

        var (alone, denied) = (Diagnostician.Diagnose(evidence), Diagnostician.Diagnose(evidence with { Token = Claims(3600, -60, Graph, Tenant) }));

        Assert.True(denied.Confidence < alone.Confidence && alone.ConfidenceLevel == "high");
        Assert.Contains(denied.Trace!.Steps, s => s is { Rule: "token.sound", Role: TraceRole.Adjusted });
    }

    [Fact]
    [Trait("Requirement", "R95")]
    [Trait("Requirement", "R97")]
    public void Clocks_that_differ_are_named_beside_an_expiry()
    {
        var diagnosis = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Payloads.Noon)
        {
            Status = 401,
            Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired or is not yet valid."}}""",
            ClockOffset = TimeSpan.FromMinutes(7),
        });

        Assert.Equal("clock", diagnosis.Secondary?.Subclass);
    }

    private static TokenClaims Claims(int expiresIn, int notBefore, string audience, string tenant) => new(
        Payloads.Noon.AddSeconds(expiresIn), Payloads.Noon.AddSeconds(notBefore), null, audience, $"https://sts.windows.net/{tenant}/", tenant, "app", ["ChannelMessage.Send"], false);

    private static string Token(string payload) => $"eyJhbGciOiJub25lIn0.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.c2ln";

    [Theory]
    [Trait("Requirement", "R95")]
    [Trait("Requirement", "R12")]
    [InlineData(-30, 20, TokenAcquisition.FromCache, FailureClasses.ClientConfig)] // our clock is behind: the token looks good here
    [InlineData(-30, -5, TokenAcquisition.FromCache, FailureClasses.AccessTokenExpired)] // it has run out by both clocks
    [InlineData(-3, 20, TokenAcquisition.FromCache, FailureClasses.AccessTokenExpired)]
    [InlineData(30, 60, TokenAcquisition.Renewed, FailureClasses.ClientConfig)]
    public void A_clock_that_is_far_off_is_not_cured_by_a_sign_in(int offsetMinutes, int leftMinutes, TokenAcquisition acquisition, string expected)
    {
        var verdict = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Payloads.Noon)
        {
            Status = 401,
            Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""",
            ClockOffset = TimeSpan.FromMinutes(offsetMinutes),
            Acquisition = acquisition,
            Token = new(Payloads.Noon.AddMinutes(leftMinutes), null, Payloads.Noon.AddHours(-1), "https://graph.microsoft.com", null, null, null, [], false),
        });

        Assert.Equal(expected, verdict.Class);
        Assert.Equal(expected == FailureClasses.ClientConfig ? "clock" : null, verdict.Subclass);
        Assert.True(verdict.MayRenewSilently);
    }
}
