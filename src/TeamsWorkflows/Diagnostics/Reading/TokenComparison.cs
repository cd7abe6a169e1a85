namespace TeamsWorkflows.Diagnostics.Reading;

/// <summary>Compares a token's claims with the clock (R12, R95), the service called (R13) and the tenant configured (R14).</summary>
internal static class TokenComparison
{
    /// <summary>What validators tolerate between two clocks.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static TokenFinding Compare(FailureEvidence evidence)
    {
        if (evidence.Token is not { } token)
        {
            return TokenFinding.None;
        }

        // The service judges by its own clock, so it is its clock that counts.
        var now = evidence.At - (evidence.ClockOffset ?? TimeSpan.Zero);
        if (token.Expires <= now)
        {
            return TokenFinding.Expired;
        }

        if (token.NotBefore > now + Tolerance)
        {
            return TokenFinding.NotYetValid;
        }

        return evidence.Expected is { } expected ? Compare(token, expected) : TokenFinding.Sound;
    }

    private static TokenFinding Compare(TokenClaims token, ExpectedToken expected)
    {
        if (expected.Audiences.Count > 0 && token.Audience is { } audience
            && !expected.Audiences.Any(a => string.Equals(a.TrimEnd('/'), audience.TrimEnd('/'), StringComparison.OrdinalIgnoreCase)))
        {
            return TokenFinding.WrongAudience;
        }

        if (expected.TenantId is { } tenant && (token.TenantId is not null || token.Issuer is not null)
            && !string.Equals(token.TenantId, tenant, StringComparison.OrdinalIgnoreCase)
            && token.Issuer?.Contains(tenant, StringComparison.OrdinalIgnoreCase) != true)
        {
            return TokenFinding.WrongTenant;
        }

        return expected.AnyOfPermissions.Count == 0
            || expected.AnyOfPermissions.Intersect(token.Permissions, StringComparer.OrdinalIgnoreCase).Any()
                ? TokenFinding.Sound
                : TokenFinding.PermissionMissing;
    }
}
