using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Entra;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>A Graph request whose token was accepted.</summary>
internal sealed record GraphCall(Exchange Exchange, AccessToken Token, World World)
{
    public TenantStore Tenant => Token.Tenant;

    /// <summary>The signed-in user; null in an app-only call.</summary>
    public UserIdentity? User => Token.User;

    public DateTimeOffset Now => World.Time.GetUtcNow();

    public string Route(string name) => Exchange.Route(name);

    /// <summary>Address for "@odata.context", as Graph writes it.</summary>
    public static string Context(string fragment) => $"https://graph.microsoft.com/v1.0/$metadata#{fragment}";
}

/// <summary>What a Graph operation asks of the token: one of these scopes, or one of these roles.</summary>
/// <param name="AppOnly">Roles that allow the call without a user; empty when there is no such role.</param>
/// <param name="AppOnlyError">The refusal of every app-only call.</param>
internal sealed record Permission(
    IReadOnlyList<string> Delegated, IReadOnlyList<string> AppOnly, GraphError? AppOnlyError = null)
{
    public GraphError? Check(AccessToken token)
    {
        if (token.User is not null)
        {
            return Delegated.Intersect(token.Scopes, StringComparer.OrdinalIgnoreCase).Any()
                ? null
                : GraphErrors.MissingScope(Delegated, token.Scopes);
        }

        if (AppOnlyError is not null)
        {
            return AppOnlyError;
        }

        return AppOnly.Intersect(token.Roles, StringComparer.OrdinalIgnoreCase).Any()
            ? null
            : GraphErrors.MissingRole(AppOnly, token.Roles);
    }
}
