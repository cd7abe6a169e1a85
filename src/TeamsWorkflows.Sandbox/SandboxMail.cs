namespace TeamsWorkflows.Sandbox;

/// <summary>A mail that the SMTP listener received or that Graph's sendMail accepted.</summary>
public sealed record SandboxMail
{
    public required string Id { get; init; }

    /// <summary>"smtp" or "graph".</summary>
    public required string Via { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string From { get; init; }

    /// <summary>Everybody who gets the mail, copies included.</summary>
    public required IReadOnlyList<string> To { get; init; }

    public required string Subject { get; init; }

    /// <summary>The Message-ID without its angle brackets.</summary>
    public required string MessageId { get; init; }

    public IReadOnlyList<SandboxMailHeader> Headers { get; init; } = [];

    public string? TextBody { get; init; }

    public string? HtmlBody { get; init; }

    /// <summary>Whether the sender's mailbox keeps it among the sent items.</summary>
    public bool IsKept { get; init; }

    /// <summary>Names of the attached files.</summary>
    public IReadOnlyList<string> AttachmentNames { get; init; } = [];
}

/// <summary>One header line of a mail.</summary>
public sealed record SandboxMailHeader(string Name, string Value);
