namespace TeamsWorkflows.Diagnostics;

/// <summary>What a connection went through lately, for what no single answer can tell.</summary>
/// <param name="Events">The oldest first.</param>
public sealed record ConnectionHistory(IReadOnlyList<ConnectionEvent> Events)
{
    public bool Equals(ConnectionHistory? other) => other is not null && Events.SequenceEqual(other.Events);

    public override int GetHashCode() => HashCode.Combine(Events.Count, Events.Count > 0 ? Events[^1] : null);
}

/// <summary>One thing that happened to a connection.</summary>
/// <param name="At">UTC.</param>
/// <param name="Workflow">Which workflow used it; null for what concerns the connection as a whole.</param>
/// <param name="Endpoint">What was called, such as <c>channel-message</c>; null when nothing was.</param>
/// <param name="Class">The verdict's class of a failure.</param>
/// <param name="Change">What was changed, of a <see cref="ConnectionEventKind.Changed"/>.</param>
/// <param name="TokenIssuedAt">When the token that was used was made.</param>
/// <param name="ClockOffset">How far our clock was ahead of the service's.</param>
/// <param name="Environment">Where, such as <c>test</c> or <c>production</c>.</param>
public sealed record ConnectionEvent(
    DateTimeOffset At,
    ConnectionEventKind Kind,
    string? Workflow = null,
    string? Endpoint = null,
    int? Status = null,
    string? Class = null,
    OperationalChange? Change = null,
    DateTimeOffset? TokenIssuedAt = null,
    TimeSpan? ClockOffset = null,
    string? Environment = null);

public enum ConnectionEventKind
{
    Succeeded,
    Failed,

    /// <summary>A person signed in again.</summary>
    Reconnected,

    /// <summary>Somebody changed something that tokens depend on.</summary>
    Changed,

    /// <summary>The connection's state became another one: what followed from the rest, and so no sign of anything by itself.</summary>
    StateChanged,
}

/// <summary>What operators change that breaks tokens (R5).</summary>
public enum OperationalChange
{
    PasswordReset,
    PolicyChanged,
    PermissionsChanged,
    ConnectorReconnected,
    SecretRotated,
    ConsentRevoked,
    TokenCacheBroken,
    OwnerChanged,
    WorkflowCloned,
}
