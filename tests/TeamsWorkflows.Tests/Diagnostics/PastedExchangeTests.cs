using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>What people paste, as they paste it.</summary>
public sealed class PastedExchangeTests
{
    private const string Token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2dyYXBoIn0.c2lnbmF0dXJl";

    [Theory]
    [Trait("Requirement", "R67")]
    [InlineData("HTTP/1.1 429 Too Many Requests\nRetry-After: 17\n\n{}")]
    [InlineData("POST https://graph.microsoft.com/v1.0/teams HTTP/1.1\nAuthorization: Bearer x\n\n{\"a\":1}\n\nHTTP/1.1 429 Too Many Requests\nRetry-After: 17\n\n{}")]
    [InlineData("HTTP/1.1 100 Continue\n\nHTTP/1.1 429 Too Many Requests\nRetry-After: 17\n\n{}")]
    [InlineData("* Connected\n> POST /v1.0/teams HTTP/2\n> authorization: Bearer x\n>\n< HTTP/2 429\n< retry-after: 17\n<\n{ [2 bytes data]\n{}")]
    [InlineData("""{"statusCode":429,"headers":{"Retry-After":"17"},"body":{}}""")]
    [InlineData("""{"id":"a","surface":"graph-response","status":429,"headers":{"Retry-After":"17"},"body":"{}"}""")]
    public void One_answer_in_many_clothes_is_one_evidence(string pasted)
    {
        var evidence = Read(pasted);

        Assert.Equal(429, evidence.Status);
        Assert.Equal("17", evidence.Headers["retry-after"]);
        Assert.Equal("{}", evidence.Body);
        Assert.Equal(FailureClasses.Throttled, Diagnostician.Diagnose(evidence).Class);
    }

    [Theory]
    [InlineData("plain words")]
    [InlineData("Step 3 failed\nHTTP/1.1 401 Unauthorized")]
    [InlineData("{\"error\":{\"code\":\"Forbidden\"}}")]
    [InlineData("{ not json")]
    public void What_is_no_exchange_is_a_body_as_it_stands(string pasted)
    {
        var evidence = Read(pasted);

        Assert.Null(evidence.Status);
        Assert.Equal(pasted, evidence.Body);
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public void No_token_and_no_secret_is_left_in_it()
    {
        var evidence = Read($"HTTP/1.1 401 Unauthorized\nSet-Cookie: a=b\nAuthorization: Bearer {Token}\n\n{{\"access_token\":\"{Token}\",\"client_secret\":\"hunter2hunter2\"}}");

        var kept = evidence.Body + string.Concat(evidence.Headers.Values);
        Assert.DoesNotContain("eyJ", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("a=b", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", PastedExchange.Redact($"Bearer {Token}"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_claims_that_are_asked_for_are_read_before_they_look_like_a_token()
    {
        var claims = Convert.ToBase64String("""{"access_token":{"nbf":{"essential":true}}}"""u8);

        var evidence = Read($"HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"{claims}\"\n\n");

        Assert.Equal("""{"access_token":{"nbf":{"essential":true}}}""", evidence.Claims);
    }

    [Fact]
    public void Of_very_much_text_both_ends_are_read()
    {
        var evidence = Read("AADSTS50173 " + new string('x', 200_000) + " the end");

        Assert.StartsWith("AADSTS50173", evidence.Body, StringComparison.Ordinal);
        Assert.EndsWith("the end", evidence.Body, StringComparison.Ordinal);
        Assert.True(evidence.Body!.Length < PastedExchange.MaxLength + 10);
    }

    private static FailureEvidence Read(string pasted) => PastedExchange.Read(pasted, null, null, [], Payloads.Noon);
}
