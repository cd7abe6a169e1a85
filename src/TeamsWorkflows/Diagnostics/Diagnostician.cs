using TeamsWorkflows.Diagnostics.Reading;
using TeamsWorkflows.Diagnostics.Rules;

namespace TeamsWorkflows.Diagnostics;

/// <summary>Evidence to verdict. Pure: the same evidence gives the same verdict, and any evidence gives one.</summary>
/// <remarks>
/// Reading turns any surface's answer into facts; rules, which are data, are asked by rank; the highest that fires
/// decides, the others explain and lower the confidence. See docs/diagnosis.md.
/// </remarks>
public static class Diagnostician
{
    /// <summary>Gets which edition of the rules this release decides by.</summary>
    public static string RulesVersion => RuleBook.Current.Version;

    public static Diagnosis Diagnose(FailureEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);

        var rules = RuleBook.Current;
        var facts = new EvidenceReader(rules).Read(evidence);
        var verdict = Circumstances.Apply(new Decision(rules, facts).Take(evidence), evidence, facts);
        return verdict with { Link = ChainLinks.Of(verdict, evidence) };
    }
}
