namespace TeamsWorkflows.Diagnostics.Rules;

/// <summary>A verdict of the rules file, checked.</summary>
internal sealed record Verdict(
    string Id,
    FailureLayer Layer,
    string Class,
    string? Subclass,
    RetryAdvice Retry,
    OperatorAction Action,
    double Confidence,
    string Summary,
    string WouldChange,
    string Runbook,
    bool MayRenewSilently)
{
    private static readonly HashSet<string> Classes = typeof(FailureClasses).GetFields()
        .Select(f => (string)f.GetRawConstantValue()!).ToHashSet(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">A word is not of the taxonomy, or the verdict breaks a promise of it.</exception>
    public static Verdict From(string id, VerdictEntry entry)
    {
        var layer = FailureVocabulary.ParseLayer(entry.Layer) ?? throw Wrong(id, $"layer '{entry.Layer}'");
        var retry = FailureVocabulary.ParseRetry(entry.Retry) ?? throw Wrong(id, $"retry '{entry.Retry}'");
        var action = FailureVocabulary.ParseAction(entry.Action) ?? throw Wrong(id, $"action '{entry.Action}'");
        if (!Classes.Contains(entry.Class) || entry.Confidence is <= 0 or > 1)
        {
            throw Wrong(id, $"class '{entry.Class}', confidence {entry.Confidence}");
        }

        if (layer is FailureLayer.Authentication or FailureLayer.Authorization && retry is not (RetryAdvice.AfterFix or RetryAdvice.Never))
        {
            throw Wrong(id, "a retry that cures no authentication and no permission");
        }

        return new(
            id, layer, entry.Class, entry.Subclass, retry, action, entry.Confidence, entry.Summary, entry.WouldChange, entry.Runbook, entry.MayRenewSilently);
    }

    private static InvalidOperationException Wrong(string id, string what) => new($"The verdict '{id}' has {what}.");
}
