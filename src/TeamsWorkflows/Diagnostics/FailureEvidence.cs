namespace TeamsWorkflows.Diagnostics;

/// <summary>Everything a verdict may rest on. Never holds a token or a secret.</summary>
/// <param name="Surface">Where the failure was seen.</param>
/// <param name="At">When, by our clock (UTC).</param>
public sealed record FailureEvidence(FailureSurface Surface, DateTimeOffset At)
{
    /// <summary>Gets the HTTP status; null when there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>Gets the answer's headers, names without regard to case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the answer's body as text, cut at 16 KB.</summary>
    public string? Body { get; init; }

    /// <summary>Gets OAuth's <c>error</c> or Graph's <c>error.code</c>, when the client library has parsed it.</summary>
    public string? Error { get; init; }

    /// <summary>Gets OAuth's <c>suberror</c>.</summary>
    public string? SubError { get; init; }

    /// <summary>Gets the AADSTS numbers.</summary>
    public IReadOnlyList<string> ErrorCodes { get; init; } = [];

    /// <summary>Gets the claims challenge as JSON.</summary>
    public string? Claims { get; init; }

    /// <summary>Gets how long the service asked us to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets what the transport or the client library said when there was no answer.</summary>
    public string? Exception { get; init; }

    /// <summary>Gets the service's identifier of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Gets the identifier that we gave the request.</summary>
    public string? ClientRequestId { get; init; }
}

/// <summary>Where a failure was seen.</summary>
public enum FailureSurface
{
    GraphResponse,
    TokenEndpoint,
    MsalException,
    WebhookResponse,
    ConnectorMessage,
}
