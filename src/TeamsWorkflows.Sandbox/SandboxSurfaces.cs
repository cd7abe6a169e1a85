namespace TeamsWorkflows.Sandbox;

/// <summary>The parts of Microsoft that the sandbox plays, as faults and the request log name them.</summary>
public static class SandboxSurfaces
{
    public const string Authorize = "authorize";
    public const string Token = "token";
    public const string Metadata = "metadata";

    /// <summary>In a fault: every Graph call, whatever its own surface.</summary>
    public const string GraphAny = "graph:any";
    public const string GraphMessagePost = "graph:message-post";
    public const string GraphMessageRead = "graph:message-read";

    /// <summary>Making a channel or a chat.</summary>
    public const string GraphPlace = "graph:place";

    /// <summary>Putting a file into a channel's folder.</summary>
    public const string GraphFilePut = "graph:file-put";

    /// <summary>Sending a mail out of a mailbox.</summary>
    public const string GraphMailSend = "graph:mail-send";
    public const string GraphOther = "graph:other";
    public const string KeyVault = "keyvault";
    public const string Webhook = "webhook";
    public const string Smtp = "smtp";

    /// <summary>Slack, PagerDuty, and programs that take reports.</summary>
    public const string Receiver = "receiver";

    internal static IReadOnlyList<string> Known { get; } =
        [Authorize, Token, GraphAny, GraphMessagePost, GraphMessageRead, GraphPlace, GraphFilePut, GraphMailSend, GraphOther, KeyVault, Webhook, Smtp, Receiver];

    internal static bool Covers(string rule, string surface) =>
        rule == surface || (rule == GraphAny && surface.StartsWith("graph:", StringComparison.Ordinal));
}
