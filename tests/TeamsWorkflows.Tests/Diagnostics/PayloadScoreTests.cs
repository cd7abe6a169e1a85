using TeamsWorkflows.Cli;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>Verdicts against labels: what we promise about real failures.</summary>
public sealed class PayloadScoreTests
{
    [Theory]
    [Trait("Requirement", "R62")]
    [Trait("Requirement", "B2")]
    [InlineData("failures", 81)]
    [InlineData("own-a", 210)]
    [InlineData("own-b", 96)]
    [InlineData("own-c", 40)]
    [InlineData("own-d", 61)]
    [InlineData("own-e", 315)]
    [InlineData("own-f", 197)]
    [InlineData("own-g", 102)]
    public void Verdicts_agree_with_labels(string file, int count)
    {
        var score = ScoreOf(Payloads.Read(file));
        var (sure, all) = (score.Shares("high"), score.Shares(confidence: null));

        Assert.Equal(count, all.Count);
        Assert.True(sure.Class >= 0.98 && all.Class >= 0.95, $"class: {sure.Class:P1} of the sure labels, {all.Class:P1} of all");
        Assert.True(all.Action >= 0.95, $"action: {all.Action:P1}");
        Assert.True(all.Retry >= 0.97, $"retry: {all.Retry:P1}");
    }

    [Fact]
    [Trait("Requirement", "R6")]
    [Trait("Requirement", "R70")]
    [Trait("Requirement", "R71")]
    [Trait("Requirement", "R72")]
    public void No_failure_of_sign_in_or_permission_is_ever_just_repeated()
        => Assert.All(
            Payloads.All.Select(r => Diagnostician.Diagnose(r.Evidence)).Where(d => d.Layer is FailureLayer.Authentication or FailureLayer.Authorization),
            d => Assert.Contains(d.Retry, new[] { RetryAdvice.AfterFix, RetryAdvice.Never }));

    [Fact]
    [Trait("Requirement", "R71")]
    [Trait("Requirement", "R75")]
    [Trait("Requirement", "R76")]
    public void Expired_is_never_said_of_policy_throttling_or_payload()
        => Assert.All(
            Payloads.All.Where(r => r.Label!.Class is FailureClasses.WebhookPolicyBlock or FailureClasses.Throttled or FailureClasses.PayloadInvalid),
            r => Assert.NotEqual(FailureClasses.AccessTokenExpired, Diagnostician.Diagnose(r.Evidence).Class));

    [Fact]
    [Trait("Requirement", "B2")]
    [Trait("Requirement", "R8")]
    [Trait("Requirement", "R67")]
    public void Every_verdict_shows_its_reasons_one_action_and_a_runbook()
        => Assert.All(Payloads.All.Select(r => Diagnostician.Diagnose(r.Evidence)), d =>
        {
            Assert.Equal(TraceRole.Decided, d.Trace!.Steps[0].Role);
            Assert.StartsWith(d.Trace.Steps[0].Rule, d.Rule, StringComparison.Ordinal);
            Assert.NotEqual("", d.Trace.WouldChange);
            Assert.NotEqual("", d.Summary);
            Assert.NotEqual("", d.Runbook);
            Assert.Equal(Diagnostician.RulesVersion, d.Trace.RulesVersion);
        });

    [Fact]
    [Trait("Requirement", "R47")]
    public void The_fields_that_give_the_answer_away_are_not_read()
    {
        const string line = """{"id":"x","surface":"token-endpoint","status":400,"headers":null,"body":"nothing to see","context":"AADSTS7000222","why":"AADSTS50173","aadsts":["50057"],"label":{"class":"throttled"}}""";
        var record = FailureRecord.Read(line, Payloads.Noon).Record!;

        var diagnosis = Diagnostician.Diagnose(record.Evidence);

        Assert.Null(diagnosis.Code);
        Assert.NotEqual("throttled", diagnosis.Class);
    }

    [Fact]
    [Trait("Requirement", "R62")]
    public void Half_a_character_at_a_cut_spoils_no_record()
    {
        const string cut = """{"id":"x","surface":"token-endpoint","status":"400","headers":{"x-note":"cut \ud83d","Date":["Fri, 27 Nov 2026 09:00:00 GMT"]},"body":"AADSTS7000222: The provided client secret keys for app are expired. \ud83d","label":{"class":"\ud83d"}}""";

        var (record, problem) = FailureRecord.Read(cut, Payloads.Noon);

        Assert.Null(problem);
        Assert.Equal(400, record!.Evidence.Status);
        Assert.Equal("""cut \ud83d""", record.Evidence.Headers["x-note"]);
        Assert.Equal(new DateTimeOffset(2026, 11, 27, 9, 0, 0, TimeSpan.Zero), record.Evidence.At);
        Assert.Equal("AADSTS7000222", Diagnostician.Diagnose(record.Evidence).Code);
        Assert.Equal("AADSTS7000222", Diagnostician.Diagnose(FailureRecord.Find(cut, static _ => FailureSurface.TokenEndpoint, Payloads.Noon)!).Code);
    }

    [Theory]
    [InlineData("upper")]
    [InlineData("lower")]
    [InlineData("json in a string")]
    [InlineData("json in a string in a string")]
    [InlineData("wrapped")]
    [InlineData("address")]
    [InlineData("log line")]
    [InlineData("spaced out")]
    [InlineData("html")]
    public void A_failure_stays_what_it_is_in_other_clothes(string dress)
    {
        var changed = Payloads.All.Where(r => !string.IsNullOrEmpty(r.Evidence.Body))
            .Select(r => (r.Id, Bare: Diagnostician.Diagnose(r.Evidence), Dressed: Diagnostician.Diagnose(r.Evidence with { Body = Dress(dress, r.Evidence.Body!) })))
            .Where(x => (x.Bare.Class, x.Bare.Action) != (x.Dressed.Class, x.Dressed.Action))
            .Select(x => $"{x.Id}: {x.Bare.Class} became {x.Dressed.Class}");

        Assert.True(changed.Count() <= 2, string.Join("; ", changed));
    }

    [Theory]
    [InlineData(80, 0.85)]
    [InlineData(60, 0.75)]
    public void A_body_that_was_cut_off_is_still_mostly_understood(int percent, double atLeast)
    {
        var all = Payloads.All.Where(r => r.Evidence.Body?.Length > 40).ToArray();
        var same = all.Count(r => Diagnostician.Diagnose(r.Evidence).Class
            == Diagnostician.Diagnose(r.Evidence with { Body = r.Evidence.Body![..(r.Evidence.Body!.Length * percent / 100)] }).Class);

        Assert.True(same >= all.Length * atLeast, $"{same} of {all.Length}");
    }

    private static string Dress(string dress, string body) => dress switch
    {
        "upper" => body.ToUpperInvariant(),
        "lower" => body.ToLowerInvariant(),
        "json in a string" => System.Text.Json.JsonSerializer.Serialize(body),
        "json in a string in a string" => System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonSerializer.Serialize(body)),
        "wrapped" => "{\"error\":{\"message\":" + System.Text.Json.JsonSerializer.Serialize(body) + ",\"node\":\"Teams\"}}",
        "address" => "https://example.invalid/back?error_description=" + Uri.EscapeDataString(body),
        "log line" => $"2026-11-22T12:00:00Z ERROR [Teams] step 3 of 7 failed: {body.ReplaceLineEndings(" ")} (run 1234)",
        "spaced out" => body.Replace(" ", "  \n ", StringComparison.Ordinal),
        "html" => $"<html><body><p>{System.Net.WebUtility.HtmlEncode(body)}</p></body></html>",
        _ => throw new ArgumentOutOfRangeException(nameof(dress)),
    };

    private static Score ScoreOf(IEnumerable<FailureRecord> records)
    {
        var score = new Score();
        foreach (var record in records)
        {
            score.Add(record.Id, record.Label!, Diagnostician.Diagnose(record.Evidence));
        }

        return score;
    }
}
