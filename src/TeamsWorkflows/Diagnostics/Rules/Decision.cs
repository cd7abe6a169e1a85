using TeamsWorkflows.Diagnostics.Reading;

namespace TeamsWorkflows.Diagnostics.Rules;

/// <summary>Facts to one verdict: which rules fire, which of them decides, what the others mean for it.</summary>
internal sealed class Decision(RuleBook rules, Facts facts)
{
    /// <summary>Where the table of AADSTS numbers stands among the ranks.</summary>
    public const int NumberRank = 700;

    // Below this a rule is a last resort and contradicts nobody.
    private const int TellingRank = 500;

    private readonly List<Fired> _fired = [];

    public Diagnosis Take(FailureEvidence evidence)
    {
        Ask();
        var decided = _fired.Count > 0 ? _fired[0] : new Fired("none", 0, rules.Verdicts["unknown"], 0.2, "nothing that a rule knows", null);
        var secondary = Secondary(decided);
        var verdict = decided.Verdict;
        var summary = decided.Means ?? verdict.Summary;
        return new(
            verdict.Layer,
            verdict.Class,
            verdict.Subclass,
            Retry(verdict),
            facts.RetryAfter,
            verdict.Action,
            Confidence(decided, secondary),
            summary,
            $"{decided.Id}: {decided.Evidence}",
            verdict.MayRenewSilently,
            facts.Claims,
            Code(),
            evidence.RequestId)
        {
            Runbook = verdict.Runbook,
            Secondary = secondary is null ? null : new(secondary.Verdict.Class, secondary.Verdict.Subclass, $"{secondary.Id}: {secondary.Evidence}"),
            Trace = Trace(decided),
        };
    }

    private void Ask()
    {
        var number = Number();
        foreach (var rule in rules.Rules)
        {
            if (number is not null && rule.Rank < NumberRank)
            {
                _fired.Add(number);
                number = null;
            }

            if (rule.Fires(facts))
            {
                _fired.Add(new(rule.Id, rule.Rank, rule.Verdict, rule.Confidence, rule.Describe(facts, rules), null));
                if (_fired.Count == DecisionTrace.MaxSteps)
                {
                    return;
                }
            }
        }

        if (number is not null)
        {
            _fired.Add(number);
        }
    }

    // A number that only introduces another one decides when it stands alone.
    private Fired? Number()
    {
        var known = facts.Aadsts.Where(rules.IsAadsts).ToArray();
        if (known.Length == 0)
        {
            return null;
        }

        var chosen = known.FirstOrDefault(n => !rules.Wrappers.Contains(n)) ?? known[0];
        var (verdict, means) = rules.Number(chosen)!.Value;
        if (verdict.Class == FailureClasses.AccessTokenExpired && facts.Status is (413 or 422 or 429 or >= 500))
        {
            return null; // the status speaks of something else: an old token is refused with 400 or 401
        }

        return new($"aadsts.{chosen}", NumberRank, verdict, verdict.Confidence, $"AADSTS{chosen}", means);
    }

    private Fired? Secondary(Fired decided) => _fired.Find(
        f => f.Rank >= TellingRank && f.Verdict.Class != decided.Verdict.Class && f.Verdict.Layer != FailureLayer.Unknown);

    private static double Confidence(Fired decided, Fired? secondary)
    {
        var confidence = decided.Confidence;
        if (secondary is not null && decided.Rank < 900)
        {
            confidence -= secondary.Verdict.Action == decided.Verdict.Action ? 0.03 : 0.12;
        }

        return Math.Round(Math.Clamp(confidence, 0.05, 0.99), 2);
    }

    private RetryAdvice Retry(Verdict verdict)
        => verdict.Retry == RetryAdvice.Backoff && facts.HasRetryAfter ? RetryAdvice.AfterSeconds : verdict.Retry;

    // The number that decided, or the innermost code that a rule knows, or the service's own.
    private string? Code()
    {
        if (_fired.Find(f => f.Rank == NumberRank) is { } number)
        {
            return number.Evidence;
        }

        return facts.Aadsts.Count > 0 ? $"AADSTS{facts.Aadsts[0]}" : facts.Codes.Count > 0 ? facts.Codes[0] : facts.Error;
    }

    private DecisionTrace Trace(Fired decided)
    {
        var steps = _fired.Select(f => new TraceStep(
            f.Id,
            f.Evidence,
            f.Verdict.Class,
            ReferenceEquals(f, decided) ? TraceRole.Decided : f.Verdict.Class == decided.Verdict.Class ? TraceRole.Agreed : TraceRole.Outranked));
        return new(rules.Version, [.. _fired.Count == 0 ? [new(decided.Id, decided.Evidence, decided.Verdict.Class, TraceRole.Decided)] : steps], decided.Verdict.WouldChange);
    }

    private sealed record Fired(string Id, int Rank, Verdict Verdict, double Confidence, string Evidence, string? Means);
}
