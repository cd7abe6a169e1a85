using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>An intake as people may see it.</summary>
/// <param name="SecretHeader">The header that holds the secret; null: requests are signed.</param>
/// <param name="Report">The template without what must not be shown; null in lists.</param>
/// <param name="Origin">Who defined it: what the configuration did is changed there alone.</param>
/// <param name="LastAt">When it last took a request; null: never.</param>
public sealed record Intake(
    string Id,
    string Publisher,
    IntakeTool Tool,
    IntakeProof Proof,
    string? SecretHeader,
    TimeSpan ReplayWindow,
    string? KeyField,
    ReportRequest? Report,
    bool IsEnabled,
    Origin Origin,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastAt,
    string ETag);

/// <summary>What came of handing an intake in.</summary>
public abstract record PutIntakeResult
{
    private PutIntakeResult()
    {
    }

    /// <param name="Secret">The secret of a new intake, shown this once; null: it has one already.</param>
    public sealed record Put(Intake Intake, string? Secret) : PutIntakeResult;

    /// <param name="Errors">What is wrong, by the field's JSON path.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : PutIntakeResult;

    public sealed record Refused(EditRefusal Why) : PutIntakeResult;
}

/// <summary>A request to an intake, before anything of it is believed.</summary>
/// <param name="Header">Gets the one value of a header; null: it is not there, or more than once.</param>
public sealed record IntakeCall(string IntakeId, ReadOnlyMemory<byte> Body, Func<string, string?> Header);

/// <summary>What a tool is told.</summary>
public abstract record ReceiveResult
{
    private ReceiveResult()
    {
    }

    /// <param name="IsRepeat">Whether the same request had come before.</param>
    public sealed record Accepted(Report Report, bool IsRepeat) : ReceiveResult;

    /// <summary>There is no such intake, it is switched off, or the caller has not proved who it is: all the same to a stranger.</summary>
    public sealed record NotProven : ReceiveResult;

    /// <summary>The body is no JSON object.</summary>
    public sealed record NotJson : ReceiveResult;

    /// <summary>A request that is not signed needs a key of its own.</summary>
    public sealed record KeyMissing(string? KeyField) : ReceiveResult;

    /// <summary>The key was used for another request.</summary>
    public sealed record KeyReused(string ReportId) : ReceiveResult;

    /// <param name="Errors">What is wrong with the report, by the field's JSON path.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : ReceiveResult;
}
