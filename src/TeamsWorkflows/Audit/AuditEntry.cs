namespace TeamsWorkflows.Audit;

/// <summary>One line of the audit log: who did what to what, why, and what it changed.</summary>
/// <param name="Sequence">Its place in the log, from 1; without a gap.</param>
/// <param name="At">When it was written (UTC).</param>
/// <param name="Actor">The sign-in name of whoever acted; an application's identifier if it was one.</param>
/// <param name="ActorId">Entra's identifier of the person or application; empty where none is known.</param>
/// <param name="Role">The roles that the actor had, separated by commas.</param>
/// <param name="Action">What was done, such as <c>case.resolve</c>.</param>
/// <param name="Target">What it was done to, such as <c>case/0197…</c>.</param>
/// <param name="Reason">Why, in the actor's words, without secrets; null: the act asks for none.</param>
/// <param name="Before">What the act changed as it was before, as JSON without secrets; null: nothing was there.</param>
/// <param name="After">What the act changed as it was afterwards, as JSON without secrets; null: nothing is there.</param>
/// <param name="PreviousHash">The hash of the entry before; that of the first is <see cref="AuditChain.Genesis"/>.</param>
/// <param name="Hash">The SHA-256 of everything above, in lower-case hexadecimal digits.</param>
public sealed record AuditEntry(
    long Sequence,
    DateTimeOffset At,
    string Actor,
    string ActorId,
    string Role,
    string Action,
    string Target,
    string? Reason,
    AuditOutcome Outcome,
    string? Before,
    string? After,
    string PreviousHash,
    string Hash);

/// <summary>What had come of the act when the entry was written.</summary>
public enum AuditOutcome
{
    /// <summary>It was done; the entry was written in the same transaction where the change is in the same database.</summary>
    Done,

    /// <summary>It is about to be done by the task hub; another entry says what came of it.</summary>
    Begun,

    /// <summary>It could not be done as things stood, and nothing was changed.</summary>
    Refused,

    /// <summary>It broke off, and nobody knows for certain what was done.</summary>
    Failed,
}

/// <summary>Who acts.</summary>
/// <param name="Name">The sign-in name.</param>
/// <param name="Id">Entra's identifier; empty where none is known.</param>
/// <param name="Role">The actor's roles, separated by commas.</param>
public sealed record AuditActor(string Name, string Id, string Role);

/// <summary>The last entry of a log: written down elsewhere, it shows later that the log's end was cut off.</summary>
/// <param name="Sequence">How many entries there are; 0: none.</param>
/// <param name="Hash">The hash of the last.</param>
public sealed record AuditHead(long Sequence, string Hash)
{
    /// <summary>Gets the head of a log without entries.</summary>
    public static AuditHead None { get; } = new(0, AuditChain.Genesis);
}
