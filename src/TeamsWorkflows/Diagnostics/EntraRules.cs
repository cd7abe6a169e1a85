using Action = TeamsWorkflows.Diagnostics.OperatorAction;
using Class = TeamsWorkflows.Diagnostics.FailureClasses;

namespace TeamsWorkflows.Diagnostics;

/// <summary>Verdicts on failed token requests: <c>error</c> and <c>suberror</c> decide, the AADSTS number refines.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/reference-error-codes"/>
internal static class EntraRules
{
    private static readonly Dictionary<string, Refinement> ByCode = new(StringComparer.Ordinal)
    {
        ["50173"] = Refresh("revoked", "The sign-in was revoked: the password was reset or an administrator ended all sessions."),
        ["50132"] = Refresh("password-changed", "The password was changed since the last sign-in."),
        ["50133"] = Refresh("password-changed", "The password was changed since the last sign-in."),
        ["700082"] = Refresh("refresh-token-expired", "The sign-in ran out because nothing used it for too long."),
        ["70008"] = Refresh("refresh-token-expired", "The sign-in ran out."),
        ["70000"] = Refresh("malformed-refresh-token", "The stored sign-in is not valid any more."),
        ["70043"] = Refresh("sign-in-frequency", "A policy asks for a fresh sign-in from time to time."),
        ["700084"] = Refresh("refresh-token-expired", "The sign-in ran out; the redirect address is registered as a single-page app."),
        ["50076"] = Refresh("mfa-ca", "Multi-factor authentication is asked for now."),
        ["50074"] = Refresh("mfa-ca", "Strong authentication is asked for now."),
        ["50078"] = Refresh("mfa-ca", "The multi-factor sign-in is too old for the policy."),
        ["50079"] = Refresh("mfa-ca", "The account has to register for multi-factor authentication first."),
        ["50072"] = Refresh("mfa-ca", "The account has to register for multi-factor authentication first."),
        ["50058"] = Refresh("interaction-required", "Nobody is signed in."),
        ["50097"] = Policy("mfa-ca", "A policy asks for a known device, which a server cannot be."),
        ["53000"] = Policy("mfa-ca", "A policy asks for a compliant device."),
        ["53001"] = Policy("mfa-ca", "A policy asks for a domain-joined device."),
        ["53002"] = Policy("mfa-ca", "A policy does not allow this application."),
        ["53003"] = Policy("mfa-ca", "Conditional Access blocks the sign-in."),
        ["530032"] = Policy("mfa-ca", "A security policy of the tenant blocks the sign-in."),
        ["50131"] = Policy("mfa-ca", "Conditional Access blocks the sign-in."),
        ["65001"] = new(FailureLayer.Authorization, Class.ConsentPermissionMissing, "consent", Action.GrantAdminConsent, "Consent for the application is missing or was taken back."),
        ["65004"] = new(FailureLayer.Authorization, Class.ConsentPermissionMissing, "consent", Action.GrantAdminConsent, "Consent was declined."),
        ["90094"] = new(FailureLayer.Authorization, Class.ConsentPermissionMissing, "consent", Action.GrantAdminConsent, "An administrator has to consent."),
        ["650056"] = new(FailureLayer.Authorization, Class.ConsentPermissionMissing, "consent", Action.GrantAdminConsent, "The application lacks a permission or its consent."),
        ["7000222"] = Credential("secret-expired", "The application's secret has expired."),
        ["7000215"] = Credential("secret-wrong", "The application's secret is wrong; often its identifier was pasted in place of its value."),
        ["700027"] = Credential("certificate", "The application's certificate is not registered or has expired."),
        ["50012"] = Credential("certificate", "The application's certificate was refused."),
        ["50057"] = new(FailureLayer.Authentication, Class.UserDisabledOrDeleted, "disabled", Action.FixConfiguration, "The account is disabled."),
        ["50034"] = new(FailureLayer.Authentication, Class.UserDisabledOrDeleted, "deleted", Action.FixConfiguration, "The account does not exist in this tenant."),
        ["50020"] = new(FailureLayer.Authentication, Class.UserDisabledOrDeleted, "not-in-tenant", Action.FixConfiguration, "The account belongs to another tenant."),
        ["700016"] = new(FailureLayer.Authentication, Class.AppMissingOrDisabled, null, Action.FixConfiguration, "The application is not known in this tenant."),
        ["90002"] = new(FailureLayer.ClientConfig, Class.ClientConfig, "tenant", Action.FixConfiguration, "The tenant does not exist: check the identifier and the cloud."),
        ["500011"] = new(FailureLayer.Authentication, Class.AppMissingOrDisabled, "resource-principal", Action.FixConfiguration, "The service asked for is not known in this tenant."),
        ["70011"] = new(FailureLayer.ClientConfig, Class.ClientConfig, "bad-scope", Action.FixConfiguration, "A scope is not valid."),
        ["50011"] = new(FailureLayer.ClientConfig, Class.ClientConfig, "redirect-uri", Action.FixConfiguration, "The redirect address is not registered with the application."),
        ["700024"] = new(FailureLayer.ClientConfig, Class.ClientConfig, "clock", Action.FixConfiguration, "The assertion's time is off: check this machine's clock."),
    };

    public static Diagnosis Diagnose(FailureEvidence evidence, EntraError error)
    {
        var code = error.Codes.FirstOrDefault(ByCode.ContainsKey);
        if (Transient(evidence, error) is { } transient)
        {
            return transient;
        }

        var refined = code is null ? null : ByCode[code];
        var decided = (error.Error, error.SubError) switch
        {
            (_, "consent_required") or ("consent_required", _) => ByCode["65001"],
            (_, "message_only") => refined is { Action: Action.ChangePolicy } ? refined : ByCode["53003"],
            (_, "user_password_expired") => Refresh("password-changed", "The password has expired: the account's owner sets a new one first."),
            ("invalid_client", _) => refined ?? Credential(null, "The application's credential was refused."),
            ("invalid_grant" or "interaction_required" or "login_required", _) => refined
                ?? Refresh("interaction-required", "A person has to sign in again."),
            ("user_null" or "no_account_for_login_hint" or "no_tokens_found", _) =>
                Refresh("interaction-required", "Nobody has signed in yet, or the stored sign-in cannot be read any more."),
            ("missing_secret", _) => Credential("missing-credential", "The application's secret is not configured, or cannot be decrypted any more."),
            ("access_denied", _) => Refresh("interaction-required", "The person declined to sign in."),
            _ => refined,
        };
        var rule = $"entra: error={error.Error ?? "?"} suberror={error.SubError ?? "-"} aadsts={code ?? (error.Codes.Count > 0 ? error.Codes[0] : "-")}";
        return decided is null
            ? new(
                FailureLayer.Unknown, Class.Unknown, null, RetryAdvice.AfterFix, null, Action.FixConfiguration, 0.3,
                "The authority refused the request for a reason that is not known here; see the evidence.", rule, Code: Code(error))
            : new(
                decided.Layer, decided.Class, decided.Subclass, RetryAdvice.AfterFix, null, decided.Action,
                refined is null ? 0.8 : 0.95, decided.Summary, rule, Claims: evidence.Claims, Code: Code(error));
    }

    private static Diagnosis? Transient(FailureEvidence evidence, EntraError error)
    {
        var rule = $"entra: status={evidence.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"} error={error.Error ?? "-"}";
        if (evidence.Status == 429)
        {
            return new(
                FailureLayer.Throttling, Class.Throttled, null,
                evidence.RetryAfter is null ? RetryAdvice.Backoff : RetryAdvice.AfterSeconds, evidence.RetryAfter,
                Action.WaitAndRetry, 0.95, "The authority asks us to slow down; the sign-in itself is fine.", rule, Code: Code(error));
        }

        if (error.Error is "unreachable" or "timeout" or "request_timeout")
        {
            return new(
                FailureLayer.Transport, Class.TransportFailure, "timeout", RetryAdvice.Backoff, evidence.RetryAfter,
                Action.WaitAndRetry, 0.9, "The authority could not be reached.", rule);
        }

        var isService = evidence.Status >= 500
            || error.Error is "temporarily_unavailable" or "server_error" or "service_not_available" or "unreadable_token_response"
                or "token_type_missing";
        return !isService ? null : new(
            FailureLayer.Service, Class.ServiceUnavailable, null, RetryAdvice.Backoff, evidence.RetryAfter,
            Action.WaitAndRetry, 0.9, "The authority has a fault of its own and gives no tokens at the moment.", rule, Code: Code(error));
    }

    private static string? Code(EntraError error) => error.Codes.Count > 0 ? $"AADSTS{error.Codes[0]}" : error.Error;

    private static Refinement Refresh(string subclass, string summary)
        => new(FailureLayer.Authentication, Class.RefreshBroken, subclass, Action.Reconnect, summary);

    private static Refinement Policy(string subclass, string summary)
        => new(FailureLayer.Authentication, Class.RefreshBroken, subclass, Action.ChangePolicy, summary);

    private static Refinement Credential(string? subclass, string summary)
        => new(FailureLayer.Authentication, Class.ClientCredential, subclass, Action.RotateCredential, summary);

    private sealed record Refinement(FailureLayer Layer, string Class, string? Subclass, Action Action, string Summary);
}
