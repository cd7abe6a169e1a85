namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>A task hub of another engine that speaks the Durable Task protocol: where it is, and how much of its work is taken.</summary>
public sealed class RemoteHubOptions
{
    /// <summary>Gets or sets the address, such as <c>https://NAME.REGION.durabletask.io</c>; a scheme that is missing means https.</summary>
    /// <value>The default is http://127.0.0.1:4001, a sidecar on this machine.</value>
    public string Endpoint { get; set; } = "http://127.0.0.1:4001";

    /// <summary>Gets or sets the hub, sent as metadata <c>taskhub</c>.</summary>
    /// <value>The default is <c>default</c>.</value>
    public string TaskHub { get; set; } = "default";

    /// <summary>Gets or sets who vouches for this process; <c>None</c> sends no token.</summary>
    /// <value>The default is <c>None</c>.</value>
    public string Authentication { get; set; } = RemoteHubCredentials.None;

    /// <summary>Gets or sets the identity's client, where several could be meant; null: the only one.</summary>
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the tenant of a workload identity; null: what the environment says.</summary>
    public string? TenantId { get; set; }

    /// <summary>Gets or sets the file of a workload identity's token; null: what the environment says.</summary>
    public string? TokenFilePath { get; set; }

    /// <summary>Gets or sets the resource that tokens are made for.</summary>
    /// <value>The default is https://durabletask.io, Durable Task Scheduler.</value>
    public string Resource { get; set; } = "https://durabletask.io";

    /// <summary>Gets or sets how many turns are played at the same time.</summary>
    /// <value>The default is 100.</value>
    public int MaxConcurrentTurns { get; set; } = 100;

    /// <summary>Gets or sets how many activities run at the same time.</summary>
    /// <value>The default is 100.</value>
    public int MaxConcurrentActivities { get; set; } = 100;

    /// <summary>Gets or sets the wait before the first try to reach the engine again; it doubles, and is shortened by up to half at random.</summary>
    /// <value>The default is 500 ms.</value>
    public TimeSpan MinReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets the longest wait between two tries.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how often an answer is sent again that did not reach the engine.</summary>
    /// <value>The default is 5 times. Then the engine hands the work out again by its own rules.</value>
    public int MaxAnswerRetries { get; set; } = 5;

    /// <summary>Gets or sets how long running work may go on when the worker stops.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the limits of what is handed over, checked before it is.</summary>
    public TaskHubLimits Limits { get; } = new();

    /// <summary>Gets which versions of orchestrations this process runs.</summary>
    public VersioningOptions Versioning { get; } = new();

    internal Uri Address => new(Endpoint.Contains("://", StringComparison.Ordinal) ? Endpoint : $"https://{Endpoint}");

    /// <summary>Reads <c>Endpoint=…;Authentication=…;TaskHub=…</c>, as the portal shows it for Durable Task Scheduler.</summary>
    /// <exception cref="ArgumentException">Something is missing, or is not known; the message says what.</exception>
    public void ReadConnectionString(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);

        var given = RemoteHubCredentials.Parse(connectionString);
        (Endpoint, Authentication, TaskHub) = (given["Endpoint"]!, given["Authentication"]!, given["TaskHub"]!);
        (ClientId, TenantId, TokenFilePath) = (given["ClientID"], given["TenantId"], given["TokenFilePath"]);
    }

    /// <summary>Finds settings that cannot work.</summary>
    /// <returns>Each begins with the setting's name and says what it may be; none: all is well.</returns>
    public IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Endpoint.Contains("://", StringComparison.Ordinal) ? Endpoint : $"https://{Endpoint}", UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https"))
        {
            yield return $"{nameof(Endpoint)} must be an http or https address; it is '{Endpoint}'.";
        }
        else if (address.Scheme == "http" && !address.IsLoopback && Authentication != RemoteHubCredentials.None)
        {
            yield return $"{nameof(Endpoint)} must be https where tokens are sent; it is '{Endpoint}'.";
        }

        if (!RemoteHubCredentials.Kinds.Contains(Authentication, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{nameof(Authentication)} must be one of {string.Join(", ", RemoteHubCredentials.Kinds)}; it is '{Authentication}'.";
        }

        if (string.IsNullOrWhiteSpace(TaskHub))
        {
            yield return $"{nameof(TaskHub)} must name the hub.";
        }

        foreach (var (name, value) in ((string, int)[])[(nameof(MaxConcurrentTurns), MaxConcurrentTurns), (nameof(MaxConcurrentActivities), MaxConcurrentActivities)])
        {
            if (value < 1)
            {
                yield return $"{name} must be at least 1; it is {value}.";
            }
        }

        if (MinReconnectDelay <= TimeSpan.Zero || MaxReconnectDelay < MinReconnectDelay)
        {
            yield return $"{nameof(MinReconnectDelay)} must be more than zero and at most {nameof(MaxReconnectDelay)}; it is {MinReconnectDelay}.";
        }
    }
}
