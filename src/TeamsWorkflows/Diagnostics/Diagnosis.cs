namespace TeamsWorkflows.Diagnostics;

/// <summary>What is wrong, how sure we are, why we think so, and what helps.</summary>
/// <remarks>Stored in cases, ledgers and histories as JSON: add members, never rename one.</remarks>
/// <param name="Class">One of <see cref="FailureClasses"/>.</param>
/// <param name="Subclass">A finer word for the operator, such as <c>secret-expired</c>; null when there is none.</param>
/// <param name="RetryAfter">How long the service asked us to wait; null when it did not say.</param>
/// <param name="Confidence">0 (a guess) to 1 (the evidence admits nothing else).</param>
/// <param name="Summary">One sentence for people, without tokens, addresses or identifiers of ours.</param>
/// <param name="Rule">Which rule decided, and on what: <c>rule-id: evidence</c>.</param>
/// <param name="MayRenewSilently">Whether one renewal that bypasses the token cache can help without a person.</param>
/// <param name="Claims">The claims that the service wants in the next token, as JSON; null when it wants none.</param>
/// <param name="Code">The most specific code of the service: an AADSTS number, or Graph's error code.</param>
/// <param name="RequestId">The service's identifier of the failed request, for its support.</param>
public sealed record Diagnosis(
    FailureLayer Layer,
    string Class,
    string? Subclass,
    RetryAdvice Retry,
    TimeSpan? RetryAfter,
    OperatorAction Action,
    double Confidence,
    string Summary,
    string Rule,
    bool MayRenewSilently = false,
    string? Claims = null,
    string? Code = null,
    string? RequestId = null)
{
    /// <summary>Gets a second cause that the evidence also speaks of, such as expiry behind throttling; null when there is none.</summary>
    public SecondaryCause? Secondary { get; init; }

    /// <summary>Gets which link of a token's way failed; null when it is not about tokens, or in verdicts of older releases.</summary>
    public ChainLink? Link { get; init; }

    /// <summary>Gets the runbook that tells an operator how; null in verdicts of older releases.</summary>
    public string? Runbook { get; init; }

    /// <summary>Gets how the verdict came about; null in verdicts of older releases.</summary>
    public DecisionTrace? Trace { get; init; }

    /// <summary>Gets the confidence as a word: <c>high</c> from 0.8, <c>medium</c> from 0.55, else <c>low</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string ConfidenceLevel => Confidence >= 0.8 ? "high" : Confidence >= 0.55 ? "medium" : "low";
}

/// <summary>What else is wrong, or looks wrong because of the primary cause.</summary>
public sealed record SecondaryCause(string Class, string? Subclass, string Because);
