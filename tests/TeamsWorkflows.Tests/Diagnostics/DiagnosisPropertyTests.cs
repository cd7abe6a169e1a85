using System.Diagnostics;
using System.Text;
using CsCheck;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Diagnostics.Reading;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>Any bytes give one verdict, the same again, in bounded time, and without a secret in it.</summary>
/// <remarks>Also the fuzzer: <c>CsCheck_Time=600 dotnet test --filter DiagnosisPropertyTests</c> runs each for ten minutes.</remarks>
public sealed class DiagnosisPropertyTests
{
    private static readonly string[] Bodies = [.. Payloads.All.Select(r => r.Evidence.Body).OfType<string>().Where(b => b.Length > 0)];

    private static readonly string[] Pieces =
    [
        "AADSTS", "aadsts50076", "error_codes", "[", "]", "{", "}", "\"", "'", "\\", "\\u0041", "\\\"", ":", "=", "&", "%", "%22", "%00", "&quot;", "&#x41;", "<", ">",
        "</p>", "<html>", "error", "code", "suberror", "retry-after", "try again in", "99999999999999", "status code", "403", "(429)", "\0", "\uFFFF", "\uD800", "İ", "ß", "ﬀ",
        "insufficient_claims", "claims=\"!!!\"", "eyJ", "token", "expired", "not", "throttled", "forbidden", ",", " ", "\r\n",
    ];

    // Real bodies cut, joined, overwritten; pieces that the readers look for; and noise of any character.
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char, 0, 300],
        Gen.OneOf(Pieces).Array[0, 60].Select(p => string.Concat(p)),
        Gen.Select(Gen.OneOf(Bodies), Gen.Int[0, 2_000], Gen.Int[0, 2_000], (b, from, length) =>
            b.Substring(Math.Min(from, b.Length), Math.Min(length, b.Length - Math.Min(from, b.Length)))),
        Gen.Select(Gen.OneOf(Bodies), Gen.OneOf(Pieces), Gen.Int[0, 2_000], (b, p, at) => b.Insert(Math.Min(at, b.Length), p)),
        Gen.Select(Gen.OneOf(Bodies), Gen.OneOf(Bodies), (a, b) => a + b));

    private static readonly Gen<FailureEvidence> Evidence = Gen.Select(
        Gen.Enum<FailureSurface>(), Gen.Int[100, 600].Nullable(), Text, Text, Gen.OneOf(Pieces), Gen.Bool).Select((surface, status, body, header, name, hasHeader) =>
        new FailureEvidence(surface, Payloads.Noon)
        {
            Status = status,
            Body = body,
            Headers = hasHeader
                ? new Dictionary<string, string> { ["WWW-Authenticate"] = header, ["Retry-After"] = name, ["x-ms-diagnostics"] = header }
                : [],
        });

    private static readonly Gen<DateTimeOffset> Near = Gen.Int[-10_000, 10_000].Select(minutes => Payloads.Noon.AddMinutes(minutes));

    private static readonly Gen<TokenClaims> Claims = Gen.Select(
        Near.Nullable(), Near.Nullable(), Gen.OneOf("https://graph.microsoft.com", "api://x", ""), Gen.OneOf("t1", "t2", "").Array[0, 2],
        (expires, from, audience, permissions) =>
            new TokenClaims(expires, from, from, audience, $"https://sts/{audience}", permissions.FirstOrDefault(), null, permissions, permissions.Length == 0));

    private static readonly Gen<ConnectionHistory> Histories = Gen.Select(
        Near, Gen.Enum<ConnectionEventKind>(), Gen.OneOf(200, 401, 429, 503), Gen.OneOf(FailureClasses.Throttled, FailureClasses.AccessTokenExpired, FailureClasses.RefreshBroken),
        Gen.Enum<OperationalChange>(), Gen.OneOf("a", "b"), Near, Gen.Int[-900, 900],
        (at, kind, status, @class, change, name, issued, offset) => new ConnectionEvent(
            at, kind, name, name, status, @class, change, issued, TimeSpan.FromSeconds(offset), name)).Array[0, 30].Select(events => new ConnectionHistory(events));

    // As production gives it: with the token's claims, the clocks, how the token was got, and the connection's past.
    private static readonly Gen<FailureEvidence> Production = Gen.Select(
        Evidence, Claims, Histories, Gen.Int[-900, 900].Nullable(), Gen.Enum<TokenAcquisition>().Nullable(), Text, Gen.OneOf(Pieces), Gen.OneOf("50173", "0", "65001", "x").Array[0, 3],
        (evidence, claims, history, offset, acquisition, exception, error, codes) => evidence with
        {
            Token = claims,
            Expected = new(["https://graph.microsoft.com"], "t1", ["t2"]),
            History = history,
            ClockOffset = offset is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Acquisition = acquisition,
            Exception = exception,
            Error = error,
            ErrorCodes = codes,
        });

    [Fact]
    [Trait("Requirement", "R22")]
    public void What_production_knows_besides_gives_one_verdict_too_and_no_failure_of_access_is_repeated() => Production.Sample(
        evidence =>
        {
            var (d, again) = (Diagnostician.Diagnose(evidence), Diagnostician.Diagnose(evidence));
            return d == again
                && d.Confidence is > 0 and < 1
                && (d.Layer is not (FailureLayer.Authentication or FailureLayer.Authorization) || d.Retry is RetryAdvice.AfterFix or RetryAdvice.Never)
                && d.Trace!.Steps.Count <= DecisionTrace.MaxSteps + 6;
        },
        print: WorkflowJson.Write);

    [Fact]
    [Trait("Requirement", "R22")]
    public void The_same_evidence_gives_the_same_verdict() => Evidence.Sample(
        evidence => Diagnostician.Diagnose(evidence) == Diagnostician.Diagnose(evidence with { Headers = new Dictionary<string, string>(evidence.Headers) }));

    [Fact]
    [Trait("Requirement", "R22")]
    [Trait("Requirement", "R72")]
    public void A_verdict_keeps_the_promises_of_the_taxonomy() => Evidence.Sample(evidence =>
    {
        var d = Diagnostician.Diagnose(evidence);
        return d.Confidence is > 0 and < 1
            && (d.Layer is not (FailureLayer.Authentication or FailureLayer.Authorization) || d.Retry is RetryAdvice.AfterFix or RetryAdvice.Never)
            && (d.Retry != RetryAdvice.AfterSeconds || d.Layer is FailureLayer.Service or FailureLayer.Throttling or FailureLayer.Transport)
            && (d.Class != FailureClasses.AccessTokenExpired || evidence.Status is not (429 or 413 or 422 or >= 500) || IsOfAGateway(evidence))
            && (d.Class == FailureClasses.Unknown) == (d.Layer == FailureLayer.Unknown)
            && d.Trace!.Steps.Count <= DecisionTrace.MaxSteps + 3;
    }, print: WorkflowJson.Write);

    // A tool's gateway error may quote the refusal of the service behind it, which then counts.
    private static bool IsOfAGateway(FailureEvidence evidence) => evidence is { Surface: FailureSurface.ConnectorMessage, Status: >= 500 }
        && string.Concat(evidence.Headers.Values.Append(evidence.Body)).Contains("innererror", StringComparison.OrdinalIgnoreCase);

    [Fact]
    [Trait("Requirement", "R72")]
    public void A_429_is_always_throttling_unless_a_challenge_of_a_place_is_named() => Evidence.Sample(evidence =>
    {
        var d = Diagnostician.Diagnose(evidence with { Status = 429 });
        return d.Class == FailureClasses.Throttled || d.Rule.StartsWith("challenge.location", StringComparison.Ordinal);
    });

    [Fact]
    public void Making_text_comparable_never_makes_it_longer_and_does_it_once() => Text.Sample(text =>
    {
        var once = EvidenceText.Normalise(text);
        return once.Length <= text.Length && once.Length == once.ToLowerInvariant().Length && !once.Contains("  ", StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("\\")]
    [InlineData("%25")]
    [InlineData("&amp;")]
    [InlineData("<")]
    [InlineData("AADSTS")]
    [InlineData("error_codes [1,")]
    [InlineData("error:code:error:")]
    [InlineData("status code ")]
    [InlineData("403 ")]
    [InlineData("the token is expired ")]
    [InlineData("{\"error\":{\"innerError\":")]
    public void A_body_of_megabytes_costs_no_more_than_its_first_and_last_part(string piece)
    {
        var body = new StringBuilder().Insert(0, piece, 4_000_000 / piece.Length).ToString();
        Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Body = "warm up" });
        var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());

        Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Body = body });

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4_000_000);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"{clock.Elapsed}");
    }

    [Theory]
    [Trait("Requirement", "R79")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("-----BEGIN ")]
    [InlineData("eyJaaaaaaaa.")]
    [InlineData("?code=1")]
    [InlineData("access_token = ")]
    [InlineData("bearer ")]
    [InlineData("0.A")]
    [InlineData("M.AA_AA.")]
    [InlineData("aaa7Q~")]
    [InlineData("IncomingWebhook/")]
    [InlineData("\\\\")]
    public void Whatever_is_redacted_is_done_long_before_its_patience_ends(string piece)
    {
        const int parts = 8;
        var (whole, part) = (Text(PastedExchange.MaxLength), Text(PastedExchange.MaxLength / parts));
        Redaction.Text(part); // warm up
        var (longest, shortest) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < 5; i++) // the best of some: a busy machine makes single ones slow
        {
            shortest = TimeSpan.FromTicks(Math.Min(shortest.Ticks, Time(part).Ticks));
            longest = TimeSpan.FromTicks(Math.Min(longest.Ticks, Time(whole).Ticks));
        }

        // About as many times as it is longer; with its square it would be 64 times.
        Assert.True(longest < (3 * parts * shortest) + TimeSpan.FromMilliseconds(50), $"{longest} after {shortest}");

        string Text(int length) => "Before. " + new StringBuilder().Insert(0, piece, length / piece.Length);

        static TimeSpan Time(string text)
        {
            var clock = Stopwatch.StartNew();
            Assert.NotEqual("[redacted]", Redaction.Text(text));
            return clock.Elapsed;
        }
    }

    [Fact]
    [Trait("Requirement", "R49")]
    [Trait("Requirement", "R79")]
    public void No_secret_gets_through_redaction_or_into_a_verdict() => Gen.Select(Secrets, Gen.OneOf(Bodies), Gen.Int[0, 500], Gen.OneOf("", " ", "\"", "&", "\n"))
        .Sample((secret, body, at, end) =>
        {
            var text = body.Insert(Math.Min(at, body.Length), $" {secret.Text}{end}");
            var redacted = Redaction.Body(text)!;
            var verdict = Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Body = text });
            return !redacted.Contains(secret.Value, StringComparison.Ordinal) && !WorkflowJson.Write(verdict).Contains(secret.Value, StringComparison.Ordinal);
        });

    [Fact]
    [Trait("Requirement", "R11")]
    public void Redaction_leaves_the_codes_and_numbers_that_explain_a_failure()
        => Assert.All(Payloads.All.Where(r => r.Evidence.Body is not null), r =>
        {
            var (raw, redacted) = (Diagnostician.Diagnose(r.Evidence), Diagnostician.Diagnose(r.Evidence with { Body = Redaction.Body(r.Evidence.Body) }));
            Assert.Equal((r.Id, raw.Class, raw.Code), (r.Id, redacted.Class, redacted.Code));
        });

    private static Gen<(string Text, string Value)> Secrets
    {
        get
        {
            var opaque = Gen.Char["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].Array[24, 60].Select(c => new string(c));
            return Gen.OneOf(
                opaque.Select(v => ($"\"access_token\":\"{v}\"", v)),
                opaque.Select(v => ($"\\\"refresh_token\\\":\\\"{v}\\\"", v)),
                opaque.Select(v => ($"client_secret={v}", v)),
                opaque.Select(v => ($"client_secret%3D{v}", v)),
                opaque.Select(v => ($"Authorization: Bearer {v}", v)),
                opaque.Select(v => ($"0.A{v}", v)),
                opaque.Select(v => ($"https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/{v}/c", v)),
                opaque.Select(v => ($"https://x/workflows/1/triggers/manual/paths/invoke?api-version=1&sig={v}", v)),
                opaque.Select(v => ($"eyJ{v}.eyJ{v}.{v}", v)),
                opaque.Select(v => ($"?code={v}", v)));
        }
    }
}
