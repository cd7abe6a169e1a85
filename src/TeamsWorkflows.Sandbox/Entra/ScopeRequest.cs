using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>The scopes of a request, resolved to the one resource that the token will be for.</summary>
/// <param name="Scopes">Scopes of the resource, without its prefix.</param>
/// <param name="IsDefault">Whether everything that was consented is asked for.</param>
internal sealed record ScopeRequest(
    string Resource, IReadOnlyList<string> Scopes, bool IsDefault, bool OpenId, bool OfflineAccess)
{
    public const string Graph = "https://graph.microsoft.com";
    public const string Vault = "https://vault.azure.net";
    public const string ApiScope = "access_as_user";

    private const string DefaultScope = ".default";

    private static readonly string[] SignInScopes = ["openid", "profile", "email", "offline_access"];

    private static readonly HashSet<string> GraphScopes = new(StringComparer.OrdinalIgnoreCase)
    {
        "Channel.Create", "Channel.ReadBasic.All", "ChannelMessage.Read.All", "ChannelMessage.ReadWrite", "ChannelMessage.Send", "Chat.Create",
        "Chat.Read", "Chat.ReadWrite", "ChatMessage.Send", "Files.Read", "Files.Read.All", "Files.ReadWrite",
        "Files.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Mail.Send", "Team.ReadBasic.All", "User.Read",
        "User.Read.All", "Application.Read.All", "Application.ReadWrite.All",
    };

    /// <summary>Reads the scope parameter; the error when it cannot be served.</summary>
    public static (ScopeRequest? Request, EntraError? Error) Parse(string? scope, AppIdentity app, TenantStore tenant)
    {
        var all = (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (all.Length == 0)
        {
            return (null, EntraErrors.ParameterMissing("scope"));
        }

        var split = all.Except(SignInScopes, StringComparer.Ordinal).Select(Split).ToArray();
        var resource = split.Select(part => part.Resource).FirstOrDefault() ?? Graph;
        if (Canonical(resource, tenant) is not { } known)
        {
            return (null, EntraErrors.ResourceUnknown(resource, tenant));
        }

        var scopes = split.Where(part => part.Resource == resource).Select(part => part.Scope).ToArray();
        var isDefault = scopes.Contains(DefaultScope, StringComparer.Ordinal);
        var unknown = isDefault ? null : Array.Find(scopes, name => !IsKnown(known, name));
        return unknown is not null
            ? (null, EntraErrors.ScopeUnknown(unknown))
            : (new ScopeRequest(known, isDefault ? [] : scopes, isDefault, Has("openid"), Has("offline_access")), null);

        bool Has(string name) => all.Contains(name, StringComparer.Ordinal);
    }

    /// <summary>Scopes that are asked for but that nobody consented to.</summary>
    public IReadOnlyList<string> Missing(TenantStore tenant, AppIdentity app)
    {
        if (Resource != Graph)
        {
            return [];
        }

        var consented = tenant.ConsentedScopes(app);
        IEnumerable<string> wanted = IsDefault ? app.Scopes : Scopes;
        return wanted.Except(consented, StringComparer.OrdinalIgnoreCase).ToArray();
    }

    /// <summary>What the token's scp claim lists: all that is consented on the resource, as the real service does.</summary>
    public IReadOnlyList<string> Granted(TenantStore tenant, AppIdentity app)
    {
        if (Resource == Graph)
        {
            var consented = tenant.ConsentedScopes(app);
            return OpenId ? [.. consented, "openid", "profile", "email"] : consented;
        }

        return Resource == Vault ? ["user_impersonation"] : [ApiScope];
    }

    private static (string Resource, string Scope) Split(string scope)
    {
        var slash = scope.LastIndexOf('/');
        return slash < 0 ? (Graph, scope) : (scope[..slash].TrimEnd('/'), scope[(slash + 1)..]);
    }

    private static bool IsKnown(string resource, string scope) => resource switch
    {
        Graph => GraphScopes.Contains(scope),
        Vault => scope == "user_impersonation",
        _ => scope == ApiScope,
    };

    private static string? Canonical(string resource, TenantStore tenant)
    {
        var api = tenant.App("api").ClientId;
        return resource switch
        {
            Graph or "00000003-0000-0000-c000-000000000000" => Graph,
            Vault => Vault,
            StandardContent.ApiIdentifierUri => api,
            _ => string.Equals(resource, api, StringComparison.OrdinalIgnoreCase) ? api : null,
        };
    }
}
