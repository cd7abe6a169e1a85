namespace TeamsWorkflows.Sandbox;

/// <summary>Where the sandbox listens and what it remembers; section "Sandbox" of the configuration.</summary>
public sealed class SandboxOptions
{
    /// <summary>Port of the TLS listener, which serves everything as https://localhost:PORT.</summary>
    /// <value>The default value is 5081. 0 takes any free port.</value>
    public int HttpsPort { get; set; } = 5081;

    /// <summary>Port of the plain listener, for people's browsers, which do not know the sandbox's authority.</summary>
    /// <value>The default value is 5082. 0 takes any free port.</value>
    public int HttpPort { get; set; } = 5082;

    /// <summary>Port of the mail server.</summary>
    /// <value>The default value is 5025. 0 takes any free port.</value>
    public int SmtpPort { get; set; } = 5025;

    /// <summary>Folder that survives a restart: keys, credentials, messages, mails and faults.</summary>
    /// <value>The default value is null: everything stays in memory.</value>
    public string? DataFolder { get; set; }

    /// <summary>Life of an access token from its issue.</summary>
    /// <value>The default value is 75 minutes, the average of the real service.</value>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(75);
}
