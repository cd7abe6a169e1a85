using TeamsWorkflows.Doctor;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Connections.Register;

/// <summary>How a connection that only a person renews comes to need that less often, by what it is used for (R92).</summary>
internal static class StabilisingAdvice
{
    private const string Dedicated =
        "keep a dedicated account and exempt it from sign-in frequency by policy, in return for a named location, a compliant device or a "
        + "phishing-resistant method, and use it at least every 90 days.";

    // The ways that an application can go by itself, and the least that it needs for them.
    private static readonly (string Kind, string What, Operation Operation)[] ByApplication =
        [(EmailWay.Name, "mail", Operation.SendMail), (FileWay.Name, "files", Operation.UploadFile)];

    public static string Of(ConnectionUse use)
    {
        var free = Array.FindAll(ByApplication, way => use.Kinds.Contains(way.Kind));
        var moves = string.Join(" and ", free.Select(static way => way.What));
        var roles = string.Join(" and ", free.Select(static way => Capabilities.AnyRoleOf(way.Operation)[0]));
        var bound = use.Kinds.Count > free.Length;
        return (free.Length > 0, bound) switch
        {
            (true, false) => $"It is used for {moves} alone: make it an application with a certificate and the permission {roles}, limited to what it needs. Nobody has to sign in.",
            (true, true) => $"Channel and chat posts need a signed-in user: {Dedicated} Move {moves} to an application with a certificate and the permission {roles}.",
            _ => $"Channel and chat posts need a signed-in user: {Dedicated}",
        };
    }
}
