namespace TeamsWorkflows.Diagnostics;

/// <summary>The three-question test (R16): what a person can see and a machine cannot.</summary>
public static class GuidedTest
{
    /// <summary>Gets the questions, in the order in which they are asked.</summary>
    public static IReadOnlyList<GuidedQuestion> Questions { get; } =
    [
        new(GuidedQuestionId.IsUnauthorized, "Is the answer a 401?", "See the status of the failed call, not what the tool calls it."),
        new(
            GuidedQuestionId.FreshSignInHelps,
            "Does a fresh interactive sign-in fix it at once?",
            "Sign in as the connection's account and repeat the failed step."),
        new(GuidedQuestionId.OnlyAfterIdleTime, "Does it fail only after idle time?", "Run it twice within ten minutes, then again after an hour and a half."),
    ];

    /// <summary>What the answers make of a verdict.</summary>
    /// <param name="verdict">Of the rules, on the failure that is asked about.</param>
    public static GuidedConclusion Conclude(Diagnosis verdict, GuidedAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(answers);

        List<string> because = [];
        var expiry = ExpiryOf(verdict, answers, because);
        if (answers.FreshSignInHelps == true)
        {
            because.Add("A fresh sign-in fixes it: the renewal or the stored credential is broken, not the mapping of fields.");
        }
        else if (answers.FreshSignInHelps == false)
        {
            because.Add("A fresh sign-in does not fix it: permissions, policy or configuration, and no further reconnect.");
        }

        if (answers.OnlyAfterIdleTime == true)
        {
            because.Add("It fails after idle time only: access tokens are short-lived and are not renewed reliably.");
        }

        return new(expiry, NatureOf(verdict, answers), CauseOf(verdict, answers), because, AdvancedOf(answers));
    }

    // The 403 that really means an expired token stays likely: the rules know it by its words.
    private static ExpiryLikelihood ExpiryOf(Diagnosis verdict, GuidedAnswers answers, List<string> because)
    {
        var isSaid = verdict.Class == FailureClasses.AccessTokenExpired;
        if (answers.IsUnauthorized == false && !isSaid)
        {
            because.Add("It is no 401: expiry is unlikely.");
            return ExpiryLikelihood.Unlikely;
        }

        return isSaid || answers.OnlyAfterIdleTime == true ? ExpiryLikelihood.Likely
            : answers.FreshSignInHelps == false ? ExpiryLikelihood.Unlikely
            : ExpiryLikelihood.Possible;
    }

    private static string CauseOf(Diagnosis verdict, GuidedAnswers answers) => (answers.FreshSignInHelps, answers.OnlyAfterIdleTime) switch
    {
        (_, true) => FailureClasses.AccessTokenExpired,
        (true, _) when verdict.Layer is FailureLayer.Authentication or FailureLayer.Unknown => verdict.Class switch
        {
            FailureClasses.AccessTokenExpired or FailureClasses.RefreshBroken => verdict.Class,
            _ => FailureClasses.RefreshBroken,
        },
        (true, _) => FailureClasses.RefreshBroken,
        _ => verdict.Class,
    };

    private static FailureNature NatureOf(Diagnosis verdict, GuidedAnswers answers)
        => verdict.Action is OperatorAction.ChangePolicy || verdict.Subclass is "mfa-ca" or "sign-in-frequency" or "cae-challenge" or "revoked"
            ? FailureNature.SecurityControl
            : verdict.Layer is FailureLayer.Service or FailureLayer.Throttling or FailureLayer.Transport
                ? FailureNature.Undecided
                : answers.FreshSignInHelps is null && verdict.Confidence < 0.6 ? FailureNature.Undecided : FailureNature.IntegrationDefect;

    // Advanced causes are offered when the core path was tried (R90).
    private static IReadOnlyList<string> AdvancedOf(GuidedAnswers answers) => answers switch
    {
        { IsUnauthorized: null } or { FreshSignInHelps: null } => [],
        { FreshSignInHelps: false } => ["clock of this machine", "tenant and audience of the token", "session policy of Conditional Access", "clone or change of owner"],
        { OnlyAfterIdleTime: true } => ["token cache that is not shared or not written", "queue or approval between the steps"],
        _ => ["token cache that is damaged", "policy on sign-in frequency"],
    };
}

/// <param name="How">How to find the answer.</param>
public sealed record GuidedQuestion(GuidedQuestionId Id, string Text, string How);

public enum GuidedQuestionId
{
    IsUnauthorized,
    FreshSignInHelps,
    OnlyAfterIdleTime,
}

/// <summary>Answers as they are recorded; null where a question was not answered.</summary>
/// <param name="By">Who answered.</param>
/// <param name="At">When (UTC).</param>
public sealed record GuidedAnswers(bool? IsUnauthorized, bool? FreshSignInHelps, bool? OnlyAfterIdleTime, string By, DateTimeOffset At);

/// <summary>What the answers lead to.</summary>
/// <param name="Class">The failure class after the answers.</param>
/// <param name="Because">A sentence for each answer that counted.</param>
/// <param name="AdvancedCauses">What to look at next; empty until the first two questions are answered.</param>
public sealed record GuidedConclusion(
    ExpiryLikelihood Expiry, FailureNature Nature, string Class, IReadOnlyList<string> Because, IReadOnlyList<string> AdvancedCauses);

public enum ExpiryLikelihood
{
    Unlikely,
    Possible,
    Likely,
}

/// <summary>Whether a security control works as meant, or the integration is wrong (R98).</summary>
public enum FailureNature
{
    Undecided,
    SecurityControl,
    IntegrationDefect,
}
