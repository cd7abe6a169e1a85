using TeamsWorkflows.Sandbox.Graph;

namespace TeamsWorkflows.Sandbox.Faults;

/// <summary>Scenarios in which Graph accepts no token, or not this one.</summary>
internal static class AccessScenarios
{
    private const string Group = "Graph: access";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Scenario.OfRules("expired-403", Group,
            "An expired token shows as 403 \"No authorization information present\" until a new token is used.",
            context => [Refusal(context, SandboxSurfaces.GraphAny, GraphErrors.ExpiredAs403, count: null) with { OnlyEarlierTokens = true }]),
        Scenario.OfRules("forbidden-membership", Group,
            "The user is not in the team or channel: 403 on every post and read.",
            context =>
            [
                Refusal(context, SandboxSurfaces.GraphMessagePost, GraphErrors.NotAMember, count: null),
                Refusal(context, SandboxSurfaces.GraphMessageRead, GraphErrors.NotAMember, count: null),
            ]),
        Scenario.OfRules("forbidden-scope", Group,
            "The token lacks the scope: 403 Missing scope permissions on every post.",
            context => [Refusal(context, SandboxSurfaces.GraphMessagePost,
                GraphErrors.MissingScope(Permissions.ChannelMessageSend.Delegated, ["User.Read"]), count: null)]),
        Scenario.OfRules("read-forbidden", Group,
            "Messages can be posted but not read back: 403 on every read.",
            context => [Refusal(context, SandboxSurfaces.GraphMessageRead,
                GraphErrors.MissingScope(Permissions.ChannelMessageRead.Delegated, ["ChannelMessage.Send", "User.Read"]), count: null)]),
        Scenario.OfRules("invalid-audience", Group,
            "Graph refuses the token's audience: 401 Invalid audience.",
            context => [Refusal(context, SandboxSurfaces.GraphAny, GraphErrors.InvalidAudience, count: 1)]),
        Scenario.OfRules("clock-skew", Group,
            "The service's clock is off by the delay (default 600 seconds): Date headers and every check of a token's times.",
            context => [context.Rule(SandboxSurfaces.GraphAny, count: null, timed: false) with
            {
                Behaviour = FaultBehaviour.SkewClock,
                Delay = context.Delay(600, secondsMeanIt: true),
            }]),
    ];

    private static FaultRule Refusal(ScenarioContext context, string surface, GraphError error, int? count)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (error.Status == 401)
        {
            headers["WWW-Authenticate"] = error.Authenticate();
        }

        return context.Rule(surface, count) with { Status = error.Status, Body = error.ToTemplate(), Headers = headers };
    }
}
