using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Data;

/// <summary>Something that happened to a connection besides its use: a sign-in, a change, a consent, another state.</summary>
public sealed class ConnectionEventRow
{
    private const int MaxNoteLength = 1000;

    public required Guid Id { get; set; }

    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    public required DateTimeOffset At { get; set; }

    public required ConnectionEventKind Kind { get; set; }

    /// <summary>Gets or sets what was changed; null when it was a sign-in.</summary>
    public OperationalChange? Change { get; set; }

    /// <summary>Gets or sets the state that it was in before; null unless the state changed.</summary>
    public ConnectionState? From { get; set; }

    /// <summary>Gets or sets the state that it came into; null unless the state changed.</summary>
    public ConnectionState? To { get; set; }

    /// <summary>Gets or sets what has to be done about the new state; null when nothing has.</summary>
    public OperatorAction? Cause { get; set; }

    [MaxLength(320)]
    public required string Actor { get; set; }

    /// <summary>Gets or sets what the person said about it, redacted; or why the state changed.</summary>
    /// <remarks>Cut to what the column takes.</remarks>
    [MaxLength(MaxNoteLength)]
    public string? Note { get; set => field = value is null ? null : ColumnText.Cut(value, MaxNoteLength); }
}

/// <summary>A connection's sign-in by device code: the one under way, or the last one.</summary>
public sealed class DeviceSignInRow
{
    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    /// <summary>Gets or sets which one it is: a workflow that waits for an earlier one ends.</summary>
    [MaxLength(32)]
    public required string Id { get; set; }

    /// <summary>Gets or sets the case it resolves; null for a first sign-in.</summary>
    [MaxLength(32)]
    public string? CaseId { get; set; }

    /// <summary>Gets or sets the operator who began it.</summary>
    [MaxLength(320)]
    public required string Actor { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public DeviceSignInState State { get; set; }

    /// <summary>Gets or sets the authority's answer with the device code, protected; null when the sign-in is over.</summary>
    public byte[]? ProtectedAnswer { get; set; }

    /// <summary>Gets or sets who signed in.</summary>
    [MaxLength(320)]
    public string? Account { get; set; }

    /// <summary>Gets or sets why it was refused, as JSON of a <see cref="Diagnostics.Diagnosis"/>.</summary>
    public string? Diagnosis { get; set; }
}

/// <summary>One question to the authority for a token; answers out of the cache are counted and not kept.</summary>
public sealed class AcquisitionRow
{
    public required Guid Id { get; set; }

    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    public required DateTimeOffset At { get; set; }

    public required TokenAcquisition Result { get; set; }

    /// <summary>Gets or sets the class of the failure; null when there was a token.</summary>
    [MaxLength(64)]
    public string? Class { get; set; }

    /// <summary>Gets or sets the authority's code of the failure, such as an AADSTS number.</summary>
    [MaxLength(64)]
    public string? Code { get; set; }

    /// <summary>Gets or sets how long the authority took, in milliseconds.</summary>
    public required double DurationMs { get; set; }

    /// <summary>Gets or sets when the token ends; null when there is none.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}

/// <summary>A consent as somebody recorded it: which permissions, and who granted them.</summary>
public sealed class ConsentRow
{
    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    public required DateTimeOffset GrantedAt { get; set; }

    [MaxLength(320)]
    public required string GrantedBy { get; set; }

    /// <summary>Gets or sets the scopes or roles, separated by blanks.</summary>
    [MaxLength(2000)]
    public required string Scopes { get; set; }

    [MaxLength(320)]
    public required string RecordedBy { get; set; }

    /// <summary>Gets or sets when somebody has to look at it again; null: nobody has said so.</summary>
    public DateTimeOffset? ReviewAt { get; set; }
}

/// <summary>That the operators were told of something that ends, and how long ahead.</summary>
public sealed class ExpiryNoticeRow
{
    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    public required ExpiryKind Kind { get; set; }

    /// <summary>Gets or sets the end that was told of: another one is told of anew.</summary>
    public required DateTimeOffset EndsAt { get; set; }

    /// <summary>Gets or sets the threshold, in days ahead.</summary>
    public required int Days { get; set; }

    public required DateTimeOffset ToldAt { get; set; }
}

/// <summary>A key to the calendar feed, for programs that cannot sign in. Only its hash is kept.</summary>
public sealed class CalendarKeyRow
{
    public required Guid Id { get; set; }

    /// <summary>Gets or sets the SHA-256 of the key, in lower-case hexadecimal digits.</summary>
    [MaxLength(64)]
    [HiddenFromAudit]
    public required string KeyHash { get; set; }

    /// <summary>Gets or sets what the key is for, such as whose calendar.</summary>
    [MaxLength(200)]
    public required string Name { get; set; }

    [MaxLength(320)]
    public required string CreatedBy { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    [MaxLength(320)]
    public string? RevokedBy { get; set; }
}

/// <summary>One round of answers to the three questions about a case.</summary>
public sealed class GuidedAnswerRow
{
    [MaxLength(32)]
    public required string CaseId { get; set; }

    /// <summary>Gets or sets the round, from 1.</summary>
    public required int Number { get; set; }

    public bool? IsUnauthorized { get; set; }

    public bool? FreshSignInHelps { get; set; }

    public bool? OnlyAfterIdleTime { get; set; }

    [MaxLength(320)]
    public required string Actor { get; set; }

    public required DateTimeOffset At { get; set; }
}
