using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Diagnostics.Reading;
using TeamsWorkflows.Diagnostics.Rules;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>Any surface's words to facts.</summary>
public sealed class EvidenceReadingTests
{
    [Theory]
    [InlineData("{\\\"error\\\":\\\"invalid_grant\\\"}", "{\"error\":\"invalid_grant\"}")]
    [InlineData("a\\r\\nb\\tc", "a b c")]
    [InlineData("AADSTS50076%3a+due+to", "AADSTS50076: due to")]
    [InlineData("expir%C3%A9, %E6%9C%9F%E9%99%90, 100%, %zz, %C3", "expiré, 期限, 100%, %zz, %C3")]
    [InlineData("&quot;code&quot;: &#39;x&#x27;", "\"code\": 'x'")]
    [InlineData("<html><head><title>502</title></head><body>Bad <b>gateway</b></body></html>", " 502 Bad gateway ")]
    [InlineData("\u201cquoted\u201d \u2018too\u2019", "\"quoted\" 'too'")]
    [InlineData("5 < 6 and 7 > 6", "5 < 6 and 7 > 6")]
    public void Text_is_made_comparable(string text, string expected) => Assert.Equal(expected, EvidenceText.Normalise(text));

    [Theory]
    [InlineData("webhook returned http error 413 with contextid", 413)]
    [InlineData("the remote server returned an error: (403) forbidden.", 403)]
    [InlineData("der remoteserver hat einen fehler zurückgegeben: (429)", 429)]
    [InlineData("statuscode: 401,", 401)]
    [InlineData("[503] try later", 503)]
    [InlineData("403 : the bot", 403)]
    [InlineData("operation returned an invalid status code 'notfound'", 404)]
    [InlineData("took 500 ms on port 443", null)]
    [InlineData("at 10:11:12 line 404", null)]
    [InlineData("correlation 403-500", null)]
    public void The_status_that_a_text_reports_is_found(string text, int? status) => Assert.Equal(status, StatusReader.Read(text));

    [Theory]
    [InlineData("{\"error\":\"invalid_grant\",\"suberror\":\"bad_token\"}")]
    [InlineData("{'error': 'invalid_grant', 'suberror': 'bad_token'}")]
    [InlineData("error\t\"invalid_grant\"\nsuberror\t\"bad_token\"")]
    [InlineData("error=invalid_grant&suberror=bad_token")]
    [InlineData("\"error\"=>\"invalid_grant\", \"suberror\"=>\"bad_token\"")]
    [InlineData("{\"body\":\"{\\\"error\\\":\\\"invalid_grant\\\",\\\"suberror\\\":\\\"bad_token\\\"")]
    public void Fields_are_found_whatever_wrote_them(string body)
    {
        var facts = Read(new(FailureSurface.TokenEndpoint, Payloads.Noon) { Body = body });

        Assert.Equal(("invalid_grant", "bad_token"), (facts.Error, facts.SubError));
    }

    [Theory]
    [InlineData("{\"error_codes\":[70002,50126]}", "70002,50126")]
    [InlineData("error_codes\t[ 50078 ]", "50078")]
    [InlineData("Sign-in error code: 90095", "90095")]
    [InlineData("invalid_grant: 50173 - [2026-01-01]: AADSTS50173: x", "50173")]
    [InlineData("aadsts65001 and AADSTS_65004", "65001,65004")]
    [InlineData("error code: 12345678901", "")]
    [InlineData("listening on port 50000", "")]
    public void Numbers_are_found_with_and_without_their_prefix(string body, string numbers)
        => Assert.Equal(numbers, string.Join(',', Read(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Body = body }).Aadsts));

    [Fact]
    public void Graphs_inner_codes_follow_the_outer_one()
    {
        var facts = Read(new(FailureSurface.GraphResponse, Payloads.Noon)
        {
            Body = """{"error":{"code":"activityLimitReached","innerError":{"code":"throttledRequest"}}}""",
        });

        Assert.Equal(["activityLimitReached", "throttledRequest"], facts.Codes);
    }

    [Fact]
    [Trait("Requirement", "R49")]
    public void An_authorization_code_is_never_taken_for_the_code_of_an_error()
    {
        var facts = Read(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Body = "?code=M.C105_BAY.2.U.0a1b2c3d4e5f&x=1 code: 0.AXoAabcdefgh code=kq3Zt7Lp9QwXv" });

        Assert.Empty(facts.Codes);
    }

    [Theory]
    [Trait("Requirement", "R74")]
    [InlineData("Retry-After", "30", 30)]
    [InlineData("retry-after", "Sun, 22 Nov 2026 12:01:00 GMT", 60)]
    [InlineData("Retry-After", "99999999", 86_400)]
    [InlineData("Retry-After", "-3", 0)]
    public void The_time_to_wait_is_read_and_bounded(string name, string value, int seconds)
    {
        var diagnosis = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Payloads.Noon)
        {
            Status = 429,
            Headers = new Dictionary<string, string> { [name] = value },
        });

        Assert.Equal((RetryAdvice.AfterSeconds, TimeSpan.FromSeconds(seconds)), (diagnosis.Retry, diagnosis.RetryAfter));
    }

    [Theory]
    [InlineData("Rate limit is exceeded. Try again in 27 seconds.", 27)]
    [InlineData("{\"statusCode\":429,\"headers\":{\"Retry-After\":\"60\"}}", 60)]
    [InlineData("429 Too Many Requests. Retry after 2 minutes", 120)]
    public void The_time_to_wait_is_found_in_a_text(string body, int seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Body = body }).RetryAfter);

    [Theory]
    [InlineData("surroster", "*roster*", true)]
    [InlineData("surroster", "roster", false)]
    [InlineData("the roster.", "roster", true)]
    [InlineData("internal_server_error", "server_error", false)]
    [InlineData("a server_error.", "server_error", true)]
    public void Phrases_match_whole_words(string text, string phrase, bool isThere)
    {
        var (matcher, found) = (new PhraseMatcher([phrase, "other"]), new System.Collections.BitArray(2));

        matcher.Match(text, found, (_, _) => { });

        Assert.Equal(isThere, found[0]);
    }

    private static Facts Read(FailureEvidence evidence) => new EvidenceReader(RuleBook.Current).Read(evidence);
}
