using TeamsWorkflows.Sandbox.Graph;

namespace TeamsWorkflows.Sandbox.Faults;

/// <summary>Scenarios in which a service is busy, broken or slow.</summary>
internal static class ServiceScenarios
{
    private const string Throttling = "Graph: throttling";
    private const string Trouble = "Graph: trouble";
    private const string Ambiguous = "Graph: accepted or not";
    private const string Elsewhere = "Mail and webhooks";

    private const string HtmlError =
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
        + "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Scenario.OfRules("throttled", Throttling,
            "429 with Retry-After in seconds: the delay (default 5), or what is left of the seconds.",
            context => [Throttled(context, "{retry-after}")]),
        Scenario.OfRules("throttled-date", Throttling,
            "429 with Retry-After as a date.",
            context => [Throttled(context, "{retry-after-date}")]),
        Scenario.OfRules("throttled-no-retry-after", Throttling,
            "429 without Retry-After.",
            context => [Post(context, GraphErrors.Throttled)]),
        Scenario.OfRules("unavailable-503", Trouble,
            "503, and nothing was accepted.",
            context => [Post(context, GraphErrors.Unavailable)]),
        Scenario.OfRules("bad-gateway-html", Trouble,
            "502 with an HTML page, and nothing was accepted.",
            context => [context.Rule(context.Surface(SandboxSurfaces.GraphMessagePost), count: 1) with
            {
                Status = 502,
                ContentType = "text/html",
                Body = HtmlError,
            }]),
        Scenario.OfRules("cut-before-accept", Trouble,
            "The connection breaks before the message is accepted.",
            context => [context.Rule(context.Surface(SandboxSurfaces.GraphMessagePost), count: 1) with { Cut = true }]),
        Scenario.OfRules("accepted-then-504", Ambiguous,
            "The message is stored, then the gateway answers 504.",
            context => [Post(context, GraphErrors.GatewayTimeout) with { Moment = FaultMoment.AfterAccepting }]),
        Scenario.OfRules("accepted-then-cut", Ambiguous,
            "The message is stored, then the connection breaks.",
            context => [context.Rule(context.Surface(SandboxSurfaces.GraphMessagePost), count: 1) with
            {
                Cut = true,
                Moment = FaultMoment.AfterAccepting,
            }]),
        Scenario.OfRules("accepted-empty-201", Ambiguous,
            "The message is stored, and the answer is 201 without a body.",
            context => [context.Rule(context.Surface(SandboxSurfaces.GraphMessagePost), count: 1) with
            {
                Status = 201,
                Moment = FaultMoment.AfterAccepting,
            }]),
        Scenario.OfRules("slow-answer", Ambiguous,
            "The message is stored, and the answer comes after the delay (default 5 seconds).",
            context => [context.Rule(context.Surface(SandboxSurfaces.GraphMessagePost), count: 1, timed: false) with
            {
                Delay = context.Delay(5, secondsMeanIt: true),
                Moment = FaultMoment.AfterAccepting,
            }]),
        Scenario.OfRules("read-lag", Ambiguous,
            "New messages and chats stay hidden from reads for the delay (default 30 seconds).",
            context => [context.Rule(SandboxSurfaces.GraphMessageRead, count: null, timed: false) with
            {
                Behaviour = FaultBehaviour.HideNewMessages,
                Delay = context.Delay(30, secondsMeanIt: true),
            }]),
        Scenario.OfRules("workflow-lost", Elsewhere,
            "The workflow's address answers 202, and nothing is ever posted.",
            context => [context.Rule(SandboxSurfaces.Webhook, count: 1) with { Status = 202 }]),
        Scenario.OfRules("vault-503", Elsewhere,
            "The key vault is not available: 503.",
            context => [context.Rule(SandboxSurfaces.KeyVault, count: null) with { Status = 503 }]),
        Scenario.OfRules("smtp-refuses", Elsewhere,
            "The mail server answers 451 to every recipient.",
            context => [context.Rule(SandboxSurfaces.Smtp, count: null) with
            {
                Status = 451,
                Body = "4.7.500 Server busy. Please try again later",
            }]),
    ];

    private static FaultRule Throttled(ScenarioContext context, string retryAfter) => Post(context, GraphErrors.Throttled) with
    {
        Delay = context.Delay(5),
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = retryAfter },
    };

    private static FaultRule Post(ScenarioContext context, GraphError error) =>
        context.Rule(context.Surface(SandboxSurfaces.GraphMessagePost), count: 1) with
        {
            Status = error.Status,
            Body = error.ToTemplate(),
        };
}
