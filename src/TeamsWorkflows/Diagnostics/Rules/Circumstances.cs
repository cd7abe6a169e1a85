using TeamsWorkflows.Diagnostics.Reading;

namespace TeamsWorkflows.Diagnostics.Rules;

/// <summary>What data cannot say: how claims, clocks and the connection's history change a verdict on one answer.</summary>
internal static class Circumstances
{
    private const int MaxSymptoms = 3;

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    public static Diagnosis Apply(Diagnosis verdict, FailureEvidence evidence, Facts facts)
    {
        if (verdict.Class == FailureClasses.AccessTokenExpired && facts.Token == TokenFinding.Sound)
        {
            verdict = Adjust(verdict, "token.sound", "the token's claims are in time", verdict.Confidence * 0.6);
        }

        if (evidence.ClockOffset is { } offset && offset.Duration() >= Skew && IsAboutTime(verdict))
        {
            verdict = Adjust(verdict, "clock.skew", $"clock offset {offset:c}", verdict.Confidence) with
            {
                Secondary = new(FailureClasses.ClientConfig, "clock", $"clock.skew: the clocks differ by {SymptomReader.Minutes(offset.Duration())}"),
            };
        }

        if (verdict.Class == FailureClasses.AccessTokenExpired && evidence.Acquisition is TokenAcquisition.Renewed or TokenAcquisition.SignedIn)
        {
            verdict = Adjust(verdict, "token.fresh", "the token was new", verdict.Confidence * 0.7);
        }

        if (IsOfTheClock(verdict, evidence))
        {
            var clock = RuleBook.Current.Verdicts["config.clock"];
            verdict = Adjust(verdict, "clock.far", $"clock offset {evidence.ClockOffset:c}, and the token is good by our clock", 0.9) with
            {
                Layer = clock.Layer,
                Class = clock.Class,
                Subclass = clock.Subclass,
                Action = clock.Action,
                Summary = clock.Summary,
                Runbook = clock.Runbook,
                Secondary = new(FailureClasses.AccessTokenExpired, null, verdict.Rule),
            };
        }

        return evidence.History is { } history ? WithHistory(verdict, history) : verdict;
    }

    // Signing in cures no clock: a token that looks good here, or was made just now, runs out by the service's clock all the same.
    private static bool IsOfTheClock(Diagnosis verdict, FailureEvidence evidence)
        => verdict.Class == FailureClasses.AccessTokenExpired
            && evidence.ClockOffset?.Duration() >= TokenComparison.Tolerance
            && (evidence.Token?.Expires > evidence.At || evidence.Acquisition is TokenAcquisition.Renewed or TokenAcquisition.SignedIn);

    // A token that ran out behind a chain of 429 is damage, not the cause. Other symptoms are told and change nothing.
    private static Diagnosis WithHistory(Diagnosis verdict, ConnectionHistory history)
    {
        var symptoms = SymptomReader.Read(history);
        if (verdict.Class != FailureClasses.AccessTokenExpired
            || symptoms.FirstOrDefault(s => s.Kind == SymptomKind.ThrottledThenExpired) is not { } chain)
        {
            return verdict with { Trace = verdict.Trace! with { Steps = [.. verdict.Trace.Steps, .. symptoms.Take(MaxSymptoms).Select(s => Told(s, verdict))] } };
        }

        var throttled = RuleBook.Current.Verdicts["throttled"];
        return Adjust(verdict, "history.throttled-then-expired", chain.Summary, Math.Min(verdict.Confidence, 0.9)) with
        {
            Layer = throttled.Layer,
            Class = throttled.Class,
            Subclass = throttled.Subclass,
            Retry = verdict.RetryAfter is null ? RetryAdvice.Backoff : RetryAdvice.AfterSeconds,
            Action = throttled.Action,
            Summary = chain.Summary,
            Runbook = throttled.Runbook,
            Secondary = new(FailureClasses.AccessTokenExpired, null, verdict.Rule),
        };
    }

    private static TraceStep Told(Symptom symptom, Diagnosis verdict) => new(
        $"history.{symptom.Kind}",
        symptom.Summary,
        symptom.Suggests ?? verdict.Class,
        symptom.Suggests is null || symptom.Suggests == verdict.Class ? TraceRole.Agreed : TraceRole.Outranked);

    private static bool IsAboutTime(Diagnosis verdict)
        => verdict.Class == FailureClasses.AccessTokenExpired || verdict.Subclass is "not-yet-valid" or "clock" or "certificate";

    private static Diagnosis Adjust(Diagnosis verdict, string rule, string evidence, double confidence) => verdict with
    {
        Confidence = Math.Round(confidence, 2),
        Trace = verdict.Trace! with { Steps = [.. verdict.Trace.Steps, new TraceStep(rule, evidence, verdict.Class, TraceRole.Adjusted)] },
    };
}
