namespace TeamsWorkflows.Sandbox;

/// <summary>One request as it was answered. Query strings and bodies are left out: they carry secrets.</summary>
public sealed record SandboxRequest
{
    public required DateTimeOffset Time { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>One of <see cref="SandboxSurfaces"/>.</summary>
    public required string Surface { get; init; }

    /// <value>0 when the connection was cut instead of answered.</value>
    public required int Status { get; init; }

    public required string RequestId { get; init; }

    public string? ClientRequestId { get; init; }

    public string? ClientId { get; init; }

    public string? UserId { get; init; }

    /// <summary>Name of the fault that shaped the answer.</summary>
    public string? Fault { get; init; }
}
