namespace TeamsWorkflows.Diagnostics;

/// <summary>Which link of a token's way failed (R57): from Microsoft, by the application and its cache, to the call that carries it.</summary>
public enum ChainLink
{
    /// <summary>Microsoft does not issue one: a fault of its own, a policy, an account or consent that is gone.</summary>
    Issue,

    /// <summary>The application does not ask rightly: its credential, its configuration, or a stored sign-in that counts no more.</summary>
    Acquire,

    /// <summary>What was stored is gone, damaged, or older than it may be.</summary>
    Store,

    /// <summary>A token was there, and the call did not carry it as it should.</summary>
    Attach,
}

/// <summary>Attributes a verdict to a link of the chain. Pure.</summary>
internal static class ChainLinks
{
    /// <returns>Null when it is not about tokens, or it cannot be told.</returns>
    public static ChainLink? Of(Diagnosis verdict, FailureEvidence evidence)
        => evidence.Surface is FailureSurface.TokenEndpoint or FailureSurface.MsalException
            ? OfAcquisition(verdict)
            : OfCall(verdict, evidence);

    private static ChainLink? OfAcquisition(Diagnosis verdict) => verdict.Class switch
    {
        FailureClasses.ServiceUnavailable or FailureClasses.Throttled or FailureClasses.TransportFailure => ChainLink.Issue,
        FailureClasses.UserDisabledOrDeleted or FailureClasses.AppMissingOrDisabled or FailureClasses.ConsentPermissionMissing => ChainLink.Issue,
        FailureClasses.RefreshBroken when verdict.Action == OperatorAction.ChangePolicy || verdict.Subclass is "mfa-ca" or "sign-in-frequency" => ChainLink.Issue,
        FailureClasses.RefreshBroken when IsOfCache(verdict) => ChainLink.Store,
        FailureClasses.Unknown => null,
        _ => ChainLink.Acquire,
    };

    private static ChainLink? OfCall(Diagnosis verdict, FailureEvidence evidence) => verdict.Class switch
    {
        FailureClasses.AccessTokenExpired => evidence.Acquisition == TokenAcquisition.FromCache ? ChainLink.Store : ChainLink.Attach,
        FailureClasses.TokenInvalid when verdict.Subclass is "audience" or "issuer" => ChainLink.Acquire,
        FailureClasses.TokenInvalid => ChainLink.Attach,
        FailureClasses.RefreshBroken when IsOfCache(verdict) => ChainLink.Store,
        FailureClasses.RefreshBroken when verdict.Subclass == "cae-challenge" => ChainLink.Issue,
        FailureClasses.RefreshBroken or FailureClasses.ClientCredential => ChainLink.Acquire,
        _ => null,
    };

    private static bool IsOfCache(Diagnosis verdict)
        => verdict.Subclass == "malformed-refresh-token" || verdict.Rule.StartsWith("msal.cache", StringComparison.Ordinal);
}
