namespace TeamsWorkflows.Diagnostics;

/// <summary>What is wrong, how sure we are, and what helps.</summary>
/// <param name="Class">One of <see cref="FailureClasses"/>.</param>
/// <param name="Subclass">A finer word for the operator, such as <c>secret-expired</c>; null when there is none.</param>
/// <param name="RetryAfter">How long the service asked us to wait; null when it did not say.</param>
/// <param name="Confidence">0 (a guess) to 1 (the evidence admits nothing else).</param>
/// <param name="Summary">One sentence for people, without tokens, addresses or identifiers of ours.</param>
/// <param name="Rule">Which rule decided, and on what: <c>rule-name: evidence</c>.</param>
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
    string? RequestId = null);

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
