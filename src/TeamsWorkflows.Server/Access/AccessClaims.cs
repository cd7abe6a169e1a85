using System.Security.Claims;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Audit;

namespace TeamsWorkflows.Server.Access;

/// <summary>What Entra's claims say about a caller.</summary>
internal static class AccessClaims
{
    public const string Roles = "roles";
    public const string Name = "preferred_username";

    private const string ObjectId = "oid";
    private const string ApplicationId = "azp";
    private const string Scopes = "scp";

    /// <summary>Claims that the console's cookie keeps; a token is not among them.</summary>
    public static IReadOnlyList<string> Kept { get; } = ["sub", "tid", ObjectId, "name", Name, Roles];

    /// <summary>Whose reports a caller hands over: the application, or the person whom an application acts for.</summary>
    public static string Publisher(this ClaimsPrincipal caller)
        => Find(caller, caller.HasClaim(static c => c.Type == Scopes) ? ObjectId : ApplicationId)
            ?? Find(caller, ObjectId)
            ?? throw new InvalidOperationException("An accepted token names neither an application nor a person.");

    /// <summary>Who acts, for the record.</summary>
    public static string Actor(this ClaimsPrincipal caller) => Find(caller, Name) ?? caller.Publisher();

    /// <summary>Who acts, as the audit log names it; nobody's name is empty there.</summary>
    public static AuditActor AuditActor(this ClaimsPrincipal caller)
    {
        var id = Find(caller, ObjectId) ?? Find(caller, ApplicationId) ?? "";
        return new(Find(caller, Name) ?? (id.Length > 0 ? id : "nobody"), id, string.Join(", ", caller.FindAll(Roles).Select(static c => c.Value)));
    }

    public static bool MayAdminister(this ClaimsPrincipal caller)
        => Policies.RolesByPolicy[Policies.Administer].Any(caller.IsInRole);

    public static bool MayOperate(this ClaimsPrincipal caller)
        => Policies.RolesByPolicy[Policies.Operate].Any(caller.IsInRole);

    public static bool MayApprove(this ClaimsPrincipal caller)
        => Policies.RolesByPolicy[Policies.Approve].Any(caller.IsInRole);

    /// <summary>Whether it is a person: an application acts for none when its token names none.</summary>
    public static bool IsPerson(this ClaimsPrincipal caller) => Find(caller, Name) is not null;

    /// <summary>A caller as approvals see it.</summary>
    public static Decider Decider(this ClaimsPrincipal caller)
        => new(caller.Actor(), caller.Publisher(), [.. Enum.GetValues<ApproverRole>().Where(r => caller.IsInRole(r.ToString()))]);

    private static string? Find(ClaimsPrincipal caller, string type) => caller.FindFirst(type)?.Value;
}
