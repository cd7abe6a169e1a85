using System.Globalization;
using Action = TeamsWorkflows.Diagnostics.OperatorAction;
using Class = TeamsWorkflows.Diagnostics.FailureClasses;

namespace TeamsWorkflows.Diagnostics;

/// <summary>Verdicts on Graph's answers. A status alone is not enough: a 403 can mean expired, a 401 can be incurable.</summary>
/// <seealso href="https://learn.microsoft.com/graph/errors"/>
internal static class GraphRules
{
    public static Diagnosis Diagnose(FailureEvidence evidence, GraphError error)
    {
        var (verdict, rule) = evidence.Status switch
        {
            null => Transport(evidence),
            401 or 403 when error.Claims is not null => (
                Token(Class.RefreshBroken, "cae-challenge", "The session was revoked or the policy changed: the service wants a new token.", 0.95) with { MayRenewSilently = true, Claims = error.Claims },
                "claims-challenge"),
            401 => Unauthorized(error),
            403 => Forbidden(error),
            404 => (Config(Class.ResourceNotFound, "The team or channel does not exist any more, or is not visible to this account."), "not-found"),
            408 => (Service(evidence, "The service gave up waiting."), "request-timeout"),
            413 => (Payload("too-large", "The message is too large for Teams."), "too-large"),
            429 => Throttled(evidence),
            423 => (Service(evidence, "The channel is locked at the moment."), "locked"),
            >= 500 => (Service(evidence, "The service has a fault of its own."), "server-error"),
            400 or 415 or 422 => (Payload(null, "Teams does not accept this message."), "bad-request"),
            >= 200 and < 300 => (Service(evidence, "The service said yes without saying what it made."), "empty-success"),
            _ => (
                new Diagnosis(
                    FailureLayer.Unknown, Class.Unknown, null, RetryAdvice.AfterFix, null, Action.FixConfiguration, 0.3,
                    "The service refused for a reason that is not known here; see the evidence.", ""),
                "unknown"),
        };
        var status = evidence.Status?.ToString(CultureInfo.InvariantCulture) ?? "-";
        return verdict with { Rule = $"graph/{rule}: status={status} code={error.Code ?? "-"}", Code = error.Code };
    }

    private static (Diagnosis Verdict, string Rule) Unauthorized(GraphError error) => error switch
    {
        _ when error.Says("application-only context") => (
            Config(
                Class.ClientConfig,
                "Graph lets applications post to channels for imports only: the connection needs a signed-in user.",
                "app-only-unsupported",
                RetryAdvice.Never),
            "application-only"),
        _ when error.Says("audience") => (
            TokenConfig("audience", "The token was made for another service."), "wrong-audience"),
        _ when error.Says("issuer") => (TokenConfig("issuer", "The token comes from another tenant or cloud."), "wrong-issuer"),
        _ when error.Says("80049217") || error.Says("well formed") => (TokenConfig("malformed", "What was sent is not a token."), "malformed"),
        _ when error.Says("expired") || error.Says("Lifetime validation failed") => (
            Token(Class.AccessTokenExpired, null, "The access token is expired: renew it, and sign in again if that fails.", 0.95) with { MayRenewSilently = true },
            "expired"),
        _ => (
            Token(Class.AccessTokenExpired, null, "The service does not take the token, without saying why: renew it, and sign in again if that fails.", 0.6) with { MayRenewSilently = true },
            "unauthorized"),
    };

    private static (Diagnosis Verdict, string Rule) Forbidden(GraphError error) => error switch
    {
        _ when error.Says("No authorization information present") => (
            Token(Class.AccessTokenExpired, null, "The token is expired; this answer says so by a 403.", 0.85) with { MayRenewSilently = true },
            "expired-by-403"),
        _ when error.Says("Missing scope") || error.Says("Missing role") || error.Code == "Authorization_RequestDenied" => (
            new(
                FailureLayer.Authorization, Class.ConsentPermissionMissing, null, RetryAdvice.AfterFix, null, Action.GrantAdminConsent,
                0.95, "A permission is missing: an administrator has to grant it.", ""),
            "missing-permission"),
        _ => (
            new(
                FailureLayer.Authorization, Class.MembershipMissing, null, RetryAdvice.AfterFix, null, Action.AddMembership,
                0.7, "The account may not post there: add it to the team or channel. Signing in again does not help.", ""),
            "forbidden"),
    };

    private static (Diagnosis Verdict, string Rule) Throttled(FailureEvidence evidence) => (
        new(
            FailureLayer.Throttling, Class.Throttled, null,
            evidence.RetryAfter is null ? RetryAdvice.Backoff : RetryAdvice.AfterSeconds, evidence.RetryAfter,
            Action.WaitAndRetry, 0.95, "Teams asks us to slow down; the sign-in is fine.", ""),
        "throttled");

    private static (Diagnosis Verdict, string Rule) Transport(FailureEvidence evidence) => (
        new(
            FailureLayer.Transport, Class.TransportFailure, "timeout", RetryAdvice.Backoff, evidence.RetryAfter,
            Action.WaitAndRetry, 0.9, "The connection to Teams failed or timed out.", ""),
        "transport");

    private static Diagnosis Service(FailureEvidence evidence, string summary) => new(
        FailureLayer.Service, Class.ServiceUnavailable, null, RetryAdvice.Backoff, evidence.RetryAfter, Action.WaitAndRetry, 0.9, summary, "");

    private static Diagnosis Token(string failureClass, string? subclass, string summary, double confidence) => new(
        FailureLayer.Authentication, failureClass, subclass, RetryAdvice.AfterFix, null, Action.Reconnect, confidence, summary, "");

    private static Diagnosis TokenConfig(string subclass, string summary) => new(
        FailureLayer.Authentication, Class.TokenInvalid, subclass, RetryAdvice.AfterFix, null, Action.FixConfiguration, 0.9, summary, "");

    private static Diagnosis Config(
        string failureClass, string summary, string? subclass = null, RetryAdvice retry = RetryAdvice.AfterFix) => new(
        FailureLayer.ClientConfig, failureClass, subclass, retry, null, Action.FixConfiguration, 0.9, summary, "");

    private static Diagnosis Payload(string? subclass, string summary) => new(
        FailureLayer.ClientConfig, Class.PayloadInvalid, subclass, RetryAdvice.AfterFix, null, Action.FixPayload, 0.9, summary, "");
}
