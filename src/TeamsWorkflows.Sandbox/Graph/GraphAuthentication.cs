using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Entra;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Judges the bearer token of a Graph call.</summary>
internal sealed class GraphAuthentication(AccessTokens tokens)
{
    private const string Scheme = "Bearer ";

    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    public async Task<(AccessToken? Token, GraphError? Error)> CheckAsync(Exchange exchange)
    {
        var header = exchange.Http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length == Scheme.Length)
        {
            return (null, GraphErrors.TokenEmpty);
        }

        switch (await tokens.ReadAsync(header[Scheme.Length..].Trim()))
        {
            case AccessTokenReading.Garbage:
                return (null, GraphErrors.TokenGarbage);
            case AccessTokenReading.Genuine { Token: var token }:
                exchange.Concerns(token.Tenant);
                exchange.App = token.App;
                exchange.User = token.User;
                exchange.TokenSequence = token.Sequence;
                return Refuse(token, exchange.Now) is { } error ? (null, error) : (token, null);
            default:
                return (null, GraphErrors.TokenForged);
        }
    }

    private static GraphError? Refuse(AccessToken token, DateTimeOffset now)
    {
        if (token.Audience != ScopeRequest.Graph)
        {
            return GraphErrors.InvalidAudience;
        }

        if (token.Issuer != TokenIssuer.FirstPartyIssuer(token.Tenant.Id))
        {
            return GraphErrors.InvalidIssuer;
        }

        if (now - Tolerance >= token.ExpiresAt)
        {
            return GraphErrors.TokenExpired;
        }

        if (now + Tolerance < token.NotBefore)
        {
            return GraphErrors.TokenNotYetValid;
        }

        return RefuseEarlier(token);
    }

    private static GraphError? RefuseEarlier(AccessToken token)
    {
        // Continuous access evaluation reaches only clients that said they can handle it; others go on until expiry.
        if (token is { User: { } user, DeclaresCp1: true })
        {
            var challenge = Later(MarkKinds.SessionsRevoked, user.Id) ?? Later(MarkKinds.ClaimsChallenge, user.Id)
                ?? Later(MarkKinds.UserDisabled, user.Id);
            if (challenge is not null)
            {
                return GraphErrors.SessionRevoked(ClaimsRequest.NotBefore(challenge.At));
            }
        }

        var expired = Later(MarkKinds.AccessTokensExpired, "*")
            ?? Later(MarkKinds.AccessTokensExpired, token.User?.Id ?? token.App.ClientId);
        return expired is null ? null : GraphErrors.TokenExpired;

        Mark? Later(string kind, string subject) =>
            token.Tenant.Mark(kind, subject) is { } mark && token.Sequence < mark.Sequence ? mark : null;
    }
}
