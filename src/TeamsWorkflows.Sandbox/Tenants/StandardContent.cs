using System.Globalization;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>The people, apps and teams that every sandbox tenant starts with.</summary>
internal static class StandardContent
{
    /// <summary>Id of the tenant whose ids and secrets are the same on every machine.</summary>
    public const string DefaultTenantId = "7ea35000-0000-4000-8000-000000000000";

    public const string ApiIdentifierUri = "api://teamsworkflows";

    private static readonly string[] ConnectorScopes =
    [
        "ChannelMessage.Send", "ChannelMessage.Read.All", "ChannelMessage.ReadWrite", "Channel.Create",
        "Channel.ReadBasic.All", "Chat.Create", "Chat.ReadWrite", "ChatMessage.Send", "Files.ReadWrite.All", "User.Read", "Mail.Send",
    ];

    // The last one lets a daemon read and rotate the credentials of the apps it owns: here, all of them.
    private static readonly string[] DaemonRoles = ["Mail.Send", "ChannelMessage.Read.All", "Application.ReadWrite.OwnedBy"];

    public static TenantIdentity DefaultTenant() => Create(
        DefaultTenantId,
        "contoso.example",
        number => string.Create(CultureInfo.InvariantCulture, $"7ea35000-0000-4000-8000-{number:x12}"),
        name => $"sandbox-only-{name}");

    public static TenantIdentity FreshTenant()
    {
        var id = Ids.Guid();
        return Create(id, $"t{id[..8]}.example", _ => Ids.Guid(), _ => Ids.Token(30));
    }

    private static TenantIdentity Create(
        string id, string domain, Func<int, string> guid, Func<string, string> secret)
    {
        UserIdentity[] users =
        [
            new(guid(0x11), $"svc-teams@{domain}", "Teams Service", []),
            new(guid(0x12), $"olivia@{domain}", "Olivia Operator", ["Operator"]),
            new(guid(0x13), $"adam@{domain}", "Adam Administrator", ["Administrator", "Operator"]),
            new(guid(0x14), $"nina@{domain}", "Nina Newcomer", []),
            new(guid(0x15), $"paula@{domain}", "Paula Approver", ["Approver"]),
        ];
        string[] members = [users[0].Id, users[1].Id, users[2].Id];
        TeamIdentity[] teams =
        [
            new(guid(0x21), "Finance", [Channel("General", guid(0x31)), Channel("Reports", guid(0x32))], members),
            new(guid(0x22), "Operations", [Channel("General", guid(0x33)), Channel("Alerts", guid(0x34))], members),
        ];
        return new TenantIdentity
        {
            Id = id,
            Domain = domain,
            DisplayName = id == DefaultTenantId ? "Contoso" : $"Sandbox {id[..8]}",
            Apps =
            [
                App("connector", "TeamsWorkflows connector", 1, ConnectorScopes, [], []),
                App("daemon", "TeamsWorkflows daemon", 2, [], DaemonRoles, []),
                App("api", "TeamsWorkflows", 3, ["User.Read"], [], []),
                App("publisher", "Month-end process", 4, [], [], ["Publisher"]),
            ],
            Users = users,
            Teams = teams,
            Workflow = new WorkflowIdentity(guid(0x41), secret("workflow"), teams[1].Id, teams[1].Channels[1].Id),
            CertificateName = "daemon",
        };

        AppIdentity App(string kind, string name, int number, string[] scopes, string[] graphRoles, string[] apiRoles) =>
            new(kind, name, guid(number), guid(number + 0x50), secret(kind), guid(number + 0x60), scopes, graphRoles, apiRoles);
    }

    private static ChannelIdentity Channel(string name, string guid) => new(ChannelId(guid), name, null);

    /// <summary>The shape of a real channel id, from 32 hexadecimal digits.</summary>
    public static string ChannelId(string guid) =>
        $"19:{guid.Replace("-", "", StringComparison.Ordinal)}@thread.tacv2";
}
