namespace TeamsWorkflows.Diagnostics;

/// <summary>How a verdict came about: which rules fired on which evidence, and what would change it.</summary>
/// <param name="RulesVersion">Which edition of the rules decided.</param>
/// <param name="Steps">The rules that fired, the deciding one first, at most <see cref="MaxSteps"/>; then what claims, clocks and history changed or tell.</param>
/// <param name="WouldChange">What evidence would give another verdict, in words.</param>
public sealed record DecisionTrace(string RulesVersion, IReadOnlyList<TraceStep> Steps, string WouldChange)
{
    public const int MaxSteps = 6;

    public bool Equals(DecisionTrace? other)
        => other is not null && RulesVersion == other.RulesVersion && WouldChange == other.WouldChange && Steps.SequenceEqual(other.Steps);

    public override int GetHashCode() => HashCode.Combine(RulesVersion, WouldChange, Steps.Count);
}

/// <param name="Rule">The identifier of the rule in the rules file, or of the check in code.</param>
/// <param name="Evidence">What it fired on, such as <c>status 403, code Forbidden</c>; never a token.</param>
/// <param name="Says">The class it stands for.</param>
/// <param name="Role">Whether it decided.</param>
public sealed record TraceStep(string Rule, string Evidence, string Says, TraceRole Role);

/// <summary>What a rule that fired meant for the verdict.</summary>
public enum TraceRole
{
    /// <summary>It gave the verdict.</summary>
    Decided,

    /// <summary>It fired, and says the same.</summary>
    Agreed,

    /// <summary>It fired, says something else, and was outranked.</summary>
    Outranked,

    /// <summary>It did not choose the verdict but changed its confidence or its advice.</summary>
    Adjusted,
}
