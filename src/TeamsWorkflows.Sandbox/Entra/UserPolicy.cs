using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Decides whether a user's earlier sign-in still entitles an app to tokens.</summary>
internal static class UserPolicy
{
    /// <summary>Detail of <see cref="MarkKinds.InteractionRequired"/>: the sign-in must pass the challenge's claims on.</summary>
    public const string ClaimsNeeded = "claims";

    public static EntraError? Check(
        TenantStore tenant, AppIdentity app, UserIdentity user, ScopeRequest scope, long signInSequence, bool withClaims)
    {
        if (!tenant.IsEnabled(user))
        {
            return EntraErrors.UserDisabled;
        }

        if (tenant.Mark(MarkKinds.SessionsRevoked, user.Id) is { } revoked && signInSequence < revoked.Sequence)
        {
            return EntraErrors.SessionsRevoked;
        }

        if (scope.Missing(tenant, app).Count > 0)
        {
            return EntraErrors.ConsentNeeded(app);
        }

        return tenant.Mark(MarkKinds.InteractionRequired, user.Id) is { } needed
            && (signInSequence < needed.Sequence || (needed.Detail == ClaimsNeeded && !withClaims))
                ? EntraErrors.MultiFactorNeeded(ClaimsRequest.NotBefore(needed.At))
                : null;
    }
}
