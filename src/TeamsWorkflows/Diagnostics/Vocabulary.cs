namespace TeamsWorkflows.Diagnostics;

/// <summary>Which link of the chain failed.</summary>
public enum FailureLayer
{
    Unknown,
    Authentication,
    Authorization,
    ClientConfig,
    Service,
    Throttling,
    Transport,
}

/// <summary>When the same call may be made again.</summary>
public enum RetryAdvice
{
    /// <summary>This call cannot work as designed.</summary>
    Never,

    /// <summary>Only after a token renewal or a person has acted.</summary>
    AfterFix,

    /// <summary>After the time that the service gave.</summary>
    AfterSeconds,

    /// <summary>After a growing delay of our own.</summary>
    Backoff,
}

/// <summary>What an operator does about it.</summary>
public enum OperatorAction
{
    WaitAndRetry,
    Reconnect,
    GrantAdminConsent,
    RotateCredential,
    ChangePolicy,
    AddMembership,
    FixConfiguration,
    FixPayload,
}

/// <summary>The product's error taxonomy (R62). Stored in cases and histories: never rename one.</summary>
public static class FailureClasses
{
    public const string AccessTokenExpired = "access-token-expired";
    public const string AppMissingOrDisabled = "app-missing-or-disabled";
    public const string ClientConfig = "client-config";
    public const string ClientCredential = "client-credential";
    public const string ConsentPermissionMissing = "consent-permission-missing";
    public const string LicenceMissing = "licence-missing";
    public const string MembershipMissing = "membership-missing";
    public const string PayloadInvalid = "payload-invalid";
    public const string RefreshBroken = "refresh-broken";
    public const string ResourceNotFound = "resource-not-found";
    public const string ServiceUnavailable = "service-unavailable";
    public const string Throttled = "throttled";
    public const string TokenInvalid = "token-invalid";
    public const string TransportFailure = "transport-failure";
    public const string Unknown = "unknown";
    public const string UserDisabledOrDeleted = "user-disabled-or-deleted";
    public const string WebhookPolicyBlock = "webhook-policy-block";
}

/// <summary>The taxonomy's words as people and files write them.</summary>
public static class FailureVocabulary
{
    private static readonly Dictionary<FailureLayer, string> Layers = new()
    {
        [FailureLayer.Unknown] = "unknown",
        [FailureLayer.Authentication] = "authentication",
        [FailureLayer.Authorization] = "authorization",
        [FailureLayer.ClientConfig] = "client config",
        [FailureLayer.Service] = "service",
        [FailureLayer.Throttling] = "throttling",
        [FailureLayer.Transport] = "transport",
    };

    private static readonly Dictionary<RetryAdvice, string> Retries = new()
    {
        [RetryAdvice.Never] = "never",
        [RetryAdvice.AfterFix] = "after-fix",
        [RetryAdvice.AfterSeconds] = "after-seconds",
        [RetryAdvice.Backoff] = "backoff",
    };

    private static readonly Dictionary<OperatorAction, string> Actions = new()
    {
        [OperatorAction.WaitAndRetry] = "wait and retry",
        [OperatorAction.Reconnect] = "reconnect",
        [OperatorAction.GrantAdminConsent] = "grant admin consent",
        [OperatorAction.RotateCredential] = "rotate secret or certificate",
        [OperatorAction.ChangePolicy] = "change policy",
        [OperatorAction.AddMembership] = "add membership",
        [OperatorAction.FixConfiguration] = "fix configuration",
        [OperatorAction.FixPayload] = "fix payload",
    };

    private static readonly Dictionary<FailureSurface, string> Surfaces = new()
    {
        [FailureSurface.GraphResponse] = "graph-response",
        [FailureSurface.TokenEndpoint] = "token-endpoint",
        [FailureSurface.MsalException] = "msal-exception",
        [FailureSurface.WebhookResponse] = "webhook-response",
        [FailureSurface.ConnectorMessage] = "connector-message",
    };

    public static string Label(this FailureLayer layer) => Layers[layer];

    public static string Label(this RetryAdvice retry) => Retries[retry];

    public static string Label(this OperatorAction action) => Actions[action];

    public static string Label(this FailureSurface surface) => Surfaces[surface];

    /// <returns>Null when the word is not one of ours.</returns>
    public static FailureSurface? ParseSurface(string? label) => Parse(Surfaces, label);

    internal static FailureLayer? ParseLayer(string? label) => Parse(Layers, label);

    internal static RetryAdvice? ParseRetry(string? label) => Parse(Retries, label);

    internal static OperatorAction? ParseAction(string? label) => Parse(Actions, label);

    private static T? Parse<T>(Dictionary<T, string> words, string? label)
        where T : struct, Enum
    {
        foreach (var (value, word) in words)
        {
            if (string.Equals(word, label, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
