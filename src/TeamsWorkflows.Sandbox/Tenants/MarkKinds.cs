namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>The standing conditions a tenant knows. The comment names what the subject is.</summary>
internal static class MarkKinds
{
    /// <summary>User: sessions and refresh tokens issued earlier are revoked.</summary>
    public const string SessionsRevoked = "sessions-revoked";

    /// <summary>User, or "*": access tokens issued earlier count as expired.</summary>
    public const string AccessTokensExpired = "access-tokens-expired";

    /// <summary>User: Graph challenges access tokens issued earlier.</summary>
    public const string ClaimsChallenge = "claims-challenge";

    /// <summary>User: refresh tokens of an earlier sign-in need an interactive sign-in; the detail tells whether with claims.</summary>
    public const string InteractionRequired = "interaction-required";

    /// <summary>User.</summary>
    public const string UserDisabled = "user-disabled";

    /// <summary>App: every secret counts as expired.</summary>
    public const string SecretExpired = "secret-expired";

    /// <summary>App: no secret is accepted.</summary>
    public const string SecretUnknown = "secret-unknown";

    /// <summary>App: no certificate is accepted.</summary>
    public const string CertificateUnknown = "certificate-unknown";

    /// <summary>"app scope".</summary>
    public const string ConsentRemoved = "consent-removed";

    /// <summary>"app scope".</summary>
    public const string ConsentGranted = "consent-granted";

    /// <summary>Tenant: device sign-ins are answered as RFC 8628 has it, where Entra differs.</summary>
    public const string StrictDevices = "strict-devices";

    /// <summary>Tenant: life of new access tokens; the detail is a time span.</summary>
    public const string AccessTokenLifetime = "access-token-lifetime";

    /// <summary>Workflow.</summary>
    public const string WorkflowDisabled = "workflow-disabled";

    /// <summary>What "back to healthy" removes. Revocations stay: a revoked token never lives again.</summary>
    public static IReadOnlyList<string> Curable { get; } =
    [
        ClaimsChallenge, InteractionRequired, UserDisabled, SecretExpired, SecretUnknown, CertificateUnknown,
        ConsentRemoved, WorkflowDisabled, AccessTokenLifetime, StrictDevices,
    ];
}
