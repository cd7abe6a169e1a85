namespace TeamsWorkflows.Diagnostics;

/// <summary>Everything a verdict may rest on. Never holds a token or a secret.</summary>
/// <remarks>Stored with attempts and cases as JSON: add members, never rename one.</remarks>
/// <param name="Surface">Where the failure was seen.</param>
/// <param name="At">When, by our clock (UTC).</param>
public sealed record FailureEvidence(FailureSurface Surface, DateTimeOffset At)
{
    /// <summary>Gets the method of the failed request; null when it is not known, as in evidence of older releases.</summary>
    public string? Method { get; init; }

    /// <summary>Gets where the failed request went: the path of a known service, only the host of an address that is a secret; null when it is not known.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Gets the HTTP status; null when there was no answer, or when nobody noted it.</summary>
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

    /// <summary>Gets what the token that was used says about itself; null when it could not be read.</summary>
    public TokenClaims? Token { get; init; }

    /// <summary>Gets what the connection is configured for, to compare the token with; null when it is not known.</summary>
    public ExpectedToken? Expected { get; init; }

    /// <summary>Gets how far our clock is ahead of the service's <c>Date</c> header; null when there was none.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Gets how the token was got for this call; null when it is not known.</summary>
    public TokenAcquisition? Acquisition { get; init; }

    /// <summary>Gets the connection's last attempts, the oldest first; null when there is no history.</summary>
    public ConnectionHistory? History { get; init; }
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

/// <summary>How the token of a failed call was got.</summary>
public enum TokenAcquisition
{
    /// <summary>Out of the cache, without asking the authority.</summary>
    FromCache,

    /// <summary>New from the authority, by the stored sign-in or the application's credential.</summary>
    Renewed,

    /// <summary>New from a person's sign-in.</summary>
    SignedIn,

    /// <summary>There was none.</summary>
    Failed,
}

/// <summary>What the connection's tokens must be made for.</summary>
/// <param name="Audiences">Accepted values of <c>aud</c>, as addresses or identifiers.</param>
/// <param name="TenantId">The configured tenant.</param>
/// <param name="AnyOfPermissions">Scopes or roles of which one is needed; empty when it is not known.</param>
public sealed record ExpectedToken(IReadOnlyList<string> Audiences, string? TenantId, IReadOnlyList<string> AnyOfPermissions);
