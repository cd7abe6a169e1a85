using System.Collections;

namespace TeamsWorkflows.Diagnostics.Reading;

/// <summary>What evidence of any surface says, in one form: what rules are written against.</summary>
internal sealed class Facts
{
    public required FailureSurface Surface { get; init; }

    /// <summary>Gets the status that counts: of the answer, or of the failure that a success or a message reports.</summary>
    public int? Status { get; init; }

    /// <summary>Gets a value indicating whether <see cref="Status"/> was read out of text.</summary>
    public bool IsStatusFromText { get; init; }

    /// <summary>Gets the AADSTS numbers, the most trusted first: the library's, the answer's list, then as the text has them.</summary>
    public IReadOnlyList<string> Aadsts { get; init; } = [];

    /// <summary>Gets a value indicating whether there are numbers, and none that the table has.</summary>
    public bool IsNumberUnknown { get; init; }

    /// <summary>Gets OAuth's or the library's error, such as <c>invalid_grant</c>.</summary>
    public string? Error { get; init; }

    public string? SubError { get; init; }

    /// <summary>Gets the values of code fields as the service spells them, the outermost first.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>Gets which of the rules' codes are among <see cref="Codes"/>.</summary>
    public required BitArray KnownCodes { get; init; }

    /// <summary>Gets which of the rules' phrases the text has.</summary>
    public required BitArray Phrases { get; init; }

    public BodyKind Body { get; init; }

    /// <summary>Gets a value indicating whether the service wants other claims in the next token.</summary>
    public bool IsChallenged { get; init; }

    /// <summary>Gets those claims as JSON, when they can be read.</summary>
    public string? Claims { get; init; }

    /// <summary>Gets a value indicating whether the service named a time to wait, even one that cannot be read.</summary>
    public bool HasRetryAfter { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public TokenFinding Token { get; init; }
}

/// <summary>What form an answer has, also one that a page, a message or other JSON quotes.</summary>
internal enum BodyKind
{
    Empty,
    Json,
    Html,
    Text,
}

/// <summary>How the token that was used compares with the clock and with what the connection is configured for.</summary>
internal enum TokenFinding
{
    None,
    Expired,
    NotYetValid,
    WrongAudience,
    WrongTenant,
    PermissionMissing,

    /// <summary>In time, for the right service and tenant: the refusal has another reason.</summary>
    Sound,
}
